// The ledger's tables. Amounts are nano-dollars, times are milliseconds, days are UTC.

export const SCHEMA = [
  // `due`: when an open operation has expired, or a resolved one is forgotten.
  `CREATE TABLE IF NOT EXISTS operations (
    id TEXT PRIMARY KEY, caller TEXT NOT NULL, tenant TEXT, day TEXT NOT NULL, model TEXT NOT NULL, prices TEXT NOT NULL,
    reserved INTEGER NOT NULL, charged INTEGER NOT NULL, excess INTEGER NOT NULL, state TEXT NOT NULL,
    open INTEGER NOT NULL, due INTEGER NOT NULL, created INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID`,
  "CREATE INDEX IF NOT EXISTS operations_due ON operations (due)",
  "CREATE INDEX IF NOT EXISTS operations_open ON operations (caller) WHERE open = 1",
  // A negative counter would be money from nothing: the storage itself refuses it.
  `CREATE TABLE IF NOT EXISTS totals (
    scope TEXT NOT NULL, day TEXT NOT NULL, posted INTEGER NOT NULL CHECK (posted >= 0),
    pending INTEGER NOT NULL CHECK (pending >= 0), PRIMARY KEY (scope, day)
  ) STRICT, WITHOUT ROWID`,
  `CREATE TABLE IF NOT EXISTS usage (
    caller TEXT NOT NULL, day TEXT NOT NULL, model TEXT NOT NULL, calls INTEGER NOT NULL,
    charged INTEGER NOT NULL CHECK (charged >= 0), PRIMARY KEY (caller, day, model)
  ) STRICT, WITHOUT ROWID`,
  // Tokens that were given to anonymous callers, by where they call from.
  `CREATE TABLE IF NOT EXISTS admissions (
    person TEXT NOT NULL, day TEXT NOT NULL, tokens INTEGER NOT NULL, PRIMARY KEY (person, day)
  ) STRICT, WITHOUT ROWID`,
  // What may not buy for now; see holds.ts.
  `CREATE TABLE IF NOT EXISTS holds (
    kind TEXT NOT NULL, name TEXT NOT NULL, until INTEGER NOT NULL, since INTEGER NOT NULL, PRIMARY KEY (kind, name)
  ) STRICT, WITHOUT ROWID`,
  "CREATE INDEX IF NOT EXISTS holds_until ON holds (until)",
  "CREATE TABLE IF NOT EXISTS strikes (person TEXT NOT NULL, at INTEGER NOT NULL) STRICT",
  "CREATE INDEX IF NOT EXISTS strikes_person ON strikes (person, at)",
  "CREATE INDEX IF NOT EXISTS strikes_at ON strikes (at)",
];

// The added row is never stored where one exists, but its checks are made all the same: so it is added as nothing first.
export const ADD_TOTAL =
  "INSERT INTO totals (scope, day, posted, pending) VALUES (?1, ?2, max(0, ?3), max(0, ?4)) " +
  "ON CONFLICT DO UPDATE SET posted = posted + ?3, pending = pending + ?4";
export const ADD_USAGE =
  "INSERT INTO usage (caller, day, model, calls, charged) VALUES (?1, ?2, ?3, max(0, ?4), max(0, ?5)) " +
  "ON CONFLICT DO UPDATE SET calls = calls + ?4, charged = charged + ?5";

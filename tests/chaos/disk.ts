// What is on disk when nobody runs: the ledger's rows, added up by somebody else than the ledger.

import { readdirSync, statSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";

export interface Row {
  id: string;
  caller: string;
  state: string;
  reserved: number;
  charged: number;
}

/** The ledger's operations. Throws where a database is damaged, or the counters are not the sums of the rows. */
export async function ledgerOf(disk: string): Promise<Row[]> {
  const folder = join(disk, "Ledger");
  const [file] = (await readdir(folder)).filter((name) => name.endsWith(".sqlite") && name !== "metadata.sqlite");
  const database = new DatabaseSync(join(folder, file!));
  try {
    const { integrity_check: health } = database.prepare("PRAGMA integrity_check").get() as { integrity_check: string };
    if (health !== "ok") throw new Error(`the ledger's database is damaged: ${health}`);
    const rows = database
      .prepare("SELECT id, caller, day, state, reserved, charged FROM operations")
      .all() as unknown as (Row & {
      day: string;
    })[];
    const totals = database.prepare("SELECT scope, day, posted, pending FROM totals").all() as unknown as {
      scope: string;
      day: string;
      posted: number;
      pending: number;
    }[];
    for (const { scope, day, posted, pending } of totals) {
      const mine = rows.filter(
        (row) => row.day === day && (scope === "organization" || scope === `caller:${row.caller}`),
      );
      const open = mine.filter(({ state }) => state === "reserved" || state === "sent");
      if (posted !== sum(mine, "charged") || pending !== sum(open, "reserved"))
        throw new Error(`${scope} of ${day} has posted ${posted} and pending ${pending}, its rows have others`);
    }
    return rows;
  } finally {
    database.close();
  }
}

const sum = (rows: Row[], name: "charged" | "reserved") => rows.reduce((total, row) => total + row[name], 0);

/** How many objects of operations hold an answer, and the bytes of all databases. The worker may go on meanwhile. */
export function objectsOf(disk: string): { kept: number; bytes: number } {
  let [kept, bytes] = [0, 0];
  for (const kind of readdirSync(disk))
    for (const name of readdirSync(join(disk, kind))) {
      const file = join(disk, kind, name);
      // It may be gone by now.
      bytes += statSync(file, { throwIfNoEntry: false })?.size ?? 0;
      if (kind !== "Operation" || name === "metadata.sqlite" || !name.endsWith(".sqlite")) continue;
      if (holdsAnswer(file)) kept++;
    }
  return { kept, bytes };
}

/** The tables of each operation's object that has any. Nobody may run. */
export function tablesOf(disk: string): string[][] {
  const folder = join(disk, "Operation");
  const files = readdirSync(folder).filter((name) => name.endsWith(".sqlite") && name !== "metadata.sqlite");
  const found = files.map((name) => {
    const database = new DatabaseSync(join(folder, name));
    try {
      const rows = database.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").all() as { name: string }[];
      return rows.map((row) => row.name);
    } finally {
      database.close();
    }
  });
  return found.filter((names) => names.length > 0);
}

function holdsAnswer(file: string): boolean {
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(file, { readOnly: true });
    return database.prepare("SELECT 1 FROM answer LIMIT 1").get() !== undefined;
  } catch {
    // Forgotten: there is no such table any more. Or locked, because it is being written.
    return false;
  } finally {
    database?.close();
  }
}

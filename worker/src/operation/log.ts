// The bytes of an answer, kept so that any number of readers can follow at any speed, now or later. What is written is
// spilled to the object's storage, so that memory holds little of it, however large and however slow whoever reads it.

/** So much is put into one row: what a reader that stands still holds of the answer. */
const ROW_BYTES = 64 * 1024;
/** So many rows are kept in memory as well, for readers that keep up. */
const RECENT_ROWS = 8;

const TABLES = {
  answer: "start INTEGER PRIMARY KEY, bytes BLOB NOT NULL",
  marks: "number INTEGER PRIMARY KEY, first INTEGER, last INTEGER, partial INTEGER",
};

/** A whole event of a stream. */
export interface Mark {
  /** Counted from 1. */
  number: number;
  start: number;
  end: number;
  /** Whether a later one makes it useless. */
  partial: boolean;
}

export class Log {
  readonly #sql: SqlStorage;
  /** Written to storage up to here; what follows is in memory. */
  #stored = 0;
  #tail: Uint8Array[] = [];
  /** The last of what is stored. */
  #recent: { start: number; bytes: Uint8Array }[] = [];
  #tables = new Set<string>();
  #length = 0;
  #waiting: (() => void)[] = [];
  readonly marks: Mark[] = [];
  /** Each place from which something was taken back. */
  readonly cuts: number[] = [];
  state: "open" | "closed" | "broken" = "open";

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  /** The log of an answer that was kept. */
  static kept(sql: SqlStorage): Log {
    const log = new Log(sql);
    log.#table("answer");
    log.#table("marks");
    for (const { number, first, last, partial } of sql
      .exec<{ number: number; first: number; last: number; partial: number }>("SELECT * FROM marks ORDER BY number")
      .toArray())
      log.marks.push({ number, start: first, end: last, partial: partial === 1 });
    const [row] = sql
      .exec<{ start: number; length: number }>(
        "SELECT start, length(bytes) AS length FROM answer ORDER BY start DESC LIMIT 1",
      )
      .toArray();
    log.#length = log.#stored = row ? row.start + row.length : 0;
    log.state = "closed";
    return log;
  }

  get length(): number {
    return this.#length;
  }

  append(bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    this.#tail.push(bytes);
    this.#length += bytes.length;
    if (this.#length - this.#stored >= ROW_BYTES) this.#store();
    this.#wake();
  }

  /** Marks the end of an event that began at `start`. */
  mark(start: number, partial: boolean): void {
    const mark = { number: this.marks.length + 1, start, end: this.#length, partial };
    this.marks.push(mark);
    this.#table("marks");
    this.#sql.exec("INSERT INTO marks VALUES (?, ?, ?, ?)", mark.number, mark.start, mark.end, partial ? 1 : 0);
    this.#wake();
  }

  /** Takes back what was written from a place on: the beginning of an event that will have no end. */
  truncate(length: number): void {
    this.#store();
    this.#recent = [];
    this.#table("answer");
    this.#sql.exec("DELETE FROM answer WHERE start >= ?", length);
    const [row] = this.#sql
      .exec<{ start: number; bytes: ArrayBuffer }>("SELECT start, bytes FROM answer ORDER BY start DESC LIMIT 1")
      .toArray();
    if (row)
      this.#sql.exec("UPDATE answer SET bytes = ? WHERE start = ?", row.bytes.slice(0, length - row.start), row.start);
    this.cuts.push(length);
    this.#length = this.#stored = length;
  }

  /** Nothing follows. */
  close(state: "closed" | "broken"): void {
    this.#store();
    this.state = state;
    this.#wake();
  }

  /** Up to so many bytes from a place on; empty where none are there yet. */
  read(from: number, most: number): Uint8Array {
    if (from < this.#stored) {
      const row = this.#recent.find(({ start, bytes }) => start <= from && from < start + bytes.length);
      return row ? row.bytes.subarray(from - row.start, from - row.start + most) : this.#kept(from, most);
    }
    let start = this.#stored;
    for (const part of this.#tail) {
      if (from < start + part.length) return part.slice(from - start, from - start + most);
      start += part.length;
    }
    return new Uint8Array();
  }

  /** Ends when there is more, or nothing more will come. */
  more(): Promise<void> {
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  #store(): void {
    const rest = this.#length - this.#stored;
    if (rest === 0) return;
    const bytes = new Uint8Array(rest);
    let at = 0;
    for (const part of this.#tail) {
      bytes.set(part, at);
      at += part.length;
    }
    this.#table("answer");
    for (let start = 0; start < rest; start += ROW_BYTES) {
      const row = { start: this.#stored + start, bytes: bytes.subarray(start, start + ROW_BYTES) };
      this.#sql.exec("INSERT INTO answer VALUES (?, ?)", row.start, row.bytes);
      this.#recent.push(row);
    }
    this.#recent.splice(0, this.#recent.length - RECENT_ROWS);
    this.#stored = this.#length;
    this.#tail = [];
  }

  /** A piece of a row in storage: no more of it than is asked for, since each reader reads at a place of its own. */
  #kept(from: number, most: number): Uint8Array {
    const [row] = this.#sql
      .exec<{ bytes: ArrayBuffer }>(
        "SELECT substr(bytes, ?1 - start + 1, ?2) AS bytes FROM answer WHERE start <= ?1 ORDER BY start DESC LIMIT 1",
        from,
        most,
      )
      .toArray();
    return row ? new Uint8Array(row.bytes) : new Uint8Array();
  }

  /** Makes a table when it is needed first: a short answer is no stream, and each table is a write of its own. */
  #table(name: keyof typeof TABLES): void {
    if (this.#tables.has(name)) return;
    this.#tables.add(name);
    this.#sql.exec(`CREATE TABLE IF NOT EXISTS ${name} (${TABLES[name]}) STRICT`);
  }

  #wake(): void {
    for (const wake of this.#waiting.splice(0)) wake();
  }
}

// What is stored of an operation, beside its answer.

import type { ErrorFields } from "../errors.ts";
import type { Event } from "../ledger/rules.ts";
import type { NanoUsd } from "../money.ts";
import type { Purchase } from "./order.ts";
import type { Head } from "./run.ts";

/** Why there is no answer, or none that is whole. */
export interface Problem {
  status: number;
  fields: ErrorFields;
}

export interface Stored {
  operation: string;
  caller: string;
  keyed: boolean;
  created: number;
  phase: "sent" | "done";
  /** Its row in the ledger. A call that was not billed may be made again under the same key, as another row. */
  entry: string;
  purchase: Purchase;
  /** What was left of the narrowest budget when all of this was held back. */
  left: NanoUsd;
  path: string;
  head: Head | null;
  headAt: number | null;
  /** What ended it, by the ledger: a settlement, or that nobody knows. What was void is forgotten. */
  event: Event["kind"] | null;
  charged: NanoUsd | null;
  /** What the upstream counted of it. */
  tokens: number | null;
  problem: Problem | null;
  ended: number | null;
  expires: number | null;
}

/** What is known of an operation when it is bought. */
export type Bought = Pick<Stored, "operation" | "caller" | "keyed" | "entry" | "purchase" | "left" | "path">;

/** The one record of an object. */
export class RecordStore {
  readonly #kv: SyncKvStorage;

  constructor(kv: SyncKvStorage) {
    this.#kv = kv;
  }

  get(): Stored | undefined {
    return this.#kv.get<Stored>("record");
  }

  /** Begins the record of a call: after a crash, this object must know that it may have been sent. */
  begin(bought: Bought): void {
    const empty = { head: null, headAt: null, event: null, charged: null, tokens: null };
    const open = { problem: null, ended: null, expires: null };
    this.#kv.put("record", { ...bought, ...empty, ...open, created: Date.now(), phase: "sent" } satisfies Stored);
  }

  note(changes: Partial<Stored>): void {
    const record = this.get();
    if (record) this.#kv.put("record", { ...record, ...changes });
  }

  delete(): void {
    this.#kv.delete("record");
  }
}

/** The record as `GET /v1/operations/:id` tells it. */
export function statusOf(record: Stored): object {
  const { operation, created, phase, event, charged, purchase, problem, ended, expires } = record;
  // An answer may be whole although nobody can say what it has cost.
  const kept = phase !== "done" || !problem;
  return {
    id: operation,
    object: "operation",
    created: Math.floor(created / 1000),
    status: phase !== "done" ? "running" : kept ? "completed" : "failed",
    model: purchase.bound.model,
    cost: {
      reserved_usd: purchase.bound.amount / 1e9,
      charged_usd: charged === null ? null : charged / 1e9,
      prices_as_of: purchase.bound.prices,
      ...(event === "lose" && {
        note: "nobody knows whether this call was billed: it is charged until that is known",
      }),
    },
    error: problem?.fields ?? null,
    ended: ended === null ? null : Math.floor(ended / 1000),
    result: kept ? `/v1/operations/${operation}/result` : null,
    result_expires: expires === null ? null : Math.floor(expires / 1000),
  };
}

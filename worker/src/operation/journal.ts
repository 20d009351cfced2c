// One line of log for each operation that ended, as JSON. Whoever reads logs learns what was bought, by a digest of whom, and
// what it cost; never a prompt, a picture, a token or a key.

import type { State } from "../ledger/rules.ts";
import { toUsd, type NanoUsd } from "../money.ts";
import type { Purchase } from "./order.ts";

export interface Ended {
  operation: string;
  caller: string;
  purchase: Purchase;
  path: string;
  /** Of its row in the ledger. */
  state: State;
  charged: NanoUsd;
  /** Of the answer or the refusal. */
  status: number;
  code: string | null;
  usage: unknown;
  /** Milliseconds: from the reservation to the beginning of the answer, and to its end. */
  headMs: number | null;
  totalMs: number;
}

export function lineOf(ended: Ended): string {
  const { operation, caller, purchase, path, state, charged, status, code, headMs, totalMs } = ended;
  const { bound, reservation, size, quality } = purchase;
  return JSON.stringify({
    event: "operation",
    operation,
    caller,
    tenant: reservation.tenant,
    path,
    model: bound.model,
    size,
    quality,
    outcome: state,
    status,
    code,
    ...tokens(ended.usage),
    reserved_usd: toUsd(bound.amount),
    charged_usd: toUsd(charged),
    prices_as_of: bound.prices,
    head_ms: headMs,
    total_ms: totalMs,
  });
}

/** Counts only: whatever else an upstream puts there may hold anything. */
function tokens(usage: unknown): Record<string, number> {
  const all = (typeof usage === "object" && usage !== null ? usage : {}) as Record<string, unknown>;
  const names = ["input_tokens", "output_tokens"].filter((name) => Number.isSafeInteger(all[name]));
  return Object.fromEntries(names.map((name) => [name, all[name] as number]));
}

/** All tokens of a usage, where it says so. */
export function totalOf(usage: unknown): number | null {
  const { input_tokens = Number.NaN, output_tokens = Number.NaN } = tokens(usage);
  return Number.isSafeInteger(input_tokens + output_tokens) ? input_tokens + output_tokens : null;
}

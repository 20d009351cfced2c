// How the rest of the worker talks to the ledger.

import type { Env } from "../env.ts";
import { Refusal } from "../errors.ts";
import { spoken, type NanoUsd } from "../money.ts";
import type { Ledger, Reserved } from "./object.ts";

type Asked = "reserve" | "send" | "resolve" | "usage" | "state";
/** The ledger from afar. Written out, for the runtime's own types of stubs take unions apart. */
export type LedgerStub = {
  [Name in Asked]: (...values: Parameters<Ledger[Name]>) => Promise<ReturnType<Ledger[Name]>>;
};

/** One ledger for the whole organisation. */
const NAME = "organization";
const TRIES = 3;

/**
 * Asks the ledger, again with a new stub where the runtime says that this may help: each question may be asked twice. Where
 * the ledger cannot be reached nothing is sent: it fails closed.
 */
export async function ask<T>(env: Env, question: (ledger: LedgerStub) => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await question(env.LEDGER!.get(env.LEDGER!.idFromName(NAME)) as LedgerStub);
    } catch (error) {
      const { retryable, overloaded } = error as { retryable?: boolean; overloaded?: boolean };
      if (tries < TRIES && retryable && !overloaded) continue;
      console.error(JSON.stringify({ event: "ledger_unreachable", message: (error as Error).message, overloaded }));
      const message = "The ledger cannot be reached, and nothing is sent without it; try again in a moment.";
      throw new Refusal(503, { message, type: "server_error", code: "ledger_unavailable" }, { "retry-after": "2" });
    }
  }
}

const WHOSE = { caller: "Your budget", tenant: "Your organization's budget", organization: "This worker's budget" };

/** The refusal of a reservation, in OpenAI's words. */
export function refusal(refused: Exclude<Reserved, { ok: true }>, amount: NanoUsd): Refusal {
  if (refused.reason === "resolved")
    return new Refusal(
      409,
      { message: "This operation has ended already.", type: "invalid_request_error", code: "operation_resolved" },
      { "x-should-retry": "false" },
    );
  if (refused.reason === "concurrency") {
    const message = `${refused.concurrency} of your calls are running, which is as many as may; wait for one of them.`;
    return new Refusal(429, { message, type: "requests", code: "too_many_calls" }, { "retry-after": "2" });
  }
  const { scope, cap, left, retryMs } = refused;
  const message =
    `${WHOSE[scope]} is ${spoken(cap)} a day; ${spoken(left)} is left, and this request may cost up to ${spoken(amount)}. ` +
    "A smaller or cheaper one may fit.";
  // Nothing changes before the day ends: SDKs that retry every 429 would only ask in vain.
  const headers = { "retry-after": String(Math.ceil(retryMs / 1000)), "x-should-retry": "false" };
  return new Refusal(429, { message, type: "insufficient_quota", code: "budget_exceeded" }, headers);
}

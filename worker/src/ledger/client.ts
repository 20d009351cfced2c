// How the rest of the worker talks to the ledger.

import type { Env } from "../env.ts";
import { Refusal, unauthorized } from "../errors.ts";
import { spoken, type NanoUsd } from "../money.ts";
import type { Held } from "./holds.ts";
import type { Ledger, Reserved } from "./object.ts";

type Asked = "reserve" | "send" | "resolve" | "revoke" | "resume" | "admit" | "usage" | "unknown" | "state";
/** The ledger from afar. Written out, for the runtime's own types of stubs take unions apart. */
export type LedgerStub = {
  [Name in Asked]: (...values: Parameters<Ledger[Name]>) => Promise<ReturnType<Ledger[Name]>>;
};

/** One ledger for the whole organisation. */
const NAME = "organization";
const TRIES = 3;

/**
 * Asks the ledger, again with a new stub where it failed: what is asked twice changes nothing the second time, at worst it is
 * refused, so an object that was restarted behind a question, or in the middle of it, loses nothing. Where the ledger cannot
 * be reached nothing is sent: it fails closed.
 */
export async function ask<T>(env: Env, question: (ledger: LedgerStub) => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await question(env.LEDGER!.get(env.LEDGER!.idFromName(NAME)) as LedgerStub);
    } catch (error) {
      const { overloaded } = error as { overloaded?: boolean };
      if (tries < TRIES && !overloaded) continue;
      console.error(JSON.stringify({ event: "ledger_unreachable", message: (error as Error).message, overloaded }));
      const message = "The ledger cannot be reached, and nothing is sent without it; try again in a moment.";
      throw new Refusal(503, { message, type: "server_error", code: "ledger_unavailable" }, { "retry-after": "2" });
    }
  }
}

const WHOSE = {
  caller: "Your budget",
  tenant: "The budget that you share with others",
  organization: "This worker's budget",
};

const NO_RETRY = { "x-should-retry": "false" };
const HELD: { [Reason in Held["reason"]]: (held: Extract<Held, { reason: Reason }>) => Refusal } = {
  suspended: ({ retryMs }) => {
    const seconds = Math.ceil(retryMs / 1000);
    const message = `Too much of what you asked for was refused by the upstream's safety system; you may draw again in ${seconds} s.`;
    const headers = { "retry-after": String(seconds), ...NO_RETRY };
    return new Refusal(403, { message, type: "invalid_request_error", code: "caller_suspended" }, headers);
  },
  model_stopped: ({ model }) => {
    const message = `The model ${JSON.stringify(model)} is stopped: it has cost more than it could. The operator has to look at it first.`;
    return new Refusal(503, { message, type: "server_error", param: "model", code: "model_stopped" }, NO_RETRY);
  },
  token_revoked: () => unauthorized("The token was called back; get a new one."),
  token_used: () => unauthorized("The token was for one call, which was made; get a new one."),
};

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
  if (refused.reason !== "budget") return HELD[refused.reason](refused as never);
  const { scope, cap, left, retryMs } = refused;
  const message =
    `${WHOSE[scope]} is ${spoken(cap)} a day; ${spoken(left)} is left, and this request may cost up to ${spoken(amount)}. ` +
    "A smaller or cheaper one may fit.";
  // Nothing changes before the day ends: SDKs that retry every 429 would only ask in vain.
  const headers = { "retry-after": String(Math.ceil(retryMs / 1000)), "x-should-retry": "false" };
  return new Refusal(429, { message, type: "insufficient_quota", code: "budget_exceeded" }, headers);
}

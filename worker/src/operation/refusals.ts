// What callers are told of a call that has no answer for them.

import { Refusal } from "../errors.ts";
import { UNSENT_HEADER } from "../limiter/turn.ts";
import type { Problem } from "./record.ts";

const CONFLICT = { type: "invalid_request_error", code: "idempotency_conflict", param: null };

/** The first call with the key broke off before it was known what it asks for. */
export const unfinished = (): Refusal =>
  new Refusal(
    409,
    { message: "The first call with this Idempotency-Key did not come to its end; send it again.", ...CONFLICT },
    { "retry-after": "1" },
  );

/** A form that began to come in at the same time as another with its key: what it asks for was not read when it had to go. */
export const underway = (): Refusal =>
  new Refusal(
    409,
    { message: "Another call with this Idempotency-Key is on its way; send this one again.", ...CONFLICT },
    { "retry-after": "1" },
  );

/** The key belongs to another request. */
export const conflict = (): Refusal =>
  new Refusal(
    422,
    { message: "This Idempotency-Key was used for another request; use a new one.", ...CONFLICT },
    { "x-should-retry": "false" },
  );

/** A refusal on its way between objects. */
export interface Refused extends Problem {
  headers: { [name: string]: string };
}

/** The form was given up before it was paid for. */
export const GONE: Refused = {
  status: 502,
  fields: { message: "The upload was given up.", type: "server_error", code: "upload_lost" },
  headers: {},
};

const lost = (message: string): Problem => ({
  status: 502,
  fields: { message, type: "server_error", code: "operation_lost", retryable: false, charged: true },
});

/** Cut off while it was with the upstream. */
export const LOST = lost("The worker was restarted during this call; whether it was billed is not known yet.");
/** Cut off when it was settled and its answer not kept yet. */
export const LOST_ANSWER = lost("The worker was restarted before it had kept this call's answer; the call is charged.");

/** Says of whatever comes of a promise that nothing was sent. */
export async function unsent<T>(promise: Promise<T>): Promise<T> {
  try {
    const value = await promise;
    if (value instanceof Response) value.headers.set(UNSENT_HEADER, "1");
    return value;
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    throw new Refusal(error.status, error.fields, { ...error.headers, [UNSENT_HEADER]: "1" });
  }
}

// GET /v1/operations/:id and /v1/operations/:id/result: what became of a call, and its answer again.

import type { Caller } from "../auth/caller.ts";
import type { Env } from "../env.ts";
import { badRequest, notFound } from "../errors.ts";
import { readJson, refuseEarly } from "../json.ts";
import { fromUsd, MAX_NANO_USD, toUsd } from "../money.ts";
import { operationOf } from "../operation/client.ts";

const none = () =>
  notFound("There is no such operation, it was not billed, or it is forgotten.", "operation_not_found");

export async function getOperation(env: Env, caller: Caller, name: string): Promise<Response> {
  const status = await operationOf(env, name)?.status(caller.id);
  if (!status) throw none();
  return Response.json(status);
}

/** A stream goes on behind the event that `Last-Event-ID` names. */
export async function getResult(env: Env, caller: Caller, name: string, request: Request): Promise<Response> {
  const reply = await operationOf(env, name)?.result(caller.id, request.headers.get("last-event-id"));
  if (!reply) throw none();
  // Opened by itself it is a file and nothing that a browser shows.
  const answer = new Response(reply.body, reply);
  answer.headers.set("content-disposition", "attachment");
  return answer;
}

const MAX_BODY_BYTES = 1024;

/** The operator says what a call that is `unknown` has really cost; never more than was held back. */
export async function reconcile(env: Env, name: string, request: Request): Promise<Response> {
  refuseEarly(request, MAX_BODY_BYTES);
  const { usd, ...others } = await readJson(request, MAX_BODY_BYTES);
  const [other] = Object.keys(others);
  if (other !== undefined)
    throw badRequest(`${other.slice(0, 64)}: unknown field; allowed: usd`, other.slice(0, 64), "unknown_parameter");
  if (typeof usd !== "number" || !(usd >= 0 && usd <= MAX_NANO_USD / 1e9))
    throw badRequest("usd: must be an amount in US dollars, 0 or more", "usd", "invalid_value");
  const charged = await operationOf(env, name)?.reconcile(fromUsd(usd));
  if (charged === undefined || charged === null)
    throw notFound("There is no such operation, or what it has cost is known.", "operation_not_found");
  return Response.json({ id: name, charged_usd: toUsd(charged) });
}

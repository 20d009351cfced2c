// GET /v1/operations/:id and /v1/operations/:id/result: what became of a call, and its answer again. For the operator:
// GET /v1/operations, the calls of which nobody knows, and POST /v1/operations/:id/reconcile, what one of them has cost.

import type { Caller } from "../auth/caller.ts";
import type { Env } from "../env.ts";
import { badRequest, notFound } from "../errors.ts";
import { readJson, refuseEarly } from "../json.ts";
import { ask } from "../ledger/client.ts";
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

const MOST_LISTED = 1000;

/** What the operator can hold against a bill, which tells sums by hour or day: when, of which model, and how much. */
export async function listUnknown(env: Env): Promise<Response> {
  const rows = await ask(env, (ledger) => ledger.unknown(MOST_LISTED + 1));
  const data = rows.slice(0, MOST_LISTED).map(({ id, created, model, charged }) => ({
    // A row is named by its operation, and by which of its purchases it is.
    id: id.slice(0, id.indexOf(".")),
    object: "operation",
    created: Math.floor(created / 1000),
    model,
    charged_usd: toUsd(charged),
  }));
  return Response.json({ object: "list", data, has_more: rows.length > MOST_LISTED });
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

// GET /v1/operations/:id and /v1/operations/:id/result: what became of a call, and its answer again.

import type { Caller } from "../auth/caller.ts";
import type { Env } from "../env.ts";
import { notFound } from "../errors.ts";
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
  return reply;
}

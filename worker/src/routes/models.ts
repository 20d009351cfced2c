// GET /v1/models and /v1/models/:id, from the catalogue; POST /v1/models/:id/resume for the operator.

import { models, type ModelInfo } from "gpt-image-edge";

import type { Env } from "../env.ts";
import { notFound } from "../errors.ts";
import { ask } from "../ledger/client.ts";

/** One model as OpenAI describes it. `shutdown_date` is OpenAI's too (openai 7.55.0, `models.ts`). */
function described(model: ModelInfo, id: string) {
  const created = model.released_on ? Math.floor(Date.parse(model.released_on) / 1000) : 0;
  return { id, object: "model", created, owned_by: "openai", shutdown_date: model.shutdown_on ?? null };
}

/** Every id that is served today, snapshots included. */
function served() {
  const current = models().filter((model) => model.status !== "retired");
  return current.flatMap((model) => [model.id, ...(model.snapshots ?? [])].map((id) => described(model, id)));
}

export function listModels(): Response {
  return Response.json({ object: "list", data: served() });
}

export function getModel(id: string): Response {
  const model = served().find((model) => model.id === id);
  if (!model)
    throw notFound(
      `The model ${JSON.stringify(id.slice(0, 100))} does not exist or is no longer served.`,
      "model_not_found",
      "model",
    );
  return Response.json(model);
}

/** Sells a model again that was stopped because a bill passed its bound. */
export async function resumeModel(env: Env, id: string): Promise<Response> {
  if (!(await ask(env, (ledger) => ledger.resume(id))))
    throw notFound(`The model ${JSON.stringify(id.slice(0, 100))} is not stopped.`, "model_not_stopped");
  return Response.json({ id, stopped: false });
}

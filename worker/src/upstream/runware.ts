// Runware's API. Requests become tasks, results become OpenAI's answers; what was lost on the way stands in a header.
// https://runware.ai/docs/platform/introduction, https://runware.ai/docs/platform/task-polling (2026-11-20)

import { ImageApiError, models, toRunware, type Loss } from "gpt-image-edge";

import { IDENTITY_FIELDS } from "../auth/safety.ts";
import type { Fields } from "../check.ts";
import { badRequest, notFound, upstreamFailed } from "../errors.ts";
import { VERSION } from "../version.ts";
import { requestOf, wholeBody } from "./read.ts";
import { answerOf, errorOf, readReply, type TaskReply } from "./runware-reply.ts";
import type { UpstreamSettings } from "./settings.ts";
import type { Call, Upstream } from "./call.ts";

/** When a result is asked for: first after this, then ever later, as Runware advises. */
const POLL = { first_ms: 1_000, growth: 1.4, most_ms: 5_000, deadline_ms: 10 * 60_000 };

/** How the upstream waits; tests pass a clock of their own. */
export type Wait = (ms: number) => Promise<void>;
const sleep: Wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

export function runware({ baseURL, apiKey, asynchronous }: UpstreamSettings["runware"], wait = sleep): Upstream {
  /** Sends tasks. Nothing is sent twice: a task is paid, whatever becomes of the connection. */
  async function post(tasks: Fields[], signal?: AbortSignal): Promise<Response> {
    const headers = {
      accept: "application/json",
      authorization: `Bearer ${apiKey}`,
      "content-type": "application/json",
      "user-agent": `gpt-image-edge/${VERSION}`,
    };
    const init = { method: "POST", headers, body: JSON.stringify(tasks), redirect: "manual", signal: signal ?? null };
    try {
      return await fetch(baseURL, init as RequestInit);
    } catch {
      throw upstreamFailed("The upstream could not be reached.", "upstream_unreachable");
    }
  }

  /** Asks for the result of a task until it is there. Asking costs nothing, so a failure to ask is no failure. */
  async function poll(taskUUID: string, signal?: AbortSignal): Promise<TaskReply> {
    let waited = 0;
    for (let pause = POLL.first_ms; waited < POLL.deadline_ms; pause = Math.min(POLL.most_ms, pause * POLL.growth)) {
      await wait(pause);
      waited += pause;
      if (signal?.aborted) break;
      const reply = await post([{ taskType: "getResponse", taskUUID }], signal).catch(() => undefined);
      if (!reply) continue;
      if (reply.status === 429 || reply.status >= 500) {
        await reply.body?.cancel();
        continue;
      }
      const result = await readReply(reply, taskUUID, apiKey);
      const pending = result.data.some(({ status }) => status === "processing");
      if (!pending && result.data.length + result.errors.length > 0) return result;
    }
    throw upstreamFailed("The upstream did not finish the task in time; it may have to be paid.", "upstream_timeout");
  }

  return {
    async send(call: Call): Promise<Response> {
      if (call.path === "/responses")
        throw notFound("Responses are not served by this model's upstream.", "unknown_url");
      const edit = call.path === "/images/edits";
      const { request, losses } = sized(await requestOf(call.contentType, await wholeBody(call)));
      // The worker's own word, for which there is no place here: no loss of the caller's.
      for (const field of IDENTITY_FIELDS) delete request[field];
      refuseAddresses(request);
      const task = translated(edit ? "edit" : "generate", request, losses);
      const taskUUID = task["taskUUID"] as string;
      const reply = await post([{ ...task, ...(asynchronous && { deliveryMethod: "async" }) }], call.signal);
      let result = await readReply(reply, taskUUID, apiKey);
      const acknowledged = result.data.length > 0 && result.data.every((item) => !("imageUUID" in item));
      if (asynchronous && acknowledged) result = await poll(taskUUID, call.signal);
      if (result.data.length === 0) throw errorOf(result, apiKey);
      return answerOf(request, result, edit, losses);
    },
  };
}

/** Runware draws no `auto` size: the model's first one is taken, and the loss is told. */
function sized(request: Fields): { request: Fields; losses: Loss[] } {
  const { size } = request;
  if (typeof size === "string" && size !== "auto") return { request, losses: [] };
  const rule = models().find(({ id, snapshots }) => [id, ...(snapshots ?? [])].includes(request["model"] as string))
    ?.params.size;
  const first = rule && "presets" in rule ? rule.presets.find((preset) => preset !== "auto") : undefined;
  if (first === undefined)
    throw badRequest("size: must be given, for this model's upstream draws no auto", "size", "invalid_value");
  const loss = { param: "size", given: size ?? null, reason: `is not chosen there; ${first} is taken` };
  return { request: { ...request, size: first }, losses: [loss] };
}

/** Runware would fetch an address itself, from wherever a caller likes; and a file that is not there would just be left out. */
function refuseAddresses({ images }: Fields): void {
  for (const [index, image] of (Array.isArray(images) ? (images as Fields[]) : []).entries())
    if (typeof image["image_url"] !== "string" || !/^data:image\//i.test(image["image_url"])) {
      const param = `images[${index}]`;
      throw badRequest(`${param}: must be a data URL of an image for this model's upstream`, param, "invalid_value");
    }
}

/** The task of a request; `losses` grows by what it cannot say. */
function translated(operation: "generate" | "edit", request: Fields, losses: Loss[]): Fields {
  try {
    const there = toRunware(operation, request, { taskUUID: crypto.randomUUID() });
    losses.push(...there.losses);
    return there.request;
  } catch (error) {
    if (!ImageApiError.isInstance(error) || error.kind !== "user") throw error;
    if (error.param === "model" || /^model/.test(error.message))
      throw notFound(
        `The model ${JSON.stringify(request["model"]).slice(0, 100)} is not offered by its upstream.`,
        "model_not_found",
        "model",
      );
    throw badRequest(error.message, error.param ?? null, "invalid_value");
  }
}

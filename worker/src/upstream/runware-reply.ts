// What Runware answers, as OpenAI would have said it. The reply is not trusted, as no upstream's is.

import type { Loss } from "gpt-image-edge";

import type { Fields } from "../check.ts";
import { Refusal, upstreamFailed } from "../errors.ts";
import { BigString, BigStringReader } from "./big-strings.ts";
import { COST_HEADER, LOSSES_HEADER, redacted } from "./reply.ts";

/** Results and errors of one task: both may be there. */
export interface TaskReply {
  data: Fields[];
  errors: Fields[];
  /** The status of the reply they came in. */
  status: number;
  retryAfter: string | null;
}

/** Fifteen pictures of 3 MB as base64, held once in the 128 MB of an isolate until they are passed on. */
const MAX_REPLY_BYTES = 60 * 1024 * 1024;
const isObject = (value: unknown): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Reads a reply as far as it is about one task. */
export async function readReply(reply: Response, taskUUID: string, apiKey: string): Promise<TaskReply> {
  const { status } = reply;
  if (status >= 300 && status < 400) {
    await reply.body?.cancel();
    throw upstreamFailed("The upstream answered with a redirect, which is not followed.", "upstream_redirect");
  }
  const body = await jsonOf(reply);
  if (!body) throw upstreamFailed("The upstream's answer is not JSON.", "upstream_protocol");
  const about = (items: unknown) =>
    (Array.isArray(items) ? items : []).filter(
      (item): item is Fields => isObject(item) && (item["taskUUID"] === undefined || item["taskUUID"] === taskUUID),
    );
  // Errors before any task has begun come alone: https://runware.ai/docs/models-api/errors
  const errors = [...about(body["errors"]), ...(isObject(body["error"]) ? [body["error"]] : [])];
  const data = status < 300 ? about(body["data"]) : [];
  if (data.length + errors.length === 0 && status < 300)
    throw upstreamFailed("The upstream's answer says nothing about the task.", "upstream_protocol");
  const retryAfter = reply.headers.get("retry-after");
  const safe = retryAfter !== null && /^\d{1,6}$/.test(retryAfter) && redacted(retryAfter, [apiKey]) === retryAfter;
  return { data, errors, status, retryAfter: safe ? retryAfter : null };
}

async function jsonOf(reply: Response): Promise<Fields | undefined> {
  if (!/^application\/json\b/i.test(reply.headers.get("content-type") ?? "")) {
    await reply.body?.cancel();
    return undefined;
  }
  let length = 0;
  const reader = new BigStringReader();
  try {
    for await (const chunk of reply.body ?? []) {
      length += chunk.length;
      if (length > MAX_REPLY_BYTES) return undefined;
      reader.feed(chunk);
    }
    const value = reader.end();
    return isObject(value) ? value : undefined;
  } catch {
    // Cut off, or no JSON.
    return undefined;
  }
}

/** The pictures of a task as the Images API answers them. */
export function answerOf(request: Fields, { data, errors }: TaskReply, edit: boolean, losses: Loss[]): Response {
  const pictures = data.map((item) => pictureOf(item["imageBase64Data"]));
  const wanted = Number(request["n"] ?? 1);
  if (pictures.length < wanted) {
    const reason = `${pictures.length} of ${wanted} came; ${words(errors[0]?.["message"] ?? "the others failed")}`;
    losses.push({ param: "n", given: wanted, reason });
  }
  const known = (name: string) => {
    const value = request[name];
    return typeof value === "string" && value !== "auto" ? { [name]: value } : {};
  };
  const output_format = ["jpeg", "webp"].includes(request["output_format"] as string)
    ? request["output_format"]
    : "png";
  const values = { ...known("background"), output_format, ...known("quality"), ...known("size") };
  const created = Math.floor(Date.now() / 1000);
  const headers = new Headers();
  // A dictionary of RFC 9651: what was asked for and is not so, each with the reason.
  if (losses.length > 0)
    headers.set(LOSSES_HEADER, losses.map(({ param, reason }) => `${param}="${words(reason)}"`).join(", "));
  const costs = data.map(({ cost }) => cost).filter((cost): cost is number => typeof cost === "number" && cost >= 0);
  if (costs.length === data.length && costs.length > 0)
    headers.set(COST_HEADER, costs.reduce((sum, cost) => sum + cost, 0).toFixed(6));
  if (request["stream"] === true) {
    const type = `${edit ? "image_edit" : "image_generation"}.completed`;
    headers.set("content-type", "text/event-stream; charset=utf-8");
    const rest = JSON.stringify({ created_at: created, ...values }).slice(1);
    const start = `event: ${type}\ndata: {"type":"${type}","b64_json":"`;
    return new Response(streamOf([start, ...pictures[0]!, `",${rest}\n\n`]), { headers });
  }
  headers.set("content-type", "application/json");
  const written = pictures.flatMap((pieces, index) => [`${index === 0 ? "" : ","}{"b64_json":"`, ...pieces, '"}']);
  const rest = JSON.stringify(values).slice(1);
  return new Response(streamOf([`{"created":${created},"data":[`, ...written, `],${rest}`]), { headers });
}

/** A picture's base64 in pieces: between two quotes it is as it came. */
function pictureOf(value: unknown): (Uint8Array | string)[] {
  if (value instanceof BigString && value.base64) return value.pieces;
  if (typeof value === "string" && /^[A-Za-z0-9+/]{4}[A-Za-z0-9+/=]*$/.test(value)) return [value];
  throw upstreamFailed("The upstream answered without a picture.", "upstream_protocol");
}

/** The pieces one after the other, each let go when it is taken. */
function streamOf(pieces: (Uint8Array | string)[]): ReadableStream<Uint8Array> {
  const left = pieces.reverse();
  return new ReadableStream(
    {
      pull(controller) {
        const piece = left.pop();
        if (piece === undefined) controller.close();
        else controller.enqueue(typeof piece === "string" ? encoder.encode(piece) : piece);
      },
    },
    { highWaterMark: 0 },
  );
}
const encoder = new TextEncoder();

/** A text that a header takes. */
const words = (text: unknown) =>
  String(text)
    .replaceAll(/[^\x20-\x7e]|["\\]/g, "'")
    .slice(0, 200);

/** Fields of a task and what OpenAI calls them. */
const PARAMS: Record<string, string> = {
  positivePrompt: "prompt",
  width: "size",
  height: "size",
  numberResults: "n",
  outputFormat: "output_format",
  outputQuality: "output_compression",
  inputs: "image",
  "inputs.referenceImages": "image",
  "providerSettings.openai.quality": "quality",
  "providerSettings.openai.background": "background",
  model: "model",
};
const SAFETY =
  /^(contentPolicyViolation|providerContentPolicyViolation|sensitiveContentDetected|unsafeContentDetected|nsfwContentDetected|promptBlocked|imageBlocked|moderationFailed)$/;

/** The error of a task that brought nothing. By code as Runware's own SDK tells them apart (2026-07-22). */
export function errorOf({ errors, status, retryAfter }: TaskReply, apiKey: string): Refusal {
  const [first] = errors;
  const code = typeof first?.["code"] === "string" ? redacted(first["code"], [apiKey]).slice(0, 64) : "";
  const told =
    typeof first?.["message"] === "string" ? first["message"] : `The upstream answered with status ${status}.`;
  const message = redacted(told, [apiKey]).slice(0, 2000);
  const refusal = (status: number, type: string, code: string, param: string | null = null, headers = {}) =>
    new Refusal(status, { message, type, code, param }, headers);
  if (/ApiKey|auth/i.test(code) || status === 401 || status === 403)
    return upstreamFailed(
      "The upstream refused this worker's key; its operator has to renew it.",
      "upstream_key_refused",
    );
  if (/Credits|Quota|Balance/i.test(code) || status === 402)
    return refusal(429, "insufficient_quota", "insufficient_quota");
  if (/RateLimit/i.test(code) || status === 429)
    return refusal(
      429,
      "requests",
      "rate_limit_exceeded",
      null,
      retryAfter === null ? {} : { "retry-after": retryAfter },
    );
  if (SAFETY.test(code)) return refusal(400, "image_generation_user_error", "moderation_blocked", "prompt");
  if (/^(invalid|missing|conflict|duplicate|unsupported|value|array|max)/.test(code)) {
    const given = first?.["parameter"];
    const param = PARAMS[String(Array.isArray(given) ? given[0] : given)] ?? null;
    return code === "invalidModel"
      ? refusal(404, "invalid_request_error", "model_not_found", "model")
      : refusal(400, "invalid_request_error", "invalid_value", param);
  }
  if (/Timeout/i.test(code)) return refusal(504, "server_error", "upstream_timeout");
  return refusal(status >= 500 ? status : 502, "server_error", code || "upstream_error");
}

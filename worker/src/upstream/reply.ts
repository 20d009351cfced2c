// What of an upstream's reply reaches the caller. The reply is not trusted: it may be a proxy's, or hostile.

import { spellings } from "../operation/secrets.ts";
import { errorResponse, upstreamFailed, type ErrorFields } from "../errors.ts";

/** The headers that are let through, each with the form its value must have. */
const HEADERS: Record<string, RegExp> = {
  "openai-processing-ms": /^\d{1,9}$/,
  "retry-after": /^[\w ,:.+-]{1,40}$/,
  "retry-after-ms": /^\d{1,9}(\.\d{1,6})?$/,
  "x-request-id": /^[\w.:-]{1,128}$/,
  "x-should-retry": /^(true|false)$/,
};
/**
 * How much of the minute is left. It is the state of the whole organisation, and said to callers all the same: whoever
 * holds the token spends from it, and a page that knows when to wait does not run into 429 after 429.
 */
for (const what of ["requests", "tokens", "images"]) {
  HEADERS[`x-ratelimit-limit-${what}`] = /^\d{1,12}$/;
  HEADERS[`x-ratelimit-remaining-${what}`] = /^\d{1,12}$/;
  // Durations as Go prints them: `6m0s`, `1.5s`, `20ms`.
  HEADERS[`x-ratelimit-reset-${what}`] = /^(\d{1,9}(\.\d{1,9})?(h|m|s|ms|us|µs|ns)?){1,4}$/;
}
/** What a request could not say to its upstream, and what was paid where no usage tells: ours, never the upstream's. */
export const LOSSES_HEADER = "x-gpt-image-edge-losses";
export const COST_HEADER = "x-gpt-image-edge-cost-usd";
/** What is left of the caller's narrowest budget when the most that its call can cost is held back. */
export const BUDGET_HEADER = "x-gpt-image-edge-budget-left-usd";
/** Whether another call of the same caller's answered this one, which then cost nothing: `joined` or `hit`. Ours as well. */
export const CACHE_HEADER = "x-gpt-image-edge-cache";
/** The names of all of them, for pages of other origins. */
export const PASSED_HEADERS = [...Object.keys(HEADERS), LOSSES_HEADER, COST_HEADER, CACHE_HEADER, BUDGET_HEADER];

/** More than any error of the API; a longer one is not read to its end. */
const MAX_ERROR_BYTES = 64 * 1024;

/**
 * The reply for the caller: a good one with its body untouched and unbuffered, an error read and written anew, anything
 * else as 502. `secrets` are texts that must not be in a header or an error.
 */
export async function passOn(reply: Response, secrets: readonly string[] = []): Promise<Response> {
  const headers = new Headers();
  for (const [name, form] of Object.entries(HEADERS)) {
    const value = reply.headers.get(name);
    if (value !== null && form.test(value) && redacted(value, secrets) === value) headers.set(name, value);
  }
  if (reply.status >= 400) return passError(reply, headers, secrets);
  const type = (reply.headers.get("content-type") ?? "").split(";")[0]!.trim().toLowerCase();
  if (reply.status === 200 && type === "application/json") headers.set("content-type", "application/json");
  else if (reply.status === 200 && type === "text/event-stream")
    headers.set("content-type", "text/event-stream; charset=utf-8");
  else {
    await reply.body?.cancel();
    if (reply.status >= 300)
      throw upstreamFailed("The upstream answered with a redirect, which is not followed.", "upstream_redirect");
    throw upstreamFailed("The upstream's answer is neither JSON nor an event stream.", "upstream_protocol");
  }
  return new Response(reply.body, { status: 200, headers });
}

async function passError(reply: Response, headers: Headers, secrets: readonly string[]): Promise<Response> {
  const { status } = reply;
  const fields = fieldsOf(redacted(await head(reply, MAX_ERROR_BYTES), secrets));
  const fallback = {
    message: `The upstream answered with status ${status}.`,
    type: status >= 500 ? "server_error" : "invalid_request_error",
  };
  return errorResponse(status, fields ?? { ...fallback, code: "upstream_error" }, headers);
}

/** The known fields of an error body, if it is one. */
function fieldsOf(text: string): ErrorFields | undefined {
  let error: Record<string, unknown> | undefined;
  try {
    error = (JSON.parse(text) as { error?: Record<string, unknown> } | null)?.error;
  } catch {
    return undefined;
  }
  if (typeof error !== "object" || error === null || typeof error["message"] !== "string") return undefined;
  const word = (name: string) => (typeof error[name] === "string" ? error[name] : null);
  const details = error["moderation_details"];
  return {
    message: error["message"],
    type: word("type") ?? "api_error",
    param: word("param"),
    code: word("code"),
    ...(typeof details === "object" && details !== null && { moderation_details: details }),
  };
}

/** The text without any of the secrets, in the spellings a careless upstream would echo them in. */
export function redacted(text: string, secrets: readonly string[]): string {
  for (const secret of secrets) for (const form of spellings(secret)) text = text.split(form).join("[redacted]");
  return text;
}

/** The beginning of a body, as text. */
async function head(reply: Response, limit: number): Promise<string> {
  if (!reply.body) return "";
  const decoder = new TextDecoder();
  const reader = reply.body.getReader();
  let text = "";
  for (let length = 0; length < limit;) {
    const { done, value } = await reader.read().catch(() => ({ done: true, value: undefined }) as const);
    if (done || !value) return text + decoder.decode();
    length += value.length;
    text += decoder.decode(value, { stream: true });
  }
  await reader.cancel().catch(() => undefined);
  return text;
}

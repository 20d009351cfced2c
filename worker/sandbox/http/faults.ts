// Failures on request, so that any client can provoke them: `x-sandbox-fault: NAME` as a header, or `[[fault:NAME]]` in
// the prompt. The table in ../README.md lists them all.

import { refuse, type Refusal } from "./errors.ts";

/** A failure that was asked for. */
export interface Fault {
  name: FaultName;
  /** Milliseconds, where the failure has a time. */
  ms: number | undefined;
  /** Fails only the first call that names this id. */
  once: string | undefined;
}

/** Those that answer instead of the pictures. */
const REFUSALS = [
  "401",
  "403",
  "404",
  "429",
  "slow_down",
  "quota",
  "500",
  "503",
  "moderation",
  "html",
  "html-200",
  "redirect",
  "echo",
] as const;
/** Those that change when or how the pictures come. */
const REPLIES = [
  "slow",
  "hang",
  "stall",
  "trickle",
  "endless",
  "cut",
  "cut-start",
  "cut-base64",
  "error",
  "empty",
  "partial",
  "url",
  "badjson",
  "no-usage",
  "bad-usage",
  "twice",
] as const;

export type FaultName = (typeof REFUSALS)[number] | (typeof REPLIES)[number];

const NAMES: readonly string[] = [...REFUSALS, ...REPLIES];
const IN_PROMPT = /\s*\[\[fault:([^\]]{1,200})\]\]/;

/** Reads `NAME [ms:N] [once:ID]`; undefined for an unknown name. */
export function parseFault(text: string): Fault | undefined {
  const [name = "", ...options] = text.trim().split(/\s+/);
  if (!NAMES.includes(name)) return undefined;
  const option = (key: string) => options.find((word) => word.startsWith(`${key}:`))?.slice(key.length + 1);
  const ms = Number(option("ms") ?? Number.NaN);
  return { name: name as FaultName, ms: Number.isFinite(ms) && ms >= 0 ? ms : undefined, once: option("once") };
}

/** The fault that a prompt asks for, and the prompt without it. */
export function faultInPrompt(prompt: string): { fault: Fault | undefined; prompt: string } {
  const found = IN_PROMPT.exec(prompt);
  const fault = found?.[1] === undefined ? undefined : parseFault(found[1]);
  if (!found || !fault) return { fault: undefined, prompt };
  const rest = prompt.replace(found[0], "").trim();
  // A prompt must not become empty: that would be another error than the one that was asked for.
  return { fault, prompt: rest === "" ? prompt : rest };
}

/** What a fault needs to know of the call. */
export interface Scene {
  headers: Headers;
  model: string;
  requestId: string;
  authorization: string | null;
}

/** The reply of a fault that answers instead of the pictures; undefined for the others. */
export function faultReply(fault: Fault, scene: Scene): Response | undefined {
  const { headers, model, requestId } = scene;
  switch (fault.name) {
    case "429": {
      const ms = fault.ms ?? 1000;
      headers.set("retry-after-ms", String(ms));
      headers.set("retry-after", String(Math.ceil(ms / 1000)));
      headers.set("x-ratelimit-remaining-requests", "0");
      headers.set("x-ratelimit-reset-requests", ms % 1000 === 0 ? `${ms / 1000}s` : `${ms}ms`);
      return refuse(rateLimited(model, ms), headers);
    }
    case "html-200":
      headers.set("content-type", "text/html; charset=UTF-8");
      return new Response("<!doctype html><title>Sign in</title>", { headers });
    case "html":
      headers.set("content-type", "text/html; charset=UTF-8");
      headers.set("server", "cloudflare");
      return new Response(BAD_GATEWAY, { status: 502, headers });
    case "redirect":
      headers.set("location", "https://elsewhere.invalid/v1/images/generations");
      return new Response(null, { status: 307, headers });
    case "echo":
      // What a hostile upstream would do with a key.
      headers.set("x-echo", scene.authorization ?? "");
      return refuse(
        { status: 400, type: "invalid_request_error", message: `You sent ${scene.authorization}.` },
        headers,
      );
    default: {
      const refusal = refusals(model, requestId)[fault.name];
      return refusal && refuse(refusal, headers);
    }
  }
}

/** A rise that was too fast: another thing than a minute that is used up. Its wording is the sandbox's own. */
const SLOW_DOWN: Refusal = {
  status: 429,
  type: "requests",
  code: "slow_down",
  message: "Your rate of requests rose too fast. Please slow down and raise it again little by little.",
};

function rateLimited(model: string, ms: number): Refusal {
  return {
    status: 429,
    type: "requests",
    code: "rate_limit_exceeded",
    message: `Rate limit reached for ${model} in organization org-sandbox on images per min: Limit 5, Used 5, Requested 1. Please try again in ${ms / 1000}s. Visit https://platform.openai.com/account/rate-limits to learn more.`,
  };
}

function refusals(model: string, requestId: string): Partial<Record<FaultName, Refusal>> {
  return {
    slow_down: SLOW_DOWN,
    401: {
      status: 401,
      type: "invalid_request_error",
      code: "invalid_api_key",
      message:
        "Incorrect API key provided: sk-sandb**********ault. You can find your API key at https://platform.openai.com/account/api-keys.",
    },
    403: {
      status: 403,
      type: "invalid_request_error",
      message: `Your organization must be verified to use the model \`${model}\`. Please go to: https://platform.openai.com/settings/organization/general and click on Verify Organization. If you just verified, it can take up to 15 minutes for access to propagate.`,
    },
    404: {
      status: 404,
      type: "invalid_request_error",
      param: "model",
      code: "model_not_found",
      message: `The model '${model}' does not exist.`,
    },
    quota: {
      status: 429,
      type: "insufficient_quota",
      code: "insufficient_quota",
      message:
        "You exceeded your current quota, please check your plan and billing details. For more information on this error, read the docs: https://platform.openai.com/docs/guides/error-codes/api-errors.",
    },
    500: {
      status: 500,
      type: "server_error",
      code: "server_error",
      message: `The server had an error while processing your request. Sorry about that! You can retry your request, or contact us through our help center at help.openai.com if the error persists. (Please include the request ID ${requestId} in your message.)`,
    },
    503: {
      status: 503,
      type: "server_error",
      code: "server_is_overloaded",
      message: "The server is currently overloaded with other requests. Sorry about that! Please try again later.",
    },
    moderation: {
      status: 400,
      type: "image_generation_user_error",
      code: "moderation_blocked",
      message: `Your request was rejected by the safety system. If you believe this is an error, contact us at help.openai.com and include the request ID ${requestId}. safety_violations=[violence].`,
      moderation_details: { moderation_stage: "input", categories: ["violence"] },
    },
  };
}

/** What a stream says when the service fails in the middle of it. */
export const STREAM_ERROR = {
  type: "error",
  error: {
    type: "server_error",
    code: "server_error",
    message: "The server had an error while processing your request. Sorry about that!",
    param: null,
  },
};

const BAD_GATEWAY = `<html>
<head><title>502 Bad Gateway</title></head>
<body>
<center><h1>502 Bad Gateway</h1></center>
<hr><center>cloudflare</center>
</body>
</html>
`;

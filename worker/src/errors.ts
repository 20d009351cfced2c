// Errors in OpenAI's shape, so that every OpenAI client reads them.

import type { Issue } from "gpt-image-edge";

/** The fields of `error` that OpenAI's clients know, and what else we tell. */
export interface ErrorFields {
  message: string;
  type: string;
  param?: string | null;
  code?: string | null;
  /** Every problem of the request, where the package found it wrong. */
  issues?: readonly Issue[];
  /** Why a picture was refused, as the API tells it. */
  moderation_details?: unknown;
  /** Whether the call was, or may have been, billed, and whether it makes sense to send it again. */
  charged?: boolean;
  retryable?: boolean;
  /** Of a call that may not wait for its turn: how many images would have left before it. */
  ahead?: number;
}

/** A refusal, thrown anywhere and answered in one place. */
export class Refusal extends Error {
  constructor(
    readonly status: number,
    readonly fields: ErrorFields,
    readonly headers: Record<string, string> = {},
  ) {
    super(fields.message);
  }

  toResponse(): Response {
    return errorResponse(this.status, this.fields, this.headers);
  }
}

/** An error as OpenAI writes it. */
export function errorResponse(status: number, fields: ErrorFields, headers: HeadersInit = {}): Response {
  const { message, type, param = null, code = null, ...more } = fields;
  const all = new Headers(headers);
  all.set("content-type", "application/json");
  return new Response(JSON.stringify({ error: { message, type, param, code, ...more } }, null, 2), {
    status,
    headers: all,
  });
}

const INVALID = "invalid_request_error";
const SERVER = "server_error";

/** A request that is wrong in itself. */
export function badRequest(message: string, param: string | null = null, code: string | null = null): Refusal {
  return new Refusal(400, { message, type: INVALID, param, code });
}

export function tooLarge(message: string, param: string | null = null): Refusal {
  return new Refusal(413, { message, type: INVALID, param, code: "request_too_large" });
}

export function unsupportedMediaType(message: string): Refusal {
  return new Refusal(415, { message, type: INVALID, code: "unsupported_content_type" });
}

export function unauthorized(message: string): Refusal {
  const headers = { "www-authenticate": 'Bearer realm="gpt-image-edge"' };
  return new Refusal(401, { message, type: INVALID, code: "invalid_api_key" }, headers);
}

export function forbidden(message: string, code: string): Refusal {
  return new Refusal(403, { message, type: INVALID, code });
}

export function notFound(message: string, code: string, param: string | null = null): Refusal {
  return new Refusal(404, { message, type: INVALID, param, code });
}

export function methodNotAllowed(method: string, allowed: string): Refusal {
  const message = `${method} is not allowed here; allowed: ${allowed}.`;
  return new Refusal(405, { message, type: INVALID, code: "method_not_allowed" }, { allow: allowed });
}

/** The worker is not configured; the faults are for the operator and hold no secret. */
export function misconfigured(faults: readonly string[]): Refusal {
  const message = `This worker is not configured: ${faults.join("; ")}.`;
  return new Refusal(503, { message, type: SERVER, code: "not_configured" });
}

export function upstreamFailed(message: string, code: string): Refusal {
  return new Refusal(502, { message, type: SERVER, code });
}

export function internalError(): Refusal {
  return new Refusal(500, { message: "Something went wrong in the worker.", type: SERVER, code: "internal_error" });
}

/** OpenAI's codes for what its own API would answer, by the package's codes; `invalid_value` for all others. */
const OPENAI_CODES: Record<string, string> = {
  required: "missing_required_parameter",
  no_images: "missing_required_parameter",
  unrecognized_key: "unknown_parameter",
  unsupported_parameter: "unknown_parameter",
  invalid_type: "invalid_type",
  not_an_integer: "invalid_type",
  not_nullable: "invalid_type",
  too_big: "integer_above_max_value",
  too_small: "integer_below_min_value",
  prompt_too_long: "string_above_max_length",
  empty_prompt: "empty_string",
  too_many_images: "array_above_max_length",
  not_an_image: "invalid_image_file",
  corrupt_image: "invalid_image_file",
  empty_file: "invalid_image_file",
  image_color_mode: "invalid_image_file",
  unsupported_image_format: "unsupported_file_mimetype",
  mask_size: "invalid_mask_image_format",
  mask_no_alpha: "invalid_mask_image_format",
  model_retired: "model_not_found",
};

/** A request that the package found wrong: the first error in OpenAI's words, with all of them beside it. */
export function invalid(issues: readonly Issue[]): Refusal {
  const first = issues.find((issue) => issue.severity === "error");
  const message = first?.message ?? "the request is not valid";
  const code = (first && OPENAI_CODES[first.code]) ?? "invalid_value";
  const status = code === "model_not_found" ? 404 : 400;
  return new Refusal(status, { message, type: INVALID, param: first?.param || null, code, issues });
}

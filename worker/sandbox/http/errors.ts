// Replies that are errors, in OpenAI's shape.

/** What stands under `error`, beside the status. */
export interface Refusal {
  status: number;
  message: string;
  type: string;
  param?: string | null;
  code?: string | null;
  /** Only for moderation. */
  moderation_details?: { moderation_stage: "input" | "output" | "unknown"; categories: string[] };
}

/** The body of an error. */
export function errorBody({ message, type, param = null, code = null, moderation_details }: Refusal): object {
  return { error: { message, type, param, code, ...(moderation_details && { moderation_details }) } };
}

/** JSON as the API prints it: two spaces, and a line break at the end. */
export function json(value: unknown, status: number, headers: Headers): Response {
  headers.set("content-type", "application/json");
  return new Response(`${JSON.stringify(value, null, 2)}\n`, { status, headers });
}

/** An error reply. */
export function refuse(refusal: Refusal, headers: Headers): Response {
  return json(errorBody(refusal), refusal.status, headers);
}

export const INVALID = "invalid_request_error";

/** A body that could not be read. */
export class Unreadable extends Error {
  readonly refusal: Refusal;
  constructor(message: string, fields: Partial<Refusal> = {}) {
    super(message);
    this.refusal = { status: 400, type: INVALID, message, ...fields };
  }
}

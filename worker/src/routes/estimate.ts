// POST /v1/estimate and POST /v1/validate: what a call would cost, and what is wrong with it. Nothing is sent anywhere.

import { estimateCost, ImageApiError, validate, type Context, type Operation } from "gpt-image-edge";

import type { Fields } from "../check.ts";
import { badRequest } from "../errors.ts";
import { readJson, refuseEarly } from "../json.ts";

/** Room for every prompt. Pictures need not come along: `context` tells their sizes in a few bytes. */
const MAX_BODY_BYTES = 1024 * 1024;

export const OPERATIONS: readonly Operation[] = ["generate", "edit", "respond", "runware", "batch"];
const FIELDS = ["operation", "request", "context"];

/** What is asked about. */
interface Question {
  operation: Operation;
  request: Fields;
  context: Context | undefined;
}

export async function estimate(request: Request): Promise<Response> {
  const question = await read(request);
  return Response.json(answer(() => estimateCost(question.operation, question.request, question.context)));
}

export async function report(request: Request): Promise<Response> {
  const question = await read(request);
  return Response.json(answer(() => validate(question.operation, question.request, question.context)));
}

async function read(incoming: Request): Promise<Question> {
  refuseEarly(incoming, MAX_BODY_BYTES);
  const body = await readJson(incoming, MAX_BODY_BYTES);
  for (const name of Object.keys(body))
    if (!FIELDS.includes(name))
      throw badRequest(
        `${name.slice(0, 64)}: unknown field; allowed are ${FIELDS.join(", ")}`,
        name.slice(0, 64),
        "unknown_parameter",
      );
  const { operation, request, context } = body;
  for (const [name, value] of Object.entries({ operation, request }))
    if (value === undefined || value === null)
      throw badRequest(`${name}: is needed`, name, "missing_required_parameter");
  if (!OPERATIONS.includes(operation as Operation)) {
    const given = JSON.stringify(operation).slice(0, 64);
    throw badRequest(`operation: ${given}: must be one of ${OPERATIONS.join(", ")}`, "operation", "invalid_value");
  }
  if (!isObject(request)) throw badRequest("request: must be an object", "request", "invalid_type");
  if (context !== undefined && context !== null && !isObject(context))
    throw badRequest("context: must be an object", "context", "invalid_type");
  return { operation: operation as Operation, request, context: (context ?? undefined) as Context | undefined };
}

const isObject = (value: unknown): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** What the package answers; what it does not understand of the context is the caller's mistake. */
function answer<T>(ask: () => T): T {
  try {
    return ask();
  } catch (error) {
    if (!ImageApiError.isInstance(error) || error.kind !== "user") throw error;
    throw badRequest(error.message, error.param ? `context.${error.param}` : "context", "invalid_value");
  }
}

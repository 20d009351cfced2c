// The package's verdict on a request, as a refusal where it is one.

import { normalize, validate, type Context, type Issue } from "gpt-image-edge";

import { invalid } from "./errors.ts";

/** What the worker serves. */
export type Operation = "generate" | "edit" | "respond";
export type Fields = Record<string, unknown>;

/** Every problem of a request. */
export function issuesOf(operation: Operation, request: Fields, context?: Context): readonly Issue[] {
  return validate(operation, request as never, context).issues;
}

/**
 * The request as it is sent; throws what is wrong with it. Nothing is repaired: a caller who misspells a field is told
 * so. Only the model is named where the caller did not, for what the API takes instead has changed more than once, and
 * nobody could say the price before.
 */
export function checked(operation: Operation, request: Fields, context?: Context): Fields {
  const issues = issuesOf(operation, request, context);
  if (issues.some(({ severity }) => severity === "error")) throw invalid(issues);
  const { model, ...rest } = request;
  if (model !== undefined && model !== null) return request;
  const named = normalize(operation, rest as never, context).request as { model?: unknown };
  return { ...rest, model: named.model };
}

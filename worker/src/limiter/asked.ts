// What a request asks of the limits, as the package counts it.

import { estimateCost, type Context } from "gpt-image-edge";

import type { Fields, Operation } from "../check.ts";
import type { Asked } from "./turn.ts";

/** The images and tokens of a request that was checked. Files count as far as `context` knows them. */
export function askedOf(operation: Operation, request: Fields, context?: Context): Asked {
  const estimate = estimateCost(operation, request, context);
  const tokens = estimate.items.reduce((sum, { tokens }) => sum + (tokens?.expected ?? tokens?.min ?? 0), 0);
  const n = operation === "respond" ? 1 : request["n"];
  return {
    model: estimate.model ?? (typeof request["model"] === "string" ? request["model"] : ""),
    images: typeof n === "number" ? n : 1,
    tokens,
    stream: request["stream"] === true,
  };
}

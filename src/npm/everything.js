// What the entries of the whole package export: the Images API, and what is beyond it. No logic, as in images.js.

import { ImageApiError } from "./errors.js";
import { call, callOperation } from "./packed.js";
import { forget } from "./recall.js";

export * from "./images.js";
export { ImageClient } from "./client-extras.js";

/** The cheapest size of a shape. */
export function cheapestSize(model, { ratio, quality, minPixels = 0, tolerance = 0.02, today } = {}) {
  const [width, height] = typeof ratio === "string" ? ratio.split(":").map(Number) : [ratio, 1];
  if (ratio !== undefined && !(width > 0 && height > 0)) {
    const message = `ratio: ${JSON.stringify(ratio)} is none; give width by height as a number (1.5) or as text ("3:2")`;
    throw new ImageApiError({ kind: "user", code: "invalid_argument", param: "ratio", message });
  }
  const wanted = {
    model,
    quality,
    ratio: ratio === undefined ? undefined : width / height,
    tolerance,
    min_pixels: minPixels,
  };
  return call("cheapest", wanted, { today });
}

/** How many images a usage tier allows in a minute; undefined where no limits are published. */
export function imagesPerMinute(operation, request, tier, context) {
  if (typeof tier !== "number") {
    const message = `tier: expected a number from 1 to 5, not ${typeof tier}`;
    throw new ImageApiError({ kind: "user", code: "invalid_argument", param: "tier", message });
  }
  return callOperation("images_per_minute", operation, request, context, tier) ?? undefined;
}

/** Adds entries to the catalogue, or changes those of the same id. */
export function extendCatalog(entries) {
  forget();
  call("extend_catalog", entries);
}

/** A request moved to another model, with every change explained. */
export function migrate(operation, request, { target, ...context } = {}) {
  return callOperation("migrate", operation, { request, target }, context);
}

/** An OpenAI request as a Runware task, with what has no counterpart. */
export function toRunware(operation, request, { taskUUID = crypto.randomUUID() } = {}) {
  return callOperation("to_runware", operation, { request, uuid: taskUUID });
}

/** A Runware task as an OpenAI request, with what has no counterpart. */
export function fromRunware(task) {
  return call("from_runware", task);
}

/** The input file of the Batch API: one request a line. */
export function batchFile(lines) {
  return call("batch_file", lines);
}

// The Images API: what every entry exports. No logic: each function packs, calls the module, and unpacks.

import { ImageApiError } from "./errors.js";
import { isReady } from "./instance.js";
import { call, callEstimate, callOperation, callValidate } from "./packed.js";

export { ImageApiError };
export { inspectImage, inspectRequest } from "./files.js";
export { buildRequest } from "./request.js";
export { isReady };

/** Every problem of a request at once. */
export function validate(operation, request, context) {
  return callValidate(operation, request, context);
}

/** A request after every repair that has one safe answer, what was changed, and what is left to say. */
export function normalize(operation, request, context) {
  return callOperation("normalize", operation, request, context);
}

/** What a request will cost, as an interval. */
export function estimateCost(operation, request, context) {
  return callEstimate(operation, request, context);
}

/** What a reply has cost, exactly, from the usage it reports. */
export function costFromUsage(model, usage, options) {
  return call("actual", { model, usage }, options);
}

/** Every model of the catalogue, as it stands today or on the day of `options.today`. */
export function models(options) {
  return call("models", null, options);
}

// The types of gpt-image-edge/core: the Images API without what is beyond it, in a smaller module. Everything it has is the same
// as in gpt-image-edge; what is beyond it is there only: `respond`, `batch`, Runware, `migrate`, `extendCatalog`, `cheapestSize`, `imagesPerMinute`.

import type {
  BuildOptions,
  ClientOptions,
  Context,
  CostEstimate,
  ImageClient as WholeClient,
  Normalized,
  Report,
  Requests,
} from "../index.js";

export type * from "../index.js";
export { costFromUsage, default, ImageApiError, inspectImage, inspectRequest, isReady, models } from "../index.js";

/** What a request is for: a generation or an edit. */
export type Operation = "generate" | "edit";

/**
 * Every problem of a request at once, as in gpt-image-edge.
 * @throws {ImageApiError} when the operation is unknown here or the context is malformed
 */
export function validate(operation: Operation, request: unknown, context?: Context): Report;

/** Repairs what has one safe answer, and says what it did, as in gpt-image-edge. */
export function normalize<Op extends Operation>(
  operation: Op,
  request: unknown,
  context?: Context,
): Normalized<Requests[Op]>;

/** What a request will cost, in US dollars, as an interval: `auto` sizes and qualities make it wide. */
export function estimateCost(operation: Operation, request: unknown, context?: Context): CostEstimate;

/**
 * A standard fetch Request: JSON, or a form for edits with files.
 * @throws {ImageApiError} when a Blob has neither been read nor declares an image type, or JSON cannot carry the request
 */
export function buildRequest(operation: Operation, request: unknown, options?: BuildOptions): Request;

/** Sends generations and edits to OpenAI, or to anything that speaks its API; as in gpt-image-edge. */
export type ImageClient = Omit<WholeClient, "respond" | "respondStream" | "batch">;
export const ImageClient: new (options?: ClientOptions) => ImageClient;

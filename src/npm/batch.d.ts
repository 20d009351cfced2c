// Many calls at once.

import type { EditByReferenceRequest, EditRequest, GenerateRequest, ImageApiError, ImageResult } from "./index.js";
import type { RespondRequest, ResponseResult } from "./responses.js";

/** A request of a batch. One with `image` or `images` is an edit, one with `input` a response. */
export type BatchRequest =
  GenerateRequest | EditRequest | EditByReferenceRequest | (RespondRequest & { input: string | object[] });

/** A request with its place in the batch. It can be kept as JSON when it holds no files, and given to another batch. */
export interface BatchEntry<Request extends BatchRequest = BatchRequest> {
  /** Its place in the list that the first batch was given. */
  index: number;
  operation: "generate" | "edit" | "respond";
  request: Request;
  /** The same each time it is sent, so that gpt-image-edge's worker draws it once only. */
  idempotencyKey: string;
}

/** What a request comes to: a response where it is one. */
export type BatchItemResult<Request> = Request extends GenerateRequest | EditRequest | EditByReferenceRequest
  ? ImageResult
  : ImageResult | ResponseResult;

export interface BatchDone<Request extends BatchRequest = BatchRequest> extends BatchEntry<Request> {
  /** Absent with `keepResults: false`. */
  result: BatchItemResult<Request>;
}

export interface BatchFailed<Request extends BatchRequest = BatchRequest> extends BatchEntry<Request> {
  /** `billed` says whether repeating it may cost twice. */
  error: ImageApiError;
}

export interface BatchOptions<Request extends BatchRequest = BatchRequest> {
  /** How many calls are under way at once, 1 to 1000. Default: what the tier's minute needs, else 4. */
  concurrency?: number;
  /** The usage tier of the organisation: no minute sees more pictures than it allows. Default: as fast as `concurrency` lets. */
  tier?: 1 | 2 | 3 | 4 | 5;
  /** Told of everything that happens. */
  onProgress?: (event: BatchProgress<Request>) => void;
  /** Ends the batch, which then says what is left. */
  signal?: AbortSignal | null;
  /** Whether the results are in the outcome, too. Give false where `onProgress` takes them, so that memory stays flat. Default true. */
  keepResults?: boolean;
}

/** Where a batch stands. */
export interface BatchCounts {
  total: number;
  done: number;
  failed: number;
  running: number;
  /** How many have not been sent yet. */
  left: number;
  /** What those that are done have cost, in US dollars, where their usage could be priced. */
  usd: number;
  /** How many of those that are done could not be priced: `usd` is without them. */
  unpriced: number;
}

/** What happened in a batch. */
export type BatchProgress<Request extends BatchRequest = BatchRequest> = BatchCounts &
  (
    | { type: "start"; entry: BatchEntry<Request> }
    | { type: "done"; entry: BatchEntry<Request>; result: BatchItemResult<Request> }
    | { type: "failed"; entry: BatchEntry<Request>; error: ImageApiError }
    | {
        /** The tier's minute is used up, or (with `error`) the server is busy. */
        type: "wait";
        entry: BatchEntry<Request>;
        wait_ms: number;
        error?: ImageApiError;
      }
    | {
        /** It ends early: called off, or every further call would fail, too. */
        type: "stop";
        error: ImageApiError;
      }
  );

/**
 * What became of a batch. To go on later, give `left` to `batch` again; and of `failed` what is worth repeating, such as
 * those whose `error.billed` is `"no"`.
 */
export interface BatchOutcome<Request extends BatchRequest = BatchRequest> {
  /** In the order of the requests, as are the others. */
  done: BatchDone<Request>[];
  failed: BatchFailed<Request>[];
  /** What was not sent, or was provably not billed when the batch ended. */
  left: BatchEntry<Request>[];
  /** What those that are done have cost, in US dollars, where their usage could be priced. */
  usd: number;
  /** How many of those that are done could not be priced: `usd` is without them. */
  unpriced: number;
  /** Why it ended early. */
  stopped?: ImageApiError;
}

// The types of gpt-image-edge. Requests are spelled as the official SDK spells them, so that a call moves over unchanged.
// Sizes are pixels, times milliseconds, amounts US dollars, lengths bytes; days are "YYYY-MM-DD".

import type { BatchEntry, BatchOptions, BatchOutcome, BatchRequest } from "./batch.js";
import type { IssueCode, ModelId, ModelLiterals } from "./generated.js";
import type { RespondRequest, ResponseEvent, ResponseResult } from "./responses.js";

export type { IssueCode, ModelId };
export type * from "./batch.js";
export type * from "./responses.js";

/** Any other text is allowed too, while editors still offer the literals. */
export type OrText<Literals extends string> = Literals | (string & {});

// ---------------------------------------------------------------------------------------------------------------------
// Start

/** What can become the module: compiled, as bytes, or where to fetch it. */
export type ModuleSource = WebAssembly.Module | ArrayBuffer | ArrayBufferView | Response | URL | string;

/**
 * Makes the functions ready. In browsers, call and await it once before anything else; in Node, Deno, Bun and workers it is
 * ready when imported and this does nothing, so the same program runs everywhere.
 *
 * @param module where the module is, when it is not the .wasm file next to this one
 * @throws Error when the module cannot be loaded; calling it again tries again
 * @example
 * import init, { validate } from "gpt-image-edge";
 * await init();
 */
export default function init(module?: ModuleSource | Promise<ModuleSource>): Promise<void>;

/** Whether the functions can be called: after `init()`, and not after a crash. */
export function isReady(): boolean;

// ---------------------------------------------------------------------------------------------------------------------
// Requests

/** What a request is for: each operation has its own fields and its own form on the wire. */
export type Operation = "generate" | "edit" | "respond" | "runware" | "batch";

/** A picture to send: a Blob or File, or bytes. A `fetch` Response and a stream are read whole by the client. */
export type ImageSource =
  | Blob
  | ArrayBuffer
  | ArrayBufferView
  | { readonly url: string; blob(): Promise<Blob> }
  | AsyncIterable<string | ArrayBuffer | ArrayBufferView | Blob>
  | ReadableStream<string | ArrayBuffer | ArrayBufferView | Blob>
  | {
      readonly data: AsyncIterable<unknown> | ReadableStream<unknown>;
      readonly name: string;
      readonly type?: string | undefined;
    };

/** Fields that generations and edits share. */
interface CommonFields {
  /** What to draw: 1 to 32,000 characters (Unicode code points). */
  prompt: string;
  /**
   * The model; see `models()`. Left out, the catalogue's default is taken: the oldest that is still served, or what OpenAI names in its
   * place. `ImageClient` names it in what it sends; `buildRequest` sends the request as it is.
   */
  model?: OrText<ModelId> | null;
  /** How many images, 1 to 10. Default 1. */
  n?: number | null;
  /** Opaque, transparent (png and webp only), or as the model thinks best. Default `auto`. */
  background?: "transparent" | "opaque" | "auto" | null;
  /** How much the model plans, where it can. */
  complexity?: "low" | "medium" | "high" | null;
  /** Frames of an animation, 2 to 16; with `output_format: "gif"`. */
  frame_count?: number | null;
  /** How long each frame shows, in milliseconds, in steps of 10; with `output_format: "gif"`. */
  frame_duration_ms?: number | null;
  /** Quality of lossy formats in percent, 0 to 100; with `jpeg` and `webp`. Default 100. */
  output_compression?: number | null;
  /** How many partial images a stream brings, 0 to 3. Each costs tokens; fewer may come. Default 0. */
  partial_images?: number | null;
  /** Only retired models had it; the others always answer bytes. */
  response_format?: "url" | "b64_json" | null;
  /** A stable, hashed id of your end user, for abuse reports. */
  safety_identifier?: string | null;
  /** @deprecated use `safety_identifier` */
  user?: string;
}

/** A request of `POST /images/generations`. */
export interface GenerateRequest extends CommonFields {
  /** How strict moderation is. Default `auto`. */
  moderation?: "low" | "auto" | null;
  /** The file format of the images. Default `png`; `gif` and `svg` are previews. */
  output_format?: "png" | "jpeg" | "webp" | "gif" | "svg" | null;
  /** How much work goes into the image. Default `auto`, which can cost anything between the least and the most. */
  quality?: "low" | "medium" | "high" | "xhigh" | "max" | "auto" | "standard" | "hd" | null;
  /** `WIDTHxHEIGHT` in pixels, or `auto`. Which sizes a model draws is in `models()`. */
  size?: OrText<
    "auto" | "1024x1024" | "1536x1024" | "1024x1536" | "256x256" | "512x512" | "1792x1024" | "1024x1792"
  > | null;
  /** Whether the reply is an event stream. `generateStream` sets it. */
  stream?: boolean | null;
  /** Only dall-e-3 had it. */
  style?: "vivid" | "natural" | null;
  /** Who writes the vector image; with `output_format: "svg"`. */
  svg?: {
    /** The model that writes it. */
    model: string;
    /** How much it reasons. */
    reasoning?: { effort?: "none" | "minimal" | "low" | "medium" | "high" | "xhigh" | "max" | null } | null;
  } | null;
}

/** A request of `POST /images/edits` with files. */
export interface EditRequest<Source = ImageSource> extends CommonFields {
  /** The picture to edit, or up to 16 of them: png, jpeg or webp, each below 50 MB. */
  image: Source | Array<Source>;
  /** Where the first picture may change: a png of its size whose transparent pixels mark the place. */
  mask?: Source;
  /** A transparent png of the first picture's size, drawn over it to guide the edit. Not together with `mask`. */
  markup?: Source;
  /** How closely the edit keeps to its input, where the model can be told. */
  input_fidelity?: "high" | "low" | null;
  /** The file format of the images. Default `png`; `gif` and `svg` are previews. */
  output_format?: "png" | "jpeg" | "webp" | "gif" | "svg" | null;
  /** How much work goes into the image. Default `auto`. */
  quality?: "low" | "medium" | "high" | "xhigh" | "max" | "auto" | "standard" | null;
  /** `WIDTHxHEIGHT` in pixels, or `auto`. */
  size?: OrText<"auto" | "1024x1024" | "1536x1024" | "1024x1536" | "256x256" | "512x512"> | null;
  /** Whether the reply is an event stream. `editStream` sets it. */
  stream?: boolean | null;
  /** Who writes the vector image; with `output_format: "svg"`. */
  svg?: {
    /** The model that writes it. */
    model?: string;
    /** How much it reasons. */
    reasoning?: { effort?: "none" | "minimal" | "low" | "medium" | "high" | "xhigh" | "max" } | null;
  } | null;
}

/** A picture by reference, in an edit that is sent as JSON. */
export type ImageReference =
  | {
      /** An https address or a data URL of at most 20,971,520 characters. */
      image_url: string;
    }
  | {
      /** A file of the Files API. */
      file_id: string;
    };

/** A request of `POST /images/edits` whose pictures are references: it is sent as JSON. */
export interface EditByReferenceRequest extends Omit<EditRequest, "image" | "mask" | "markup"> {
  /** The pictures to edit, 1 to 16. */
  images: ImageReference[];
  /** Where the first picture may change. */
  mask?: ImageReference;
  /** How strict moderation is. Default `auto`. */
  moderation?: "low" | "auto" | null;
}

/** The request of each operation. */
export interface Requests {
  generate: GenerateRequest;
  edit: EditRequest | EditByReferenceRequest;
  respond: RespondRequest;
  runware: Record<string, unknown>;
  batch: Record<string, unknown>;
}

/**
 * A generation for one model, with only the words that model takes: mistakes become type errors.
 * @example
 * const request: GenerateRequestFor<"gpt-image-2"> = { model: "gpt-image-2", prompt: "a cat", size: "1024x1024" };
 */
export type GenerateRequestFor<Id extends keyof ModelLiterals> = Omit<
  GenerateRequest,
  "model" | keyof ModelLiterals[Id]
> & {
  model: Id;
} & { [Field in keyof ModelLiterals[Id]]?: ModelLiterals[Id][Field] | null };

/**
 * An edit for one model, with only the words that model takes.
 * @example
 * const request: EditRequestFor<"gpt-image-2"> = { model: "gpt-image-2", prompt: "snow", image: photo, quality: "low" };
 */
export type EditRequestFor<Id extends keyof ModelLiterals> = Omit<EditRequest, "model" | keyof ModelLiterals[Id]> & {
  model: Id;
} & { [Field in keyof ModelLiterals[Id] & keyof EditRequest]?: ModelLiterals[Id][Field] | null };

// ---------------------------------------------------------------------------------------------------------------------
// Checks

/** What is known beside a request. All of it is optional; rules that lack their fact stay silent. */
export interface Context {
  /** The day of the call, because models end and prices change. Default today. */
  today?: string | Date;
  /** What is known of each input image, in the request's order; null where nothing is. `inspectRequest` makes it. */
  images?: Array<FileFacts | null>;
  /** What is known of the mask. */
  mask?: FileFacts | null;
  /** What is known of the markup. */
  markup?: FileFacts | null;
  /** Whether the call goes through the Batch API: half the price, no streams. */
  batch?: boolean;
  /** The text tokens of the prompt, where a tokenizer (`o200k_base`) counted them: `countTextTokens` of `gpt-image-edge/tokenizer`. */
  text_tokens?: number;
  /** Whether an edit is sent as JSON. Default: it has `images` and no `image`. */
  json_body?: boolean;
}

/** What the header of an image file says, before any orientation is applied. */
export interface ImageInfo {
  /** By content, not by name. */
  format: "png" | "jpeg" | "webp" | "gif";
  /** Pixels from left to right. */
  width: number;
  /** Pixels from top to bottom. */
  height: number;
  /** Bits of each channel. */
  bit_depth: number;
  /** How colours are stored. */
  color: "gray" | "rgb" | "palette" | "cmyk";
  /** Whether pixels can be transparent. */
  has_alpha: boolean;
  /** Whether there is more than one frame. */
  animated: boolean;
  /** The EXIF orientation, 1 to 8; 1 is upright. */
  orientation: number;
  /** Whether the bytes reached far enough for all of this; where not, more of the file may tell of transparency, animation or orientation. */
  complete: boolean;
  /** The length of the file, or of what was given of it. */
  bytes: number;
}

/** What is known of a file: its header, or why there is none. */
export type FileFacts = (
  | (Pick<ImageInfo, "format" | "width" | "height"> & Partial<ImageInfo>)
  | { bytes?: number; problem: "not_an_image" }
  | { bytes?: number; problem: "truncated" | "corrupt"; format: ImageInfo["format"] }
) & {
  /** How much of the picture is transparent, where the pixels were read. */
  transparency?: "none" | "some" | "all";
};

/** Every problem of one request, in a stable order. */
export interface Report {
  /** Whether the API would accept it, as far as is known: no issue is an error. */
  ok: boolean;
  issues: Issue[];
}

/** One problem. */
export interface Issue {
  /** Errors are refused by the API; warnings are allowed, but probably not meant or soon refused. */
  severity: "error" | "warning";
  /** Which rule was broken: docs/checks.md lists them. */
  code: IssueCode;
  /** The field as OpenAI spells it in `error.param`: `size`, `image[2]`. */
  param: string;
  /** The same as keys and indices, as Standard Schema and form libraries have it. */
  path: Array<string | number>;
  /** What is wrong, for a person: the field, what was given, what is allowed. */
  message: string;
  /** What was given, long texts cut. */
  given?: unknown;
  /** What would be accepted: a list of values, or bounds. */
  allowed?: unknown;
  /** How to mend it. */
  fix?: Fix;
  /** Where the rule comes from. */
  source: string;
}

/** A way to mend an issue. */
export interface Fix {
  /** What to put where `path` points; absent, the field is to be removed. */
  value?: unknown;
  /** `safe` fixes change neither picture nor price and are applied by `normalize`; `unsafe` ones are offered; the rest is advice. */
  applicability: "safe" | "unsafe" | "display_only";
}

/** A repair that `normalize` made. */
export interface Change {
  /** The issue it answered. */
  code: IssueCode;
  param: string;
  path: Array<string | number>;
  /** The value before; absent when there was none. */
  from?: unknown;
  /** The value after; absent when it was removed. */
  to?: unknown;
  /** Why, for a person. */
  reason: string;
}

/** A repaired request. */
export interface Normalized<Request = unknown> {
  request: Request;
  changes: Change[];
  /** What is left to say about it. */
  report: Report;
}

/**
 * Every problem of a request at once. Never throws for what is wrong with the request itself, unless it cannot be read: it is nested
 * deeper than 64 levels, its lists and objects have more than four million items in all, or a getter of it throws or calls this package.
 * @throws {ImageApiError} when the operation is unknown or the context is malformed
 */
export function validate(operation: Operation, request: unknown, context?: Context): Report;

/**
 * Repairs what has one safe answer, and says what it did. Nothing that costs more or changes the picture is touched, and
 * normalizing the result again changes nothing. Files stay the objects they were; the given request is left as it is.
 */
export function normalize<Op extends Operation>(
  operation: Op,
  request: unknown,
  context?: Context,
): Normalized<Requests[Op]>;

/** A model as it stands on a day. */
export interface ModelInfo {
  id: string;
  name: string;
  /** Further ids of the same model. */
  snapshots: string[];
  status: "current" | "deprecated" | "retired";
  /** Whether a request without `model` means this one. */
  default: boolean;
  released_on?: string;
  deprecated_on?: string;
  /** The first day on which calls fail. */
  shutdown_on?: string;
  /** The id OpenAI names first to move to. */
  replacement?: string;
  replacements: string[];
  endpoints: { generations: boolean; edits: boolean; responses_tool: boolean; batch?: boolean };
  /** Its id at Runware. */
  runware?: string;
  /** What each field takes. A field the model does not have is absent; `{ published: false }` where no source says. */
  params: ModelParams;
  edit?: {
    max_images: number;
    max_image_bytes: number;
    formats: string[];
    mask: boolean;
    markup: boolean;
    json_body: boolean;
  };
  /** Oldest first. */
  prices: ModelPrices[];
  /** The published price of one image, where there is a table. */
  per_image: Array<{ quality: string; size: string; usd: number }>;
  tiers?: Array<{ tier: number; tokens_per_minute: number; images_per_minute: number }>;
  sources: Record<"rules" | "lifecycle" | "cost", Source>;
}

/** Where a fact comes from, and the day it was last read there. */
export interface Source {
  url: string;
  checked: string;
}

interface IntegerParam {
  min: number;
  max: number;
  default: number;
}

interface WordParam {
  values: string[];
  default?: string;
}

interface NotPublished {
  published: false;
}

/** What the fields of a request take. */
export interface ModelParams {
  prompt: { max_characters: number };
  n: IntegerParam;
  size:
    | { auto: boolean; presets: string[] }
    | {
        auto: boolean;
        multiple_of: number;
        max_edge: number;
        min_pixels: number;
        max_pixels: number;
        max_ratio: number;
        experimental_above_pixels: number;
        popular: string[];
      };
  quality: WordParam;
  background?: WordParam | NotPublished;
  output_format?: WordParam | NotPublished;
  output_compression?: (IntegerParam & { formats: string[] }) | NotPublished;
  moderation?: WordParam | NotPublished;
  input_fidelity?: WordParam | NotPublished;
  stream?: { max_n: number; excluded_formats: string[] } | NotPublished;
  partial_images?: IntegerParam | NotPublished;
  complexity?: WordParam | NotPublished;
  frame_count?: IntegerParam | NotPublished;
  frame_duration_ms?: IntegerParam | NotPublished;
  svg?: { max_n: number; efforts: string[] } | NotPublished;
  style?: WordParam | NotPublished;
  response_format?: WordParam | NotPublished;
}

/** US dollars for a million tokens of each kind. */
export interface TokenPrices {
  text_input: number;
  cached_text_input: number;
  image_input: number;
  cached_image_input: number;
  image_output: number;
  text_output?: number;
}

export interface ModelPrices {
  /** The first day they hold; absent when it is not known. */
  from?: string;
  usd_per_million_tokens: TokenPrices;
  batch_usd_per_million_tokens?: TokenPrices;
  source: Source;
}

/** What may be said of a model at run time: an `id`, and what differs. */
export interface CatalogEntry {
  id: string;
  /** The model whose rules a new one shares; needed for an id that the catalogue does not have. */
  based_on?: OrText<ModelId>;
  name?: string;
  snapshots?: string[];
  released_on?: string | null;
  deprecated_on?: string | null;
  shutdown_on?: string | null;
  replacement?: string;
  replacements?: string[];
  /** Rules by parameter, as `ModelInfo.params` shows them; `false` for a parameter that the model refuses. */
  params?: Record<string, unknown>;
  /** Appended to the prices that stand. Without `from` they replace them: a correction. */
  prices?: ModelPrices[];
}

/**
 * Adds models to the catalogue, or changes those of the same id, for as long as the program runs: all of them, or none
 * when one is wrong.
 * @throws {ImageApiError} with `param` naming the place of the first value that is not understood
 */
export function extendCatalog(entries: CatalogEntry[]): void;

/**
 * Moves a generation or an edit to `target`, or to the replacement that OpenAI names for its model. Unlike `normalize` this
 * may change the picture and its price; `changes` says each change and why.
 * @throws {ImageApiError} when there is nothing to move or nowhere to move to
 */
export function migrate<Request>(
  operation: "generate" | "edit",
  request: Request,
  options?: Context & { target?: OrText<ModelId> },
): Normalized<Request>;

/** What a request could not say on the other side. */
export interface Loss {
  param: string;
  given: unknown;
  reason: string;
}

/**
 * An OpenAI request as one `imageInference` task of Runware.
 * @throws {ImageApiError} when the model is not offered there, or a picture is a file
 */
export function toRunware(
  operation: "generate" | "edit",
  request: object,
  options?: { taskUUID?: string },
): { request: Record<string, unknown>; losses: Loss[] };

/**
 * An `imageInference` task of Runware as an OpenAI request.
 * @throws {ImageApiError} when the catalogue does not know its model
 */
export function fromRunware(task: object): {
  operation: "generate" | "edit";
  request: Record<string, unknown>;
  losses: Loss[];
};

/** A line of the Batch API's input file. */
export interface BatchLine {
  /** Your name for the request, unique in the file. */
  custom_id: string;
  method: "POST";
  url: "/v1/images/generations" | "/v1/images/edits" | "/v1/responses";
  body: object;
}

/**
 * The input file of the Batch API: one request a line, at most 50,000 lines and 200,000,000 bytes. Check the lines with
 * `validate("batch", line)` first.
 * @throws {ImageApiError} naming the line that makes the lines no file
 */
export function batchFile(lines: BatchLine[]): string;

/** Every model of the catalogue. */
export function models(options?: Pick<Context, "today">): ModelInfo[];

// ---------------------------------------------------------------------------------------------------------------------
// Costs

/** What tokens are for. */
export type CostKind =
  | "text_input"
  | "image_input"
  | "image_output"
  | "partial_images"
  | "text_output"
  | "cached_text_input"
  | "cached_image_input";

/** A number that is known only within bounds; all three are equal when it is exact. */
export interface Interval {
  min: number;
  expected: number;
  max: number;
}

/** The same, where not everything is published: null is a number that nobody can tell. Mind that `null > 5` is false. */
export interface Bounds {
  /** The least it can be. */
  min: number;
  /** What to expect, or null where nothing is published that would tell. */
  expected: number | null;
  /** The most it can be, or null where nothing bounds it. */
  max: number | null;
}

/** What a call will cost, in US dollars. Null where an item has no number. */
export interface CostEstimate extends Bounds {
  currency: "USD";
  /** The model whose prices were taken; absent when the catalogue does not know it. */
  model?: string;
  /** How the finished images were priced: by tokens, by the published table, or not at all because nothing is published. */
  basis: "tokens" | "table" | "unknown";
  /** The finished images by tokens, where `expected` follows the published table instead. */
  by_tokens?: Interval;
  /** The finished images by the published table, where `expected` follows the tokens instead. */
  by_table?: Interval;
  /** The day the prices were last compared with their source. */
  prices_as_of?: string;
  /** What is unknown, and what was assumed, in plain sentences. */
  notes: string[];
  /** `tokens` is absent where the price does not go by tokens. */
  items: Array<{ kind: CostKind; tokens?: Bounds; usd: Bounds }>;
}

/** What a call has cost, exactly. */
export interface Cost {
  currency: "USD";
  usd: number;
  /** The same as decimal text, exact to the nano-dollar. */
  usd_text: string;
  items: Array<{ kind: CostKind; tokens: number; usd: number }>;
  /** What was assumed because the usage does not say, in plain sentences. */
  notes?: string[];
  /** Fields of the usage that were not understood, such as `input_tokens_details.audio_tokens`. */
  unknown_fields?: string[];
}

/** The `usage` of a reply. */
export interface Usage {
  input_tokens: number;
  output_tokens: number;
  total_tokens: number;
  input_tokens_details: { text_tokens: number; image_tokens: number };
  output_tokens_details?: { text_tokens: number; image_tokens: number };
}

/**
 * What a request will cost, as an interval: `auto` sizes and qualities make it wide. Of a response it is the part of its
 * image tool, of a batch line half the price of its body, of a Runware task Runware's price.
 */
export function estimateCost(operation: Operation, request: unknown, context?: Context): CostEstimate;

/**
 * What a reply has cost, from the usage it reports.
 * @throws {ImageApiError} when the model has no published prices, or the usage contradicts itself
 */
export function costFromUsage(model: OrText<ModelId>, usage: unknown, options?: Pick<Context, "today" | "batch">): Cost;

/** The cheapest size of a shape. */
export interface CheapestSize {
  size: string;
  /** Image output tokens of one image. */
  tokens: number;
  /** What one image is expected to cost: by its tokens, or by the published table where that decides. */
  usd: number;
  usd_text: string;
}

/**
 * The cheapest size a model draws: cost does not grow with the pixels alone.
 * @param wanted `ratio` is width by height, as a number or as `"16:9"`, and may be off by `tolerance` (default 0.02, two in
 *   a hundred); `quality` must not be `auto`
 * @throws {ImageApiError} when no rule is published, or no size fits
 */
export function cheapestSize(
  model: OrText<ModelId>,
  wanted: {
    ratio?: number | `${number}:${number}`;
    quality: string;
    minPixels?: number;
    tolerance?: number;
    today?: string | Date;
  },
): CheapestSize;

/** What a usage tier allows. */
export interface TierRate {
  tier: number;
  images_per_minute: number;
  /** The limit that is reached first. */
  binding: "images_per_minute" | "tokens_per_minute";
}

/** How many images of such requests a usage tier (1 to 5) allows in a minute; undefined where no limits are published. */
export function imagesPerMinute(
  operation: Operation,
  request: unknown,
  tier: number,
  context?: Context,
): TierRate | undefined;

// ---------------------------------------------------------------------------------------------------------------------
// Pictures and bodies

/**
 * What the header of an image file says, without decoding it.
 * @param head the first bytes: 64 KiB are nearly always enough
 * @throws {ImageApiError} with `code` `not_an_image`, `truncated` (give more bytes) or `corrupt`
 */
export function inspectImage(head: ArrayBuffer | ArrayBufferView): ImageInfo;

/** The part of `gpt-image-edge/pixels` that inspecting uses. */
export interface PixelsModule {
  default?: () => Promise<void>;
  maskTransparency(image: Uint8Array): "none" | "some" | "all";
}

/** How far `inspectRequest` looks. */
export interface InspectOptions {
  /**
   * The second module, or what imports it: then a mask and a markup are decoded where their header leaves open whether they
   * are transparent, and `validate` tells when they are so nowhere or everywhere. The function is called only for such files.
   */
  pixels?: PixelsModule | (() => PixelsModule | Promise<PixelsModule>);
}

/**
 * Reads the first bytes of the files of a request: what `validate`, `normalize` and `estimateCost` take as their context.
 * @throws {ImageApiError} when `pixels` is not that module
 * @example
 * const context = await inspectRequest(request, { pixels: () => import("gpt-image-edge/pixels") });
 * const { issues } = validate("edit", request, context); // may now hold mask_opaque and mask_transparent
 */
export function inspectRequest(request: unknown, options?: InspectOptions): Promise<Context>;

export interface BuildOptions {
  /** Where the API is. Default `https://api.openai.com/v1`. */
  baseURL?: string | URL;
  /** Sent as `Authorization: Bearer …`. */
  apiKey?: string;
  /** Further headers; they win over ours, `Content-Type` excepted. */
  headers?: HeadersInit;
  signal?: AbortSignal;
}

/**
 * Builds a standard fetch Request: JSON, or a form for edits with files, each with the type its bytes show.
 *
 * Blobs can only be read by waiting, so what their bytes are is known after `await inspectRequest(request)`; without it the
 * type they declare is sent.
 * @throws {ImageApiError} when a Blob has neither been read nor declares an image type, or JSON cannot carry the request
 */
export function buildRequest(operation: Exclude<Operation, "batch">, request: unknown, options?: BuildOptions): Request;

// ---------------------------------------------------------------------------------------------------------------------
// Calls

export interface ClientOptions extends Omit<BuildOptions, "signal"> {
  /** What to send with instead of the global `fetch`: a service binding, a test double. */
  fetch?: (input: string, init: RequestInit) => Promise<Response>;
  /** How long a call may take, all attempts and waits together, in milliseconds. Default 600,000 (ten minutes). */
  timeout?: number;
  /**
   * How long a reply that has begun may fall silent, in milliseconds; a heartbeat is a sign of life. Default: for ever. Time
   * in which you do not read the events does not count.
   */
  idleTimeout?: number;
  /**
   * How long a reply may take to begin, in milliseconds. Default: for ever. Without a stream it begins with the picture,
   * after up to two minutes.
   */
  connectTimeout?: number;
  /** How often a call is sent again when that cannot cost twice, 0 to 10. Default 2. */
  maxRetries?: number;
  /**
   * Whether the server keeps the answers of idempotency keys, so that whatever failed may be sent again and a lost stream is
   * resumed. gpt-image-edge's worker does and says so; nothing else is known to. Default: as the replies show.
   */
  idempotent?: boolean;
  /** Allows an OpenAI key in a page, where everybody can read it. */
  dangerouslyAllowBrowser?: boolean;
}

export interface CallOptions {
  /** Ends the call; it rejects with `kind: "aborted"`. */
  signal?: AbortSignal | null;
  /** The same key for the same intent; default a fresh one for each call, sent to servers that keep answers. */
  idempotencyKey?: string;
}

/** How much of the organisation's minute is left. */
export interface RateLimit {
  requests?: Allowance;
  tokens?: Allowance;
  images?: Allowance;
}

export interface Allowance {
  limit?: number;
  remaining?: number;
  /** Milliseconds until all of it is back. */
  reset_ms?: number;
}

/** A picture that was drawn. */
export interface GeneratedImage {
  /** Made when it is first asked for: until then a picture of up to 2 MiB is held as bytes, which costs less. */
  readonly blob: Blob;
  /** Pixels, by the picture's own header. */
  readonly width: number;
  /** Pixels, by the picture's own header. */
  readonly height: number;
  readonly format: "png" | "jpeg" | "webp" | "gif" | "svg";
  /** Its bytes. They may be those the picture holds: copy them before changing or transferring them. */
  bytes(): Promise<Uint8Array<ArrayBuffer>>;
  /** An address for `<img src>`, made once. It keeps the picture in memory until `revoke()`. */
  url(): string;
  /** Ends the address. The picture stays. */
  revoke(): void;
  /** Ends it: its address, and its memory unless `bytes()` has given it to somebody. */
  [Symbol.dispose](): void;
  /**
   * The same, and takes back what `bytes()` gave: whoever holds that finds it empty, and the next picture is written into its
   * memory. For programs that are done with each picture before the next: fresh memory costs more than to decode.
   */
  release(): void;
}

/** What the head of a reply says. */
export interface ReplyHead {
  /** What to name to OpenAI when something is wrong. */
  requestId?: string;
  rateLimit?: RateLimit;
  /** The call's name at gpt-image-edge's worker, which keeps its state, cost and pictures under `/operations/:id`. */
  operationId?: string;
  /** What was left of the caller's budget there, in US dollars, with the most that this call can cost held back. */
  budgetLeftUsd?: number;
}

/** How pictures were drawn; always the resolved values. */
export interface ImageDetails {
  background?: "transparent" | "opaque" | "auto";
  output_format?: "png" | "jpeg" | "webp" | "gif" | "svg";
  quality?: "low" | "medium" | "high" | "xhigh" | "max" | "auto";
  size?: string;
}

/** What the reply says beside its images. */
interface Resolved extends ImageDetails, ReplyHead {
  usage?: Usage;
  /** What the call has cost, where gpt-image-edge's worker says it or its usage can be priced. */
  cost?: Cost;
}

/** A finished call. `using` revokes the addresses of its pictures. */
export interface ImageResult extends Resolved {
  /** Unix seconds. */
  created: number;
  /** The pictures that came as bytes. An item of the reply that holds an address instead is not among them. */
  images: GeneratedImage[];
  [Symbol.dispose](): void;
}

/** A picture that is not finished yet. */
export interface PartialImageEvent extends Resolved {
  type: "partial_image";
  /** From 0. */
  partial_image_index: number;
  image: GeneratedImage;
  created_at?: number;
}

/** The finished picture. */
export interface CompletedEvent extends Resolved {
  type: "completed";
  image: GeneratedImage;
  created_at?: number;
}

export type ImageEvent = PartialImageEvent | CompletedEvent;

/**
 * Events as they arrive. Leaving a loop early, cancelling the stream, `await using`, or forgetting it ends the call and gives
 * its memory back.
 */
export type EventStream<Event> = ReadableStream<Event> &
  AsyncIterable<Event> & { [Symbol.asyncDispose](): Promise<void> };

export type ImageEventStream = EventStream<ImageEvent>;

/**
 * Sends requests to OpenAI, or to anything that speaks its API. It holds nothing that must be given back; `using` ends what
 * is still under way.
 */
export class ImageClient {
  /** @throws {ImageApiError} for an OpenAI key in a page, unless `dangerouslyAllowBrowser` */
  constructor(options?: ClientOptions);
  generate(request: GenerateRequest, options?: CallOptions): Promise<ImageResult>;
  edit(request: EditRequest | EditByReferenceRequest, options?: CallOptions): Promise<ImageResult>;
  /** The call begins with the first read. */
  generateStream(request: GenerateRequest, options?: CallOptions): ImageEventStream;
  /** The call begins with the first read. */
  editStream(request: EditRequest | EditByReferenceRequest, options?: CallOptions): ImageEventStream;
  /** A response, which may draw with its image tool. */
  respond(request: RespondRequest, options?: CallOptions): Promise<ResponseResult>;
  /** The call begins with the first read. */
  respondStream(request: RespondRequest, options?: CallOptions): EventStream<ResponseEvent>;
  /**
   * Draws many, each with an end of its own: it rejects only for arguments that are none.
   * @param requests requests, or entries of an earlier batch to go on with
   * @example
   * let outcome = await client.batch(prompts.map((prompt) => ({ model, prompt })), { tier: 2, signal });
   * if (outcome.stopped) outcome = await client.batch(outcome.left, { tier: 2 });
   */
  batch<Request extends BatchRequest>(
    requests: Iterable<Request | BatchEntry<Request>>,
    options?: BatchOptions<Request>,
  ): Promise<BatchOutcome<Request>>;
  /** Ends every call that is under way. */
  [Symbol.dispose](): void;
}

/**
 * What to do about an error.
 *
 * | kind | what happened | what to do |
 * | --- | --- | --- |
 * | `user` | the request or an argument is wrong | change it |
 * | `auth` | the key is missing or wrong | give another |
 * | `account` | the account may not do this: not verified, wrong region | settle it with OpenAI |
 * | `quota` | the money is used up | pay |
 * | `rate` | too many calls | wait for `retryAfterMs` |
 * | `moderation` | the prompt or a picture was refused | change it |
 * | `upstream` | the API failed | it may have been billed; look before repeating |
 * | `network` | no connection | repeat when nothing was sent |
 * | `timeout` | it took too long | it may have been billed |
 * | `aborted` | you ended it | |
 * | `protocol` | the reply is none of the API's, or was cut | it may have been billed |
 * | `crash` | a bug in this package | report it; `await init()` starts anew |
 */
export type ErrorKind =
  | "user"
  | "auth"
  | "account"
  | "quota"
  | "rate"
  | "moderation"
  | "upstream"
  | "network"
  | "timeout"
  | "aborted"
  | "protocol"
  | "crash";

/** The only class of errors that this package throws. */
export class ImageApiError extends Error {
  private constructor();
  /** Recognises errors of another copy of this package or another realm, where `instanceof` does not. */
  static isInstance(value: unknown): value is ImageApiError;
  readonly name: "ImageApiError";
  readonly kind: ErrorKind;
  /** The HTTP status, when there was a reply. */
  readonly status?: number;
  /** The API's `error.type`. */
  readonly type?: string;
  /**
   * The API's `error.code`, or a word of this package. Of what cannot be read: `invalid_argument`, `too_deep` (more than 64 levels),
   * `list_too_long` (more than four million items in all), `nested_call` (a getter of the request calls this package). Of replies:
   * `invalid_json`, `unexpected_stream`, `unexpected_reply` (a picture stands where the API has none; it may have been billed),
   * `empty_result`, `url_result`. Errors that a caller's own getters throw pass through as they are.
   */
  readonly code?: string;
  /** The field it is about. */
  readonly param?: string;
  readonly requestId?: string;
  /** Whether the same call may be sent again without being paid twice. */
  readonly retryable: boolean;
  /** How long the API asks to wait, in milliseconds. */
  readonly retryAfterMs?: number;
  /** Why moderation refused. */
  readonly moderation?: { stage?: "input" | "output" | "unknown"; categories: string[] };
  /** Whether the failed call has to be paid, as far as anybody outside OpenAI can tell. */
  readonly billed?: "no" | "unknown" | "yes";
  /** How often it was sent. */
  readonly attempts?: number;
  readonly rateLimit?: RateLimit;
  /** The call's name at gpt-image-edge's worker. */
  readonly operationId?: string;
  /** The partial images of a stream that came before it broke off. */
  readonly partialImages?: GeneratedImage[];
  /** The finished images of a stream that came before it broke off. */
  readonly images?: GeneratedImage[];
  /** Every problem, when a gpt-image-edge worker refused the request. */
  readonly issues?: Issue[];
  /** The format of a picture whose header is truncated or corrupt. */
  readonly format?: ImageInfo["format"];
}

// The Responses API with its image tool. Of the tools beside it only what the client needs is typed.

import type { ModelId } from "./generated.js";
import type { Cost, GeneratedImage, ImageDetails, OrText, ReplyHead } from "./index.js";

/** The image tool of a response. One call of it makes one picture; the language model writes its prompt. */
export interface ImageTool {
  type: "image_generation";
  /** A new picture, an edit of one in the conversation, or as the language model thinks best. Default `auto`. */
  action?: "generate" | "edit" | "auto";
  background?: "transparent" | "opaque" | "auto";
  /** How much the model plans, where it can. */
  complexity?: "low" | "medium" | "high";
  /** Frames of an animation, 2 to 16; with `output_format: "gif"`. */
  frame_count?: number;
  /** How long each frame shows, in milliseconds, in steps of 10; with `output_format: "gif"`. */
  frame_duration_ms?: number;
  /** How closely an edit keeps to its input, where the model can be told. */
  input_fidelity?: "high" | "low" | null;
  /** Where the picture may change: a file of the Files API, or a data URL. */
  input_image_mask?: { file_id?: string; image_url?: string };
  /** The model that draws; `estimateCost` says which one the API takes when it is left out. */
  model?: OrText<ModelId>;
  moderation?: "auto" | "low";
  /** Quality of lossy formats in percent, 0 to 100. Default 100. */
  output_compression?: number;
  output_format?: "png" | "webp" | "jpeg" | "gif" | "svg";
  /** How many partial images a stream brings, 0 to 3. Default 0. */
  partial_images?: number;
  quality?: "low" | "medium" | "high" | "xhigh" | "max" | "auto";
  /** `WIDTHxHEIGHT` in pixels, or `auto`. */
  size?: OrText<"auto" | "1024x1024" | "1024x1536" | "1536x1024">;
  /** Who writes the vector image; with `output_format: "svg"`. */
  svg?: {
    model?: string;
    reasoning?: { effort?: "none" | "minimal" | "low" | "medium" | "high" | "xhigh" | "max" } | null;
  };
}

/** A tool that is none of ours: it is passed on as it is. */
export type OtherTool =
  | {
      type:
        | "function"
        | "custom"
        | "file_search"
        | "web_search"
        | "web_search_preview"
        | "code_interpreter"
        | "computer"
        | "computer_use_preview"
        | "mcp"
        | "local_shell"
        | "shell"
        | "apply_patch";
      [field: string]: unknown;
    }
  | { type: string };

/** A request of `POST /responses`. Fields that have nothing to do with pictures are passed on as they are. */
export interface RespondRequest {
  /** The language model: not one that draws, which the image tool names. */
  model?: string;
  /** What is said: text, or a list of messages with text and pictures. */
  input?: string | object[];
  tools?: Array<ImageTool | OtherTool>;
  /** `{ type: "image_generation" }` makes it draw. */
  tool_choice?: string | object;
  /** The response that this one goes on from; its pictures can be edited. */
  previous_response_id?: string | null;
  instructions?: string | null;
  /** How many calls of tools it may make in all. */
  max_tool_calls?: number | null;
  /** The most it may write, in tokens, pictures not counted. */
  max_output_tokens?: number | null;
  /** Whether the reply is an event stream. `respondStream` sets it. */
  stream?: boolean | null;
  store?: boolean | null;
  safety_identifier?: string | null;
  access_programs?: object;
  background?: boolean | null;
  context_management?: object[] | null;
  conversation?: string | object | null;
  image?: object;
  include?: string[] | null;
  metadata?: Record<string, string> | null;
  moderation?: object | null;
  parallel_tool_calls?: boolean | null;
  prompt?: object | null;
  prompt_cache_key?: string | null;
  prompt_cache_options?: object;
  prompt_cache_retention?: "in_memory" | "24h" | null;
  reasoning?: object | null;
  service_tier?: string | null;
  stream_options?: object | null;
  temperature?: number | null;
  text?: object;
  top_logprobs?: number | null;
  top_p?: number | null;
  truncation?: "auto" | "disabled" | null;
  /** @deprecated use `safety_identifier` */
  user?: string;
}

/** A call of the image tool, with its picture in place of the base64. */
export interface ImageCall {
  type: "image_generation_call";
  id: string;
  status: "in_progress" | "generating" | "completed" | "failed";
  /** The picture; absent where there is none. */
  image?: GeneratedImage;
  /** The prompt that the language model wrote for it. */
  revised_prompt?: string | null;
  action?: "generate" | "edit" | "auto" | null;
  background?: "transparent" | "opaque" | "auto" | null;
  output_format?: "png" | "webp" | "jpeg" | "gif" | "svg" | null;
  quality?: "low" | "medium" | "high" | "xhigh" | "max" | "auto" | null;
  size?: string | null;
  /** Why it failed. */
  error?: {
    code: string | null;
    message: string;
    param?: string | null;
    type?: string;
    moderation_details?: { categories: string[]; moderation_stage: "input" | "output" | "unknown" };
  };
}

/** Anything else that a response brings: reasoning, messages, calls of other tools. */
export interface OtherItem {
  type: string;
  image?: undefined;
  [field: string]: unknown;
}

/** What the tokens of a response were for. */
export interface ResponseUsage {
  input_tokens: number;
  output_tokens: number;
  total_tokens: number;
  input_tokens_details?: { cached_tokens?: number };
  output_tokens_details?: { reasoning_tokens?: number };
}

/** A response: what the API says, with pictures in place of their base64. `using` revokes their addresses. */
export interface ResponseResult extends ReplyHead {
  /** What `previous_response_id` of the next request names. */
  id: string;
  status?: "completed" | "failed" | "in_progress" | "cancelled" | "queued" | "incomplete";
  model?: string;
  /** Unix seconds. */
  created_at?: number;
  /** Everything it brought, in order. */
  output: Array<ImageCall | OtherItem>;
  /** The pictures of `output`, in order; empty when nothing was drawn. */
  images: GeneratedImage[];
  /** What its messages say, as one text. */
  text: string;
  /** The tokens of the language model. */
  usage?: ResponseUsage;
  /** The tokens of its tools. */
  tool_usage?: { image_gen?: object };
  /** What the image tool has cost, where the reply says what it used. The tokens of the language model come on top. */
  cost?: Cost;
  error?: { code: string; message: string } | null;
  incomplete_details?: { reason?: string } | null;
  previous_response_id?: string | null;
  [Symbol.dispose](): void;
}

/** A picture of a response that is not finished yet. */
export interface ResponsePartialImageEvent extends ImageDetails, ReplyHead {
  type: "partial_image";
  /** From 0. */
  partial_image_index: number;
  item_id: string;
  output_index?: number;
  sequence_number?: number;
  image: GeneratedImage;
}

/** A finished picture of a response, which goes on. */
export interface ResponseImageEvent extends ReplyHead {
  type: "image";
  item_id: string;
  output_index?: number;
  sequence_number?: number;
  /** The call of the tool: its revised prompt, and its resolved values. */
  item: ImageCall;
  image: GeneratedImage;
}

/** More of what the response says. */
export interface ResponseTextEvent extends ReplyHead {
  type: "text_delta";
  delta: string;
  item_id: string;
  output_index?: number;
  content_index?: number;
  sequence_number?: number;
}

/** Any other event of the API, as it came. */
export interface ResponseOtherEvent extends ReplyHead {
  type: "event";
  event: { type: string; [field: string]: unknown };
}

/** The end of a response, with all of it. The pictures in it are the same objects as those of its events. */
export interface ResponseCompletedEvent extends ReplyHead {
  type: "completed";
  response: ResponseResult;
}

export type ResponseEvent =
  ResponsePartialImageEvent | ResponseImageEvent | ResponseTextEvent | ResponseOtherEvent | ResponseCompletedEvent;

// Where requests go. Two kinds, chosen by configuration alone: no caller can name a target.

import type { Settings } from "../env.ts";
import { openai } from "./openai.ts";
import { sandbox } from "./sandbox.ts";

/** What a route asks of an upstream. */
export interface Call {
  /** Below the base URL. */
  path: "/images/generations" | "/images/edits" | "/responses";
  contentType: string;
  /** A text, bytes, or a stream that is not complete before all of it has been checked. */
  body: string | Uint8Array<ArrayBuffer> | ReadableStream<Uint8Array>;
  /** Which failure the sandbox shall show; no other upstream hears of it. */
  fault: string | null;
  /** Gives the call up. */
  signal?: AbortSignal;
}

/** Sends a call and answers with the upstream's reply, made safe to pass on. Throws a refusal when there is none. */
export interface Upstream {
  send(call: Call): Promise<Response>;
}

export function upstreamOf(settings: Settings): Upstream {
  return settings.upstream === "openai" ? openai(settings) : sandbox();
}

// What routes and upstreams have in common.

/** What a route asks of an upstream. */
export interface Call {
  /** Below the base URL. */
  path: "/images/generations" | "/images/edits" | "/responses";
  contentType: string;
  /** A text, bytes, or a stream that is not complete before all of it has been checked. */
  body: string | Uint8Array<ArrayBuffer> | ReadableStream<Uint8Array>;
  /** Which failure the sandbox shall show; no other upstream hears of it. */
  fault: string | null;
  /** The operation's name, so that the upstream's log and ours can be held against each other. */
  id?: string;
  /** Gives the call up. */
  signal?: AbortSignal;
}

/** Sends a call and answers with the upstream's reply, made safe to pass on. Throws a refusal when there is none. */
export interface Upstream {
  send(call: Call): Promise<Response>;
}

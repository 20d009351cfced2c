// A session of the module (src/js/client.rs): it decides and reads, and this file tells it the time.

import { ImageApiError } from "./errors.js";
import { live } from "./instance.js";
import { call, callNumbers, callRaw, callSession, viewOf } from "./packed.js";

/** Longer chunks are read in parts, so that the module's memory does not grow with them. */
export const CHUNK_BYTES = 256 * 1024;

const now = () => performance.now();

export class Session {
  #number;
  #exports;

  constructor(options) {
    this.#number = call("session_begin", options, undefined, now());
    this.#exports = live();
  }

  /** The number, as long as the session and the instance it belongs to are there. */
  #own() {
    if (this.#number === undefined || live() !== this.#exports)
      throw new ImageApiError({
        kind: "crash",
        code: "crash",
        message: "the module this call belonged to has crashed",
      });
    return this.#number;
  }

  head(status, headers) {
    return callSession("session_head", this.#own(), { status, headers }, now());
  }

  refused(headers, body) {
    return callSession("session_refused", this.#own(), { headers, body }, now(), Math.random(), Date.now());
  }

  rejected(code) {
    return callSession("session_rejected", this.#own(), code, now(), Math.random());
  }

  /** Hands over a part of the reply, at most `CHUNK_BYTES` of it. */
  put(chunk) {
    const address = callRaw("session_input", this.#own(), chunk.length) >>> 0;
    viewOf(address, chunk.length).set(chunk);
  }

  /** What is found next in what was handed over; undefined when it is used up. */
  read() {
    return callNumbers("session_read", this.#own(), now(), Math.random());
  }

  finish() {
    return callNumbers("session_finish", this.#own(), now(), Math.random());
  }

  cut() {
    return callNumbers("session_cut", this.#own(), now(), Math.random());
  }

  resume() {
    callRaw("session_resume", this.#own(), now());
  }

  abort() {
    return callNumbers("session_abort", this.#own(), now());
  }

  wake() {
    return callNumbers("session_wake", this.#own(), now(), Math.random());
  }

  /** Milliseconds until `wake` is due. */
  get delay() {
    return callRaw("session_wake_at", this.#own()) - now();
  }

  get lastEventId() {
    return callNumbers("session_last_event_id", this.#own());
  }

  /** Gives its memory back. Nothing else may be called after it, but this may be called again. */
  free() {
    if (this.#number !== undefined && this.#exports === currentOrUndefined()) callRaw("session_free", this.#number);
    this.#number = undefined;
  }
}

function currentOrUndefined() {
  try {
    return live();
  } catch {
    // The module has crashed, and its memory is gone with it.
    return undefined;
  }
}

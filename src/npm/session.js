// A session of the module (src/js/client.rs): it decides and reads, and this file tells it the time.

import { ImageApiError } from "./errors.js";
import { current, live } from "./instance.js";
import { call, callNumbers, callRaw, callRead, callSession, putBytes } from "./packed.js";

/** Longer chunks are read in parts, so that the module's memory does not grow with them. */
export const CHUNK_BYTES = 256 * 1024;
const SMALLEST_ROOM = 16 * 1024;

const now = () => performance.now();

export class Session {
  #number;
  #exports;
  /** Where chunks are put, and how long they may be. */
  #address = 0;
  #room = 0;

  constructor(options) {
    this.#number = call("session_begin", options, undefined, now());
    this.#exports = live();
  }

  /** The number, as long as the session and the instance it belongs to are there. */
  #own() {
    if (this.#number === undefined || current() !== this.#exports)
      throw new ImageApiError({
        kind: "crash",
        code: "crash",
        message: "the module this call belonged to has crashed",
      });
    return this.#number;
  }

  head(status, headers, keeps) {
    return callSession("session_head", this.#own(), { status, headers, keeps }, now());
  }

  refused(headers, body) {
    return callSession("session_refused", this.#own(), { headers, body }, now(), Math.random(), Date.now());
  }

  rejected(code) {
    return callSession("session_rejected", this.#own(), code, now(), Math.random());
  }

  /**
   * Reads a part of the reply, at most `CHUNK_BYTES` of it; gives what is found first in it, or undefined. It is called
   * for every chunk of the network, so that what can be known from the chunk before is not asked again.
   */
  feed(chunk) {
    const { length } = chunk;
    if (length > this.#room) {
      // Chunks of a network vary: twice the longest so far is soon enough for all.
      this.#room = Math.min(Math.max(2 * length, SMALLEST_ROOM), CHUNK_BYTES);
      this.#address = callRaw("session_input", this.#own(), this.#room) >>> 0;
    }
    putBytes(this.#address, chunk);
    return callRead(this.#own(), length, now(), Math.random());
  }

  /** What is found next in that part; undefined when it is used up. */
  read() {
    return callRead(this.#own(), 0, now(), Math.random());
  }

  finish() {
    return callNumbers("session_finish", this.#own(), now(), Math.random());
  }

  cut() {
    return callNumbers("session_cut", this.#own(), now(), Math.random());
  }

  /** The caller has all it wanted before the reply has ended. */
  leave() {
    if (this.#exports === current()) this.cut();
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

  /** When `wake` is due, by `performance.now()`. */
  get wakeAt() {
    return callRaw("session_wake_at", this.#own());
  }

  get lastEventId() {
    return callNumbers("session_last_event_id", this.#own());
  }

  /** Gives its memory back. Nothing else may be called after it, but this may be called again. */
  free() {
    if (this.#number !== undefined && this.#exports === current()) callRaw("session_free", this.#number);
    this.#number = undefined;
  }
}

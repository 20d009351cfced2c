// A session of the module (src/js/client.rs): it decides and reads, and this file tells it the time.

import { ImageApiError } from "./errors.js";
import { current, live, onStart } from "./instance.js";
import { putBytes } from "./memory.js";
import { callEvent, callRaw, callTold } from "./packed.js";

/** Longer chunks are read in parts, so that the module's memory does not grow with them. */
export const CHUNK_BYTES = 256 * 1024;
const SMALLEST_ROOM = 16 * 1024;

/** What happens to a session, and the bits it is begun with, as src/js/client.rs numbers them. */
const [READ, FINISH, CUT, ABORT, RESUME, WAKE, HEAD, REFUSED, REJECTED, EXPLAINED] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];
const [IDEMPOTENT, RETRY_EARLY_ERRORS, ALL_EVENTS, NEW_SERVER] = [1, 2, 4, 8];
/** More than any program talks to; the first one's budget is given up for another. */
const MAX_SERVERS = 64;

/** The servers by their numbers in the live instance, which has a budget for each. */
let servers = [];
onStart(() => (servers = []));

/** The number of a server, with the bit that says that it is a new one. */
function numberOf(server) {
  const known = servers.indexOf(server);
  if (known >= 0) return [known, 0];
  const number = servers.length < MAX_SERVERS ? servers.length : 0;
  servers[number] = server;
  return [number, NEW_SERVER];
}

const now = () => performance.now();

/** The value of JSON text; null where it is none. */
function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

export class Session {
  #number;
  #exports;
  /** Where chunks are put, and how long they may be. */
  #address = 0;
  #room = 0;

  constructor({ server, max_retries, idempotent, retry_early_errors, all_events, total_ms, connect_ms, idle_ms }) {
    const exports = live();
    const [number, isNew] = numberOf(server);
    const flags =
      (idempotent ? IDEMPOTENT : 0) | (retry_early_errors ? RETRY_EARLY_ERRORS : 0) | (all_events ? ALL_EVENTS : 0);
    // A time that is undefined becomes NaN on its way.
    const times = [total_ms, connect_ms, idle_ms, now()];
    this.#number = callRaw("session_begin", number, flags | isNew, max_retries, ...times);
    this.#exports = exports;
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

  /** Tells it what there is to say packed: `json` may be anything that JSON has. */
  #tell(event, json, further) {
    const own = this.#own();
    try {
      return callTold(own, event, json, further, now(), Math.random(), Date.now());
    } catch (error) {
      // Nested deeper, or longer, than crosses: as if it were no JSON.
      if (json === null || error.kind !== "user") throw error;
      return callTold(own, event, null, further, now(), Math.random(), Date.now());
    }
  }

  /** Tells it what needs no words. */
  #happens(event, length = 0) {
    return this.#explained(callEvent(this.#own(), event, length, now(), Math.random()));
  }

  /** What was found; where that brings no picture though it should, what its JSON says of it. */
  #explained(found) {
    if (found?.unexplained === undefined) return found;
    return this.#tell(EXPLAINED, parsed(found.unexplained)) ?? { document: found.unexplained };
  }

  head(status, headers, keeps) {
    return this.#tell(HEAD, headers, { status, keeps });
  }

  refused(headers, body) {
    const text = body.trim();
    return this.#tell(REFUSED, parsed(text), { headers, body: text });
  }

  rejected(code) {
    return this.#tell(REJECTED, code ?? null);
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
    return this.#happens(READ, length);
  }

  /** What is found next in that part; undefined when it is used up. */
  read() {
    return this.#happens(READ);
  }

  finish() {
    return this.#happens(FINISH);
  }

  cut() {
    return this.#happens(CUT);
  }

  /** The caller has all it wanted before the reply has ended. */
  leave() {
    if (this.#exports === current()) this.cut();
  }

  resume() {
    this.#happens(RESUME);
  }

  abort() {
    return this.#happens(ABORT);
  }

  wake() {
    return this.#happens(WAKE);
  }

  /** When `wake` is due, by `performance.now()`. */
  get wakeAt() {
    return callRaw("session_wake_at", this.#own());
  }

  /** Gives its memory back. Nothing else may be called after it, but this may be called again. */
  free() {
    if (this.#number !== undefined && this.#exports === current()) callRaw("session_free", this.#number);
    this.#number = undefined;
  }
}

// Bytes of a stream, as far as they have come. Counts them, so that a limit holds whatever Content-Length says.

import { ChunkReader, type Chunk } from "../chunks.ts";
import { discard } from "../discard.ts";
import { badRequest, Refusal, tooLarge } from "../errors.ts";

/** How slowly a caller may send: nothing is asked of it for so long, and then so many bytes a second on the whole. */
const PACE = { graceMs: 10_000, bytesPerSecond: 8_192 };

/** Pulls chunks and lets a parser look at what it has not used yet. */
export class ByteReader {
  readonly #source: ChunkReader;
  #left: number;
  #finished = false;
  /** Milliseconds that were spent waiting for the caller; whoever takes the bytes may take its time. */
  #waited = 0;
  #waiting: Promise<Chunk> | undefined;
  /** What has come and has not been used. */
  bytes: Uint8Array = new Uint8Array(0);

  /** `limit`: how many bytes the whole stream may have. */
  constructor(
    stream: ReadableStream<Uint8Array>,
    readonly limit: number,
    readonly pace = PACE,
  ) {
    this.#source = new ChunkReader(stream);
    this.#left = limit;
  }

  /** Waits for more; false at the end of the stream. What was taken before is no longer good then: its memory is filled again. */
  async more(): Promise<boolean> {
    if (this.#finished) throw badRequest("The body is not read any more.", null, "incomplete_body");
    // What is left over is short: part of a delimiter or of a header block.
    const rest = this.bytes.slice();
    this.#source.recycle(this.bytes);
    this.bytes = rest;
    this.#waiting = this.#source.readAfter(rest);
    const { done, value } = await this.#inTime(this.#waiting);
    this.#waiting = undefined;
    if (done) return false;
    this.#left -= value.length - rest.length;
    if (this.#left < 0) throw tooLarge(`The body is larger than ${this.limit} bytes.`);
    this.bytes = value;
    return true;
  }

  /** A chunk, unless the caller has been too slow with all of them. */
  async #inTime(coming: Promise<Chunk>): Promise<Chunk> {
    const allowed = this.pace.graceMs + ((this.limit - this.#left) / this.pace.bytesPerSecond) * 1000;
    const start = Date.now();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<"late">((resolve) => (timer = setTimeout(resolve, allowed - this.#waited, "late")));
    try {
      const chunk = await Promise.race([coming, late]);
      if (chunk === "late") throw tooSlow(this.pace);
      return chunk;
    } catch (error) {
      if (error instanceof Refusal) throw error;
      throw badRequest("The body broke off before its end.", null, "incomplete_body");
    } finally {
      if (timer !== undefined) clearTimeout(timer);
      this.#waited += Date.now() - start;
    }
  }

  /** Waits until there are so many bytes; false when the stream ends before. */
  async atLeast(count: number): Promise<boolean> {
    while (this.bytes.length < count) if (!(await this.more())) return false;
    return true;
  }

  /** Takes bytes from the front; they are good until `more` is called. */
  take(count: number): Uint8Array {
    const taken = this.bytes.subarray(0, count);
    this.bytes = this.bytes.subarray(count);
    return taken;
  }

  /** Ends the reading, wherever it stands: what is left of the stream is discarded. Must be called once. */
  async finish(): Promise<void> {
    // Whoever parses the stream may go on for a moment after its result has lost its use.
    this.#finished = true;
    const read = () => {
      // Somebody may still be waiting for a chunk: that one comes first, to both.
      const next = this.#waiting ?? this.#source.read();
      this.#waiting = undefined;
      return next;
    };
    if (await discard(read)) this.#source.releaseLock();
  }
}

/** Nothing was sent upstream whole, and nothing bought: whoever is slow may try again. */
const tooSlow = ({ graceMs, bytesPerSecond }: typeof PACE): Refusal => {
  const message = `The body came in too slowly: less than ${bytesPerSecond} bytes a second after the first ${graceMs / 1000} s.`;
  return new Refusal(408, { message, type: "invalid_request_error", code: "request_timeout" });
};

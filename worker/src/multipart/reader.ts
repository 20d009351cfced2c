// Bytes of a stream, as far as they have come. Counts them, so that a limit holds whatever Content-Length says.

import { ChunkReader, type Chunk } from "../chunks.ts";
import { discard } from "../discard.ts";
import { badRequest, tooLarge } from "../errors.ts";

/** Pulls chunks and lets a parser look at what it has not used yet. */
export class ByteReader {
  readonly #source: ChunkReader;
  #left: number;
  #finished = false;
  #waiting: Promise<Chunk> | undefined;
  /** What has come and has not been used. */
  bytes: Uint8Array = new Uint8Array(0);

  /** `limit`: how many bytes the whole stream may have. */
  constructor(
    stream: ReadableStream<Uint8Array>,
    readonly limit: number,
  ) {
    this.#source = new ChunkReader(stream);
    this.#left = limit;
  }

  /** Waits for more; false at the end of the stream. */
  async more(): Promise<boolean> {
    if (this.#finished) throw badRequest("The body is not read any more.", null, "incomplete_body");
    this.#waiting = this.#source.read();
    const { done, value } = await this.#waiting.catch(() => {
      throw badRequest("The body broke off before its end.", null, "incomplete_body");
    });
    this.#waiting = undefined;
    if (done) return false;
    this.#left -= value.length;
    if (this.#left < 0) throw tooLarge(`The body is larger than ${this.limit} bytes.`);
    // What is left over is short (part of a delimiter or of a header block), so joining copies each chunk once.
    if (this.bytes.length === 0) this.bytes = value;
    else this.bytes = concat([this.bytes, value]);
    return true;
  }

  /** Waits until there are so many bytes; false when the stream ends before. */
  async atLeast(count: number): Promise<boolean> {
    while (this.bytes.length < count) if (!(await this.more())) return false;
    return true;
  }

  /** Takes bytes from the front. */
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

/** All chunks in one. */
export function concat(chunks: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(chunks.reduce((sum, chunk) => sum + chunk.length, 0));
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.length;
  }
  return whole;
}

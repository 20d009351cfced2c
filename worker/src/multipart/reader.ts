// Bytes of a stream, as far as they have come. Counts them, so that a limit holds whatever Content-Length says.

import { badRequest, tooLarge } from "../errors.ts";

/** Pulls chunks and lets a parser look at what it has not used yet. */
export class ByteReader {
  readonly #source: ReadableStreamDefaultReader<Uint8Array>;
  #left: number;
  /** What has come and has not been used. */
  bytes: Uint8Array = new Uint8Array(0);

  /** `limit`: how many bytes the whole stream may have. */
  constructor(
    stream: ReadableStream<Uint8Array>,
    readonly limit: number,
  ) {
    this.#source = stream.getReader();
    this.#left = limit;
  }

  /** Waits for more; false at the end of the stream. */
  async more(): Promise<boolean> {
    const { done, value } = await this.#source.read().catch(() => {
      throw badRequest("The body broke off before its end.", null, "incomplete_body");
    });
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

  /** Lets go of the stream; a wait for more that is under way fails. */
  release(): void {
    this.#source.releaseLock();
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

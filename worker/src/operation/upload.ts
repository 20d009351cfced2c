// A form on its way through an operation's object. It comes in without its end: the text fields and the closing delimiter
// are handed over by `commit`, when everything was checked and paid for, so that an upload that breaks off, for whatever
// reason, never is a request that the upstream could bill, and one that was paid for does not hang on the caller any more.

import { ChunkReader } from "../chunks.ts";

export class Upload {
  readonly #abort = new AbortController();
  readonly #out = new IdentityTransformStream();
  #received = 0;
  #tail: { bytes: Uint8Array; after: number } | undefined;
  /** Ends when the upstream has the whole form, true, or was cut off, false. */
  readonly finished: Promise<boolean>;

  constructor(incoming: ReadableStream<Uint8Array>) {
    this.finished = this.#pump(incoming).catch(() => false);
  }

  get body(): ReadableStream<Uint8Array> {
    return this.#out.readable;
  }
  get signal(): AbortSignal {
    return this.#abort.signal;
  }
  /** Whether the rest was handed over: from then on the request may become whole. */
  get committed(): boolean {
    return this.#tail !== undefined;
  }

  /** Hands the end over; `after` is how many bytes come before it. */
  commit(bytes: Uint8Array, after: number): void {
    this.#tail = { bytes, after };
  }

  abort(reason: unknown): void {
    this.#abort.abort(reason);
  }

  async #pump(incoming: ReadableStream<Uint8Array>): Promise<boolean> {
    const writer = this.#out.writable.getWriter();
    const reader = new ChunkReader(incoming);
    try {
      for (;;) {
        const { done, value } = await reader.read();
        if (done) break;
        this.#received += value.length;
        await writer.write(value);
        reader.recycle(value);
      }
    } catch (error) {
      // Whoever sent it may go when all of it is here.
      if (!this.#whole()) return this.#cut(writer, error);
    }
    if (!this.#whole()) return this.#cut(writer, new Error("the form has no end"));
    await writer.write(this.#tail!.bytes);
    await writer.close();
    return true;
  }

  #whole(): boolean {
    return this.#tail !== undefined && this.#tail.after === this.#received;
  }

  async #cut(writer: WritableStreamDefaultWriter, reason: unknown): Promise<false> {
    this.abort(reason);
    await writer.abort(reason).catch(() => undefined);
    return false;
  }
}

// Reads a stream in large chunks. The runtime's own readers give 4 KB at a time where a buffer is not brought along, and a
// chunk costs the same whatever its size.

const CHUNK_BYTES = 64 * 1024;
/** Shorter ones are copied: whoever keeps a few bytes must not keep a buffer with them. */
const SHORT_BYTES = 16 * 1024;

export type Chunk = { done: false; value: Uint8Array } | { done: true; value?: Uint8Array | undefined };

/** A reader whose chunks belong to whoever reads them. */
export class ChunkReader {
  readonly #filling: ReadableStreamBYOBReader | undefined;
  readonly #giving: ReadableStreamDefaultReader<Uint8Array> | undefined;
  #spare: ArrayBuffer | undefined;

  constructor(stream: ReadableStream<Uint8Array>) {
    try {
      this.#filling = stream.getReader({ mode: "byob" });
    } catch (error) {
      // Only streams of bytes fill buffers; those that a program makes give what they have.
      if (!(error instanceof TypeError) || stream.locked) throw error;
      this.#giving = stream.getReader();
    }
  }

  async read(): Promise<Chunk> {
    if (this.#giving) return this.#giving.read();
    const buffer = this.#spare ?? new ArrayBuffer(CHUNK_BYTES);
    this.#spare = undefined;
    const { done, value } = (await this.#filling!.read(new Uint8Array(buffer))) as ReadableStreamReadResult<
      Uint8Array<ArrayBuffer>
    >;
    if (done) return { done };
    if (value.length >= SHORT_BYTES) return { done, value };
    this.#spare = value.buffer;
    return { done, value: value.slice() };
  }

  /** Takes a chunk back that nobody looks at any more: its buffer is filled again. */
  recycle({ buffer }: Uint8Array): void {
    if (buffer.byteLength === CHUNK_BYTES) this.#spare = buffer as ArrayBuffer;
  }

  releaseLock(): void {
    (this.#filling ?? this.#giving)!.releaseLock();
  }

  async cancel(reason?: unknown): Promise<void> {
    await (this.#filling ?? this.#giving)!.cancel(reason);
  }
}

// Reads a stream in large chunks. The runtime's own readers give 4 KB at a time where a buffer is not brought along, and a
// chunk costs the same whatever its size.

const CHUNK_BYTES = 64 * 1024;
/** Shorter ones are copied: whoever keeps a few bytes must not keep a buffer with them. */
const SHORT_BYTES = 16 * 1024;

export type Chunk = { done: false; value: Uint8Array } | { done: true; value?: Uint8Array | undefined };

/** A reader whose chunks belong to whoever reads them, until they are given back. */
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
    const chunk = await this.#fill(0);
    if (chunk.done || chunk.value.length >= SHORT_BYTES) return chunk;
    this.recycle(chunk.value);
    return { done: false, value: chunk.value.slice() };
  }

  /** A chunk with some bytes before it that were read already, in one piece. */
  async readAfter(bytes: Uint8Array): Promise<Chunk> {
    if (this.#giving) {
      const chunk = await this.#giving.read();
      return chunk.done || bytes.length === 0 ? chunk : { done: false, value: concat([bytes, chunk.value]) };
    }
    const chunk = await this.#fill(bytes.length);
    if (chunk.done) return chunk;
    const value = new Uint8Array(chunk.value.buffer, 0, bytes.length + chunk.value.length);
    value.set(bytes);
    return { done: false, value };
  }

  /** Fills a buffer from a place on. */
  async #fill(from: number): Promise<Chunk> {
    const buffer = (from < CHUNK_BYTES / 2 && this.#spare) || new ArrayBuffer(Math.max(CHUNK_BYTES, 2 * from));
    this.#spare = undefined;
    const { done, value } = await this.#filling!.read(new Uint8Array(buffer, from));
    return done ? { done } : { done, value: value as Uint8Array };
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

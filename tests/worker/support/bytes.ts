// Bytes for tests.

/** The bytes of a text in UTF-8. */
export const utf8 = (text: string) => new TextEncoder().encode(text);

/** Every character as one byte: for bytes that are no text. */
export const latin1 = (text: string) => Uint8Array.from(text, (character) => character.charCodeAt(0));

export const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

export function join(...pieces: (string | Uint8Array)[]): Uint8Array<ArrayBuffer> {
  return new Uint8Array(Buffer.concat(pieces.map((piece) => (typeof piece === "string" ? utf8(piece) : piece))));
}

/** A stream of these chunks, each only when it is asked for. */
export function streamOf(chunks: Iterable<Uint8Array>): ReadableStream<Uint8Array> {
  const iterator = chunks[Symbol.iterator]();
  return new ReadableStream({
    pull(controller) {
      const { done, value } = iterator.next();
      if (done) controller.close();
      else controller.enqueue(value);
    },
  });
}

/** The same as a stream of bytes, which fills buffers as a request's body does. */
export function bytesOf(chunks: Iterable<Uint8Array>): ReadableStream<Uint8Array> {
  const iterator = chunks[Symbol.iterator]();
  return new ReadableStream({
    type: "bytes",
    pull(controller) {
      let next = iterator.next();
      while (!next.done && next.value.length === 0) next = iterator.next();
      // A copy, for what is enqueued is taken away.
      if (!next.done) return controller.enqueue(next.value.slice());
      controller.close();
      controller.byobRequest?.respond(0);
    },
  });
}

/** The bytes in chunks of so many. */
export function* every(bytes: Uint8Array, length: number): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += length) yield bytes.slice(at, at + length);
}

/** Ways to cut bytes into chunks: whole, singly, and in two at every place. */
export function* cuts(bytes: Uint8Array): Generator<Uint8Array[]> {
  yield [bytes];
  yield [...every(bytes, 1)];
  for (let at = 1; at < bytes.length; at++) yield [bytes.slice(0, at), bytes.slice(at)];
}

/** Deterministic noise: pictures and fuzz that are the same in every run. */
export function noise(length: number, seed = 1): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(length);
  let state = seed >>> 0 || 1;
  for (let at = 0; at < length; at++) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    bytes[at] = state & 255;
  }
  return bytes;
}

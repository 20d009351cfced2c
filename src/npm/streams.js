// What is both a ReadableStream and an async iterable.

import { asyncDispose } from "./dispose.js";

/** Ends the call of a stream that nobody holds any more. */
const forgotten = globalThis.FinalizationRegistry && new FinalizationRegistry((abort) => abort.abort());

/**
 * A ReadableStream over a generator, which can be iterated everywhere: Safari has no async iteration of streams.
 * @param {AsyncGenerator} events
 * @param {AbortController} abort ends the call, so that a generator that waits for the network ends too
 */
export function eventStream(events, abort) {
  let pulling = false;
  const stream = new ReadableStream(
    {
      async pull(controller) {
        pulling = true;
        const { done, value } = await events.next().finally(() => (pulling = false));
        if (done) controller.close();
        else controller.enqueue(value);
      },
      async cancel() {
        // A generator that waits for the network must be woken; one that does not knows whether there is anything to end.
        if (pulling) abort.abort();
        await events.return();
      },
    },
    // Nothing is asked for before somebody wants it: the call begins with the first read.
    { highWaterMark: 0 },
  );
  stream[Symbol.asyncIterator] ??= async function* () {
    const reader = stream.getReader();
    try {
      for (let part = await reader.read(); !part.done; part = await reader.read()) yield part.value;
    } finally {
      await reader.cancel();
      reader.releaseLock();
    }
  };
  stream[asyncDispose] ??= async () => {
    // Whoever holds a reader learns of it there.
    if (stream.locked) abort.abort();
    else await stream.cancel();
  };
  forgotten?.register(stream, abort);
  return stream;
}

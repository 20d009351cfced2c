// Event streams in, and what is both an async iterable and a ReadableStream out.

/** The JSON of each event of a stream. */
export async function* eventsOf(body) {
  const decoder = new TextDecoder();
  let lines = [];
  let rest = "";
  for (const reader = body.getReader(); ;) {
    const { done, value } = await reader.read();
    const parts = (rest + (done ? decoder.decode() + "\n\n" : decoder.decode(value, { stream: true }))).split(
      /\r\n|\n|\r(?!$)/,
    );
    rest = parts.pop();
    for (const line of parts) {
      if (line.startsWith("data:")) lines.push(line.slice(5));
      else if (line === "" && lines.length > 0) {
        const data = lines.join("\n").trim();
        lines = [];
        if (data !== "[DONE]") yield JSON.parse(data);
      }
    }
    if (done) return;
  }
}

/**
 * A ReadableStream over an iterator, which can be iterated everywhere: Safari has no async iteration of streams.
 * @param {AsyncGenerator} iterator
 * @param {() => void} cancelled runs before the iterator is told to return
 */
export function iterableStream(iterator, cancelled) {
  const stream = new ReadableStream(
    {
      async pull(controller) {
        const { done, value } = await iterator.next();
        if (done) controller.close();
        else controller.enqueue(value);
      },
      cancel() {
        cancelled();
        return iterator.return();
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
  return stream;
}

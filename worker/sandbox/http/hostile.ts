// Replies of an upstream that lies or stalls, for those who must not believe it: bytes that trickle, stop or never end, and
// usage that cannot be.

import type { Fault } from "./faults.ts";
import { pause } from "./replies.ts";

type Bytes = Uint8Array;
const utf8 = new TextEncoder();

/** How long `stall` is silent where it does not say: longer than anybody should wait. */
const STALL_MS = 600_000;
const TRICKLE = { bytes: 1024, ms: 20 };
/** What `endless` is made of: comments of a stream, or white space, which both mean nothing. */
const NOTHING = { stream: `: ${"x".repeat(1021)}\n`, json: " ".repeat(1024) };

/** The chunks of a reply as its fault has them come. */
export async function* spoiled(
  chunks: AsyncGenerator<Bytes>,
  fault: Fault | undefined,
  stream: boolean,
  signal: AbortSignal,
): AsyncGenerator<Bytes> {
  try {
    if (fault?.name === "trickle") return yield* trickled(chunks, fault.ms ?? TRICKLE.ms, signal);
    if (fault?.name === "stall") return yield* stalled(chunks, fault.ms ?? STALL_MS, signal);
    if (fault?.name === "endless") {
      const nothing = utf8.encode(NOTHING[stream ? "stream" : "json"]);
      for (;;) {
        yield nothing;
        await pause(fault.ms ?? 1, signal);
      }
    }
    yield* chunks;
  } finally {
    await chunks.return(undefined);
  }
}

async function* trickled(chunks: AsyncGenerator<Bytes>, ms: number, signal: AbortSignal): AsyncGenerator<Bytes> {
  for await (const chunk of chunks)
    for (let at = 0; at < chunk.length; at += TRICKLE.bytes) {
      yield chunk.subarray(at, at + TRICKLE.bytes);
      await pause(ms, signal);
    }
}

/** Says something, and then nothing for a while; the rest comes after it. */
async function* stalled(chunks: AsyncGenerator<Bytes>, ms: number, signal: AbortSignal): AsyncGenerator<Bytes> {
  let silent = false;
  for await (const chunk of chunks) {
    const half = chunk.length >> 1;
    if (silent || chunk.length < 1024) yield chunk;
    else {
      yield chunk.subarray(0, half);
      await pause(ms, signal);
      silent = true;
      yield chunk.subarray(half);
    }
  }
}

/** The usage of a reply as its fault tells it; undefined leaves it out. */
export function usageOf(usage: object | undefined, fault: Fault | undefined): object | undefined {
  if (fault?.name === "no-usage") return undefined;
  if (fault?.name !== "bad-usage") return usage;
  const wrong = (value: unknown): unknown =>
    typeof value === "number"
      ? -value - 1
      : typeof value === "object" && value !== null
        ? Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, wrong(inner)]))
        : value;
  return wrong(usage) as object;
}

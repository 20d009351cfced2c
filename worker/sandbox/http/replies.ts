// Replies with pictures: one JSON body, or an event stream. Pictures are drawn when they are read, one at a time.

import type { Opened, Picture } from "../../../target/sandbox/gpt_image_edge_sandbox.js";
import { STREAM_ERROR, type Fault } from "./faults.ts";

/** What the module says of an accepted call. */
export interface Summary {
  model: string;
  n: number;
  stream: boolean;
  partial_images: number;
  prompt: string;
  background: string;
  output_format: string;
  quality: string;
  size: string;
  /** Undefined where a fault leaves it out. */
  usage: object | undefined;
}

/** How a reply is written. */
export interface Manner {
  edit: boolean;
  /** Unix seconds. */
  created: number;
  fault: Fault | undefined;
  /** Between the events of a stream, in milliseconds. */
  pauseMs: number;
}

const utf8 = new TextEncoder();
type Bytes = Uint8Array;

/** The body of a plain reply, its keys in the order of recorded ones. */
export async function* jsonBody(call: Opened, summary: Summary, manner: Manner): AsyncGenerator<Bytes> {
  const { background, output_format, quality, size, usage } = summary;
  const fault = manner.fault?.name;
  const slot = "\u0000";
  const item =
    fault === "url" ? { url: `https://images.invalid/${manner.created}.${output_format}` } : { b64_json: slot };
  const data = fault === "empty" ? [] : Array.from({ length: summary.n }, () => item);
  const whole = { created: manner.created, background, data, output_format, quality, size, usage };
  const pieces = JSON.stringify(whole, null, 2).split(JSON.stringify(slot).slice(1, -1));
  for (const [index, piece] of pieces.entries()) {
    if (fault === "badjson" && index === pieces.length - 1) return;
    yield utf8.encode(piece);
    if (index === pieces.length - 1) break;
    if (fault === "cut" && index === Math.floor(summary.n / 2)) await cut();
    const text = draw(call, index, (picture) => call.base64(picture));
    if (fault === "cut-base64") {
      yield text.subarray(0, Math.floor(text.length / 2) + 1);
      await cut();
    }
    yield text;
  }
  yield utf8.encode("\n");
}

/** The events of a streamed reply. */
export async function* eventBody(call: Opened, summary: Summary, manner: Manner): AsyncGenerator<Bytes> {
  const family = manner.edit ? "image_edit" : "image_generation";
  const { background, output_format, quality, size, usage } = summary;
  const common = { created_at: manner.created, size, quality, background, output_format };
  const fault = manner.fault?.name;
  const count = summary.partial_images;
  const picture = call.draw(0);
  if (!picture) return;
  try {
    for (let index = 0; index < count; index++) {
      if (fault === "cut" && index > 0) await cut();
      const type = `${family}.partial_image`;
      const text = call.partial_base64(picture, index, count);
      yield* event(type, { type, b64_json: "", ...common, partial_image_index: index }, text, fault === "cut-base64");
      await pause(manner.pauseMs);
    }
    if (fault === "error") return yield utf8.encode(`event: error\ndata: ${JSON.stringify(STREAM_ERROR)}\n\n`);
    if (fault === "cut") await cut();
    if (fault === "empty") return;
    const type = `${family}.completed`;
    if (fault === "url") {
      const url = `https://images.invalid/${manner.created}.${output_format}`;
      return yield utf8.encode(`event: ${type}\ndata: ${JSON.stringify({ type, url, ...common, usage })}\n\n`);
    }
    const text = call.base64(picture);
    const last = () =>
      event(type, { type, b64_json: "", ...common, usage }, text, fault === "cut-base64", fault === "badjson");
    yield* last();
    if (fault === "twice") yield* last();
  } finally {
    picture.free();
  }
}

/** One event. The base64 goes out as the bytes the module wrote: no text of it is made. */
async function* event(
  type: string,
  data: object,
  base64: Bytes,
  inside: boolean,
  unfinished = false,
): AsyncGenerator<Bytes> {
  const mark = '"b64_json":"';
  const line = JSON.stringify(data);
  const at = line.indexOf(mark) + mark.length;
  yield utf8.encode(`event: ${type}\ndata: ${line.slice(0, at)}`);
  if (inside) {
    yield base64.subarray(0, Math.floor(base64.length / 2) + 1);
    await cut();
  }
  yield base64;
  yield utf8.encode(unfinished ? "\n\n" : `${line.slice(at)}\n\n`);
}

function draw(call: Opened, index: number, write: (picture: Picture) => Bytes): Bytes {
  const picture = call.draw(index);
  if (!picture) return new Uint8Array();
  try {
    return write(picture);
  } finally {
    picture.free();
  }
}

/** Breaks the connection, once what was written is on its way: an error throws away what still waits in the stream. */
export async function cut(): Promise<never> {
  await pause(30);
  throw new Error("the sandbox cut the reply, as it was asked to");
}

/** Waits; ends early, by throwing, when the caller has gone. */
export function pause(ms: number, signal?: AbortSignal): Promise<void> {
  if (ms <= 0) return Promise.resolve();
  return new Promise((resolve, reject) => {
    const timer = setTimeout(done, ms);
    function done() {
      signal?.removeEventListener("abort", gone);
      resolve();
    }
    function gone() {
      clearTimeout(timer);
      reject(signal?.reason ?? new DOMException("The caller has gone.", "AbortError"));
    }
    if (signal?.aborted) gone();
    else signal?.addEventListener("abort", gone, { once: true });
  });
}

/** A stream of what a generator yields. Reading drives it; cancelling ends it, and `end` is called either way. */
export function streamOf(chunks: AsyncGenerator<Bytes>, end: () => void): ReadableStream<Bytes> {
  let ended = false;
  const finish = () => {
    if (!ended) end();
    ended = true;
  };
  return new ReadableStream<Bytes>(
    {
      async pull(controller) {
        try {
          const { done, value } = await chunks.next();
          if (!done) return controller.enqueue(value);
          finish();
          controller.close();
        } catch (error) {
          finish();
          controller.error(error);
        }
      },
      async cancel() {
        await chunks.return(undefined);
        finish();
      },
    },
    { highWaterMark: 0 },
  );
}

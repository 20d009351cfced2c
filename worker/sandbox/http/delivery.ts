// How bodies come in and replies go out, whichever address they belong to.

import type { Opened } from "../../../target/sandbox/gpt_image_edge_sandbox.js";
import { Unreadable } from "./errors.ts";
import { faultReply, parseFault, type Fault } from "./faults.ts";
import { spoiled } from "./hostile.ts";
import { cut, pause, streamOf } from "./replies.ts";
import { commonHeaders, live, type Scene } from "./scene.ts";

/** How long `hang` keeps a caller waiting: longer than any of them should. */
const HANG_MS = 600_000;

/** The whole body. */
export async function readBytes({ request, options }: Scene): Promise<Uint8Array> {
  const limit = options.maxBodyBytes ?? 100_000_000;
  const bytes = new Uint8Array(await request.arrayBuffer());
  if (bytes.length <= limit) return bytes;
  const message = `Request body too large: ${bytes.length} bytes, at most ${limit} are accepted.`;
  throw new Unreadable(message, { status: 413 });
}

/** The fault that was asked for, or the reply it is where nothing is drawn. The header goes before the prompt. */
export function faultBefore(
  scene: Scene,
  inPrompt: Fault | undefined,
  model = "default",
): Fault | Response | undefined {
  const asked = scene.request.headers.get("x-sandbox-fault");
  const fault = live(scene, asked === null ? undefined : parseFault(asked)) ?? live(scene, inPrompt);
  if (!fault) return undefined;
  const { requestId } = scene;
  const authorization = scene.request.headers.get("authorization");
  return faultReply(fault, { headers: commonHeaders(scene), model, requestId, authorization }) ?? fault;
}

/** A reply with pictures. */
export interface Delivery {
  /** Freed when the reply has ended, in whichever way. */
  call: Opened;
  n: number;
  stream: boolean;
  fault: Fault | undefined;
  chunks(): AsyncGenerator<Uint8Array>;
}

export async function deliver(scene: Scene, { call, n, stream, fault, chunks }: Delivery): Promise<Response> {
  const { signal } = scene.request;
  try {
    if (fault?.name === "slow") await pause(fault.ms ?? 3000, signal);
    if (fault?.name === "hang") await pause(fault.ms ?? HANG_MS, signal);
  } catch (error) {
    call.free();
    throw error;
  }
  scene.window.take(n);
  const headers = commonHeaders(scene);
  headers.set("content-type", stream ? "text/event-stream; charset=utf-8" : "application/json");
  if (stream) headers.set("cache-control", "no-cache");
  const written = spoiled(fault?.name === "cut-start" ? cutAtOnce() : chunks(), fault, stream, signal);
  const body = streamOf(written, () => call.free());
  return new Response(body, { headers });
}

/** The headers are on their way by then; not one byte of the body follows. */
async function* cutAtOnce(): AsyncGenerator<Uint8Array> {
  yield await cut();
}

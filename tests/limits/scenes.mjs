// What the worker has to bear: uploads of a size at a speed, and streams with readers that never read.

import * as edge from "../../pkg/node.js";
import { boundedModel } from "../common/model.ts";
import { ended, formOf, stalledReader, TOKEN, upload } from "./callers.mjs";
import { forgetPeak, held, peak, resident } from "./memory.mjs";
import { eventsOf, startUpstream } from "./upstream.mjs";
import { startWorkerd } from "./workerd.mjs";

export const MODEL = boundedModel(edge);
/** Four pictures of 2 MB. */
const EVENTS = eventsOf(4, 2e6);
const STREAMS = 4;
/** Readers have what fits into the buffers of the system after that, and stand still. */
const STALL_MS = 500;
/** Nothing moves any more when so many looks, so many milliseconds apart, find no change. */
const STILL_LOOKS = 3;
const STILL_MS = 100;
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** The worker before an upstream of ours, after its first calls. */
export async function startScene({ vars: more, ...options } = {}) {
  const upstream = await startUpstream({ events: EVENTS, pauseMs: 10 });
  const vars = {
    UPSTREAM: "openai",
    UPSTREAM_BASE_URL: upstream.address,
    OPENAI_API_KEY: "sk-of-the-limits-0123",
    DEMO_TOKEN: TOKEN,
    ...more,
  };
  const worker = await startWorkerd({ vars, ...options }).catch(async (error) => {
    await upstream.close();
    throw error;
  });
  const scene = { upstream, worker, close: () => Promise.all([worker.close(), upstream.close()]) };
  const { status, text } = await upload(worker.address, formOf(MODEL, 1));
  if (status !== 200) throw new Error(`the worker does not serve: ${text}`);
  return scene;
}

/** Does something, and tells in MB by how much resident memory rose meanwhile. */
async function watched({ worker: { pid } }, work) {
  const before = await resident(pid);
  await forgetPeak(pid);
  const found = await work();
  return { grown: (await peak(pid)) - before, ...found };
}

/** Ends when a number stays what it is, which here means that nothing can be sent any more. */
async function standing(number) {
  for (let last, same = 0; same < STILL_LOOKS;) {
    await sleep(STILL_MS);
    const now = number();
    same = now === last ? same + 1 : 0;
    last = now;
  }
}

/**
 * Uploads a form. `from`, `to`: bytes in a second that the caller sends and the upstream takes. `beside` runs meanwhile. The
 * upstream takes one half and then nothing, until the caller cannot send any more and `beside` has ended: `held` is what the
 * isolate holds then, of a half that could be all there, and `kept` by how much resident memory has risen then, when garbage
 * was collected. Not where `look` says so, for looking collects garbage.
 */
export async function uploading(scene, form, { from = Infinity, to = Infinity, look = true, beside } = {}) {
  const { settings, book } = scene.upstream;
  const gate = Promise.withResolvers();
  const half = form.body.length / 2;
  Object.assign(settings, { bytesPerSecond: to, gate: look ? { after: half, until: gate.promise } : undefined });
  return watched(scene, async () => {
    const before = { bytes: book.bytes, resident: await resident(scene.worker.pid) };
    let sent = 0;
    const sending = upload(scene.worker.address, form, { bytesPerSecond: from, sent: (bytes) => (sent = bytes) });
    // Heard of below, when what runs beside it has ended.
    sending.catch(() => undefined);
    const found = { beside: await beside?.() };
    if (look) {
      const ended = sending.then(() => true);
      while (book.bytes - before.bytes < half && !(await Promise.race([ended, sleep(5)])));
      await Promise.race([ended, standing(() => sent)]);
      try {
        found.held = await held(scene.worker);
        found.kept = (await resident(scene.worker.pid)) - before.resident;
      } finally {
        gate.resolve();
      }
    }
    const { status } = await sending;
    return { status, passed: book.bytes - before.bytes, ...found };
  });
}

let round = 0;
/** Streams to so many readers that never read, spread over four calls. Its caller looks at the readers, and closes them. */
export async function stall(scene, readers) {
  round += 1;
  const body = (call) => ({
    ...{ model: MODEL, prompt: `call ${call}`, quality: "low", size: "1024x1024" },
    ...{ stream: true, partial_images: 3 },
  });
  const { address } = scene.worker;
  const start = performance.now();
  const all = await Promise.all(
    Array.from({ length: readers }, (_, index) =>
      stalledReader(address, body(index % STREAMS), `round-${round}-call-${index % STREAMS}`),
    ),
  );
  const operations = [...new Set(all.map(({ operation }) => operation))];
  const states = await Promise.all(operations.map((operation) => ended(address, operation)));
  const settledMs = performance.now() - start;
  await sleep(STALL_MS);
  return { readers: all, states, settledMs };
}

/** The same, and what it costs. */
export const stalling = (scene, readers) =>
  watched(scene, async () => {
    const found = await stall(scene, readers);
    return { held: await held(scene.worker), ...found };
  });

// What the worker has to bear: uploads of a size at a speed, and streams with readers that never read.

import { models } from "../../pkg/node.js";
import { ended, formOf, stalledReader, TOKEN, upload } from "./callers.mjs";
import { forgetPeak, held, peak, resident } from "./memory.mjs";
import { eventsOf, startUpstream } from "./upstream.mjs";
import { startWorkerd } from "./workerd.mjs";

export const MODEL = models().find((model) => model.default).id;
/** Four pictures of 2 MB. */
const EVENTS = eventsOf(4, 2e6);
const STREAMS = 4;
/** Readers have what fits into the buffers of the system after that, and stand still. */
const STALL_MS = 500;
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

/**
 * Uploads a form. `from`, `to`: bytes in a second that the caller sends and the upstream takes. `held` is looked at in the
 * middle of it, or behind it where that is too short a time; not at all where `look` says so, for looking collects garbage.
 */
export async function uploading(scene, form, { from = Infinity, to = Infinity, look = true } = {}) {
  scene.upstream.settings.bytesPerSecond = to;
  return watched(scene, async () => {
    const before = scene.upstream.book.bytes;
    const { length } = form.body;
    const sending = upload(scene.worker.address, form, { bytesPerSecond: from });
    let over = false;
    void sending.finally(() => (over = true));
    while (look && !over && scene.upstream.book.bytes - before < length / 2) await sleep(5);
    const most = look ? await held(scene.worker) : undefined;
    const { status } = await sending;
    return { status, passed: scene.upstream.book.bytes - before, held: most };
  });
}

let round = 0;
/** Streams to so many readers that never read, spread over four calls; `meanwhile` runs beside them. */
export async function stalling(scene, readers, meanwhile = async () => undefined) {
  scene.upstream.settings.bytesPerSecond = Infinity;
  round += 1;
  const body = (call) => ({
    ...{ model: MODEL, prompt: `call ${call}`, quality: "low", size: "1024x1024" },
    ...{ stream: true, partial_images: 3 },
  });
  const { address } = scene.worker;
  return watched(scene, async () => {
    const beside = meanwhile();
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
    const most = await held(scene.worker);
    const found = { readers: all, states, settledMs, held: most, beside: await beside };
    // The caller looks at them, and closes them.
    return found;
  });
}

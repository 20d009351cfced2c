// workerd stops its clock while code runs, so that rounds are timed from outside, by requests that repeat the work.

import { readFile } from "node:fs/promises";
import { join } from "node:path";

import { Miniflare } from "miniflare";

import { root } from "../../.ci/setup.mjs";
import { bundle } from "./bundle.mjs";
import { summary } from "./measure.js";
import { serve } from "./server.mjs";

const WASM = "gpt_image_edge_bg.wasm";
const TAIL = `export default { async fetch(request) {
  const { group: name, origin, at, count } = await request.json();
  const group = (globalThis.made ??= {})[name] ??= GROUPS[name](ours, origin);
  if (at === undefined) return Response.json({ name: group.name, contenders: group.contenders.map((c) => c.name) });
  const { work, synchronous } = group.contenders[at];
  if (synchronous) for (let i = 0; i < count; i++) work();
  else for (let i = 0; i < count; i++) await work();
  return new Response("done");
} };`;

export async function timesInWorkerd(groups, { options: { rounds, sampleMs } }) {
  const file = await bundle("workerd", TAIL, {
    platform: "neutral",
    mainFields: ["module", "main"],
    conditions: ["workerd", "worker", "import"],
  });
  const { origin, close } = await serve();
  const worker = new Miniflare({
    compatibilityDate: "2026-07-01",
    compatibilityFlags: ["nodejs_compat"],
    // It logs each clock and random number that a competitor asks for while it is loaded; what fails shows in answers.
    handleRuntimeStdio: (stdout, stderr) => [stdout, stderr].forEach((stream) => stream.resume()),
    modules: [
      { type: "ESModule", path: "worker.js", contents: await readFile(file, "utf8") },
      { type: "CompiledWasm", path: WASM, contents: await readFile(join(root, "pkg", WASM)) },
    ],
  });
  const ask = (body) =>
    worker.dispatchFetch("http://bench/", { method: "POST", body: JSON.stringify({ ...body, origin }) });
  /** How long a request takes that does the work of a contender so many times. */
  const timed = async (group, at, count) => {
    const start = performance.now();
    const response = await ask({ group, at, count });
    const answer = await response.text();
    if (answer !== "done") throw new Error(`${group} failed in workerd: ${answer.slice(0, 500)}`);
    return performance.now() - start;
  };
  // A request has a cost of its own, which a sample has to stand out from.
  const wanted = 4 * sampleMs;
  try {
    const results = [];
    for (const group of groups) {
      const { name, contenders } = await (await ask({ group })).json();
      const counts = [];
      for (const at of contenders.keys()) {
        let count = 1;
        while ((await timed(group, at, count)) < wanted && count < 1 << 24) count *= 2;
        counts.push(count);
      }
      const times = contenders.map(() => []);
      for (let round = 0; round < rounds; round++)
        for (const k of contenders.keys()) {
          const at = (k + round) % contenders.length;
          // What a request costs without any work is taken off.
          const empty = await timed(group, at, 0);
          times[at][round] = Math.max(1e-6, (await timed(group, at, counts[at])) - empty) / counts[at];
        }
      results.push({ name, results: summary(contenders, times) });
    }
    return results;
  } finally {
    await worker.dispose();
    close();
  }
}

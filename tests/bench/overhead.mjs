// `npm run bench:overhead`: what a call costs more through the worker than straight to its upstream. Both are asked in turn, in
// one run, over connections that are kept; the upstream draws nothing, so that nothing hides the difference. `--disk=FOLDER`: where the objects store what they store; a folder in memory
// shows what waiting for the disk is of it.

import { Agent, request } from "node:http";

import { formOf, TOKEN } from "../limits/callers.mjs";
import { cpu } from "../limits/memory.mjs";
import { MODEL, startScene } from "../limits/scenes.mjs";

const agent = new Agent({ keepAlive: true, maxSockets: 1 });
const authorization = `Bearer ${TOKEN}`;
const CAT = { model: MODEL, prompt: "a cat", quality: "low", size: "1024x1024" };

/** How long a call takes, to the last byte of its answer. */
function timed(address, path, { body, contentType }) {
  return new Promise((resolve, reject) => {
    const start = performance.now();
    const headers = { authorization, "content-type": contentType, "content-length": Buffer.byteLength(body) };
    const outgoing = request(`${address}${path}`, { method: "POST", headers, agent }, (incoming) => {
      let length = 0;
      incoming.on("data", (chunk) => (length += chunk.length));
      incoming.on("error", reject);
      incoming.on("end", () => {
        if (incoming.statusCode !== 200) return reject(new Error(`${path}: status ${incoming.statusCode}`));
        resolve({ ms: performance.now() - start, length });
      });
    });
    outgoing.on("error", reject);
    outgoing.end(body);
  });
}

const json = (value) => ({ body: JSON.stringify(value), contentType: "application/json" });
const CASES = [
  // Through the worker's checks and prices alone: no object, no upstream. Straight, it is the upstream's answer to anything.
  {
    name: "(an estimate, which asks nobody)",
    rounds: 400,
    path: "/estimate",
    ...json({ operation: "generate", request: CAT }),
  },
  { name: "small JSON", rounds: 400, path: "/images/generations", ...json(CAT) },
  { name: "upload of 20 MB", rounds: 40, path: "/images/edits", ...formOf(MODEL, 20) },
  {
    name: "stream of 4 x 2 MB",
    rounds: 40,
    path: "/images/generations",
    ...json({ ...CAT, stream: true, partial_images: 3 }),
  },
];

const sorted = (values) => [...values].sort((a, b) => a - b);
const quantile = (values, share) => sorted(values)[Math.min(values.length - 1, Math.floor(values.length * share))];
const ms = (value) => `${value.toFixed(value < 10 ? 2 : 0)} ms`;

const disk = process.argv.find((word) => word.startsWith("--disk="))?.slice("--disk=".length);
const scene = await startScene({ inspected: false, ...(disk && { disk }) });
Object.assign(scene.upstream.settings, { pauseMs: 0 });
const places = { direct: scene.upstream.address, worker: scene.worker.address };
try {
  console.log("| | p50 direct | p50 worker | more | p99 direct | p99 worker | more | processor time of the worker |");
  console.log("| --- | --- | --- | --- | --- | --- | --- | --- |");
  for (const { name, rounds, path, ...sent } of CASES) {
    const times = { direct: [], worker: [] };
    let used = 0;
    for (let round = -Math.ceil(rounds / 10); round < rounds; round++)
      for (const place of round % 2 === 0 ? ["direct", "worker"] : ["worker", "direct"]) {
        const before = await cpu(scene.worker.pid);
        const { ms } = await timed(places[place], `/v1${path}`, sent);
        if (round < 0) continue;
        times[place].push(ms);
        if (place === "worker") used += (await cpu(scene.worker.pid)) - before;
      }
    const cells = [0.5, 0.99].flatMap((share) => {
      const [direct, worker] = [quantile(times.direct, share), quantile(times.worker, share)];
      return [ms(direct), ms(worker), `${ms(worker - direct)} (${(worker / direct).toFixed(1)}×)`];
    });
    console.log(`| ${[name, ...cells, ms(used / rounds)].join(" | ")} |`);
  }
} finally {
  agent.destroy();
  await scene.close();
}

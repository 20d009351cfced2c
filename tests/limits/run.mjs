// `npm run limits`: the memory of workerd under uploads and readers that never read, as tables for docs/limits.md.

import { formOf } from "./callers.mjs";
import { held, resident } from "./memory.mjs";
import { MODEL, stall, stalling, startScene, uploading } from "./scenes.mjs";

const ROUNDS = 3;
/** Readers that take nothing for 30 s are sent away; a little later all of them must be gone. */
const SENT_AWAY_MS = 45_000;
/** Bytes in a second of those who are slow: 95 MB take eight seconds. */
const SLOW = 12e6;

const row = (...cells) => console.log(`| ${cells.join(" | ")} |`);
const span = (values) => `${Math.min(...values).toFixed(0)} to ${Math.max(...values).toFixed(0)}`;
const within = (promise, ms, otherwise) =>
  Promise.race([promise, new Promise((resolve) => setTimeout(resolve, ms, otherwise).unref())]);

const scene = await startScene();
try {
  const idle = await held(scene.worker);
  console.log(
    `idle: the process has ${(await resident(scene.worker.pid)).toFixed(0)} MB, the isolate holds ${idle.toFixed(1)} MB\n`,
  );

  row("upload", "process grew by", "isolate holds in the middle of it");
  row("---", "---", "---");
  for (const megabytes of [10, 50, 95])
    for (const [speed, pace] of Object.entries({
      fast: {},
      "slow caller": { from: SLOW },
      "slow upstream": { to: SLOW },
    })) {
      const form = formOf(MODEL, megabytes);
      const grown = [];
      // Looking collects garbage, so memory is watched without it.
      for (let round = 0; round < ROUNDS; round++)
        grown.push((await uploading(scene, form, { ...pace, look: false })).grown);
      const seen = await uploading(scene, form, pace);
      if (seen.status !== 200) throw new Error(`an upload of ${megabytes} MB was answered with ${seen.status}`);
      row(`${megabytes} MB, ${speed}`, `${span(grown)} MB`, `${seen.held.toFixed(1)} MB`);
    }

  console.log();
  row(
    "four streams of 8 MB, and readers that never read",
    "process grew by",
    "isolate holds",
    "all four settled after",
  );
  row("---", "---", "---", "---");
  const form = formOf(MODEL, 95);
  let last = [];
  for (const [readers, beside] of [[1], [4], [16], [64], [64, form]]) {
    const found = [];
    for (let round = 0; round < ROUNDS; round++) {
      for (const reader of last) reader.close();
      const upload = () => uploading(scene, beside, { beside: () => stall(scene, readers) });
      found.push(
        beside ? (({ beside, ...more }) => ({ ...beside, ...more }))(await upload()) : await stalling(scene, readers),
      );
      last = found.at(-1).readers;
      if (found.at(-1).states.some(({ status }) => status !== "completed")) throw new Error("a call did not complete");
    }
    row(
      `${readers}${beside ? ", and an upload of 95 MB beside them" : ""}`,
      `${span(found.map(({ grown }) => grown))} MB`,
      `${Math.max(...found.map((one) => one.held)).toFixed(1)} MB`,
      `${Math.max(...found.map(({ settledMs }) => settledMs)).toFixed(0)} ms`,
    );
  }
  // The last 64 are left alone until the worker has sent them away, and only then read what had been sent.
  await new Promise((resolve) => setTimeout(resolve, SENT_AWAY_MS));
  const lengths = await Promise.all(last.map((reader) => within(reader.drain(), 10_000, "still connected")));
  const open = lengths.filter((length) => length === "still connected").length;
  const most = Math.max(...lengths.filter(Number.isFinite));
  console.log(
    `\nAfter ${SENT_AWAY_MS / 1000} s ${open} of ${last.length} are still connected (the longest had ${(most / 1e6).toFixed(1)} MB on its way); ` +
      `the isolate holds ${(await held(scene.worker)).toFixed(1)} MB.`,
  );
  if (open > 0) process.exitCode = 1;
} finally {
  await scene.close();
}

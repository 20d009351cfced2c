// Node: a process for all groups, and one for each measurement of memory.

import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { join } from "node:path";

import { root } from "../../.ci/setup.mjs";
import { run } from "../../.ci/steps.mjs";
import { bundle, MEMORY_TAIL } from "./bundle.mjs";
import { median } from "./measure.js";
import { peaks } from "./memory.mjs";
import { serve } from "./server.mjs";

const TAIL = `
  ${MEMORY_TAIL}
  const [task, origin, ...rest] = process.argv.slice(2);
  const say = (value) => process.stdout.write(JSON.stringify(value) + "\\n");
  if (task === "time") {
    const [options, ...names] = rest;
    for (const name of names) {
      const group = GROUPS[name](ours, origin);
      say({ name: group.name, results: await compare(group.contenders, JSON.parse(options)) });
    }
  } else if (rest.length === 1) say(memoryNames(rest[0]));
  else {
    const work = await prepare(origin, ...rest);
    gc();
    say("ready");
    // The answer is that it may begin.
    await new Promise((begin) => process.stdin.once("data", begin));
    await work();
    say("done");
    // The peak is read while it lives.
    await new Promise((end) => process.stdin.once("end", end));
    process.exit();
  }`;

const bundled = () =>
  // The package reads its wasm relative to itself, so in Node it stays outside the bundle.
  bundle("node", TAIL, {
    platform: "node",
    conditions: ["node", "import"],
    external: ["node:*", join(root, "pkg", "node.js")],
    banner: { js: 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);' },
  });

export async function timesInNode(groups, { node, env, options }) {
  const file = await bundled();
  const { origin, close } = await serve();
  try {
    const output = await run(node, [file, "time", origin, JSON.stringify(options), ...groups], { env });
    return output
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
  } finally {
    close();
  }
}

/** MB above what the process had, by contender. */
export async function memoryInNode(kind, { node, env, repeats }) {
  const file = await bundled();
  const { origin, close } = await serve();
  try {
    const names = JSON.parse(await run(node, ["--expose-gc", file, "memory", origin, kind], { env }));
    const results = [];
    for (const [at, name] of names.entries()) {
      const found = [];
      for (let i = 0; i < repeats; i++) {
        const child = spawn(node, ["--expose-gc", file, "memory", origin, kind, String(at)], {
          env,
          stdio: ["pipe", "pipe", "inherit"],
        });
        const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
        await lines.next();
        const [peak] = await peaks([child.pid], async () => {
          child.stdin.write("go\n");
          if ((await lines.next()).value !== '"done"') throw new Error(`${name} failed in Node`);
        });
        child.stdin.end();
        found.push(peak);
      }
      results.push({ name, cells: [median(found)] });
    }
    return results;
  } finally {
    close();
  }
}

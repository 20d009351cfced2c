// The end-to-end tests: one worker for all files, two files at once. `node tests/e2e/run.mjs WORD …` runs
// the files whose names contain a word; a file can be run alone with `node --test`, too.

import { spawn } from "node:child_process";
import { readdir } from "node:fs/promises";

import { start } from "./server.mjs";

const AT_ONCE = 2;
const words = process.argv.slice(2);
const files = (await readdir(import.meta.dirname))
  .filter((name) => name.endsWith(".test.mjs") && (words.length === 0 || words.some((word) => name.includes(word))))
  .map((name) => `${import.meta.dirname}/${name}`);
const server = await start();
try {
  const child = spawn(
    process.execPath,
    ["--test", "--test-timeout=600000", `--test-concurrency=${AT_ONCE}`, ...files],
    {
      stdio: "inherit",
      env: { ...process.env, E2E_ADDRESS: server.address, E2E_TOKEN: server.token },
    },
  );
  process.exitCode = await new Promise((resolve) => child.once("exit", (code) => resolve(code ?? 1)));
} finally {
  await server.stop();
}

// `npm test`: sets up, then runs every check, and goes on after a failure so that one run tells all.
// `npm test -- NAME …` runs only the checks whose names contain one of the words.

import { existsSync } from "node:fs";
import { join } from "node:path";

import { root, setup } from "../.ci/setup.mjs";
import { duration, run, step, StepError } from "../.ci/steps.mjs";

const CRATES = ["--workspace", "--all-targets"];
const WASM = ["--target", "wasm32-unknown-unknown"];

/** Every check: its name, its command, and how to read from the output how many tests passed and failed. */
const CHECKS = [
  { name: "format (Rust)", command: ["cargo", "fmt", "--all", "--check"] },
  { name: "format (the rest)", command: ["prettier", "--check", "--log-level=warn", "."] },
  { name: "lint (native)", command: ["cargo", "clippy", ...CRATES, "--", "-D", "warnings"] },
  { name: "lint (wasm)", command: ["cargo", "clippy", "--workspace", ...WASM, "--", "-D", "warnings"] },
  { name: "Rust tests", command: ["cargo", "test", "--workspace"], count: cargoCount },
  { name: "package build", command: ["node", "src/npm/build.mjs"] },
  {
    name: "wasm tests in Chromium",
    command: ["wasm-pack", "test", "--headless", "--chrome", "--mode", "no-install"],
    count: cargoCount,
  },
  { name: "types of the package", command: ["node", "tests/types/run.mjs"] },
  { name: "types of the worker", command: ["tsc", "-p", "worker/tsconfig.json"] },
  { name: "types of the worker's tests", command: ["tsc", "-p", "tests/worker/tsconfig.json"] },
  { name: "package tests", command: ["node", "--test", "tests/package/*.test.mjs"], count: nodeCount },
  { name: "build without SIMD", command: ["node", "src/npm/build.mjs", "--baseline"] },
  { name: "tests without SIMD", command: ["node", "--test", "tests/baseline/*.test.mjs"], count: nodeCount },
  {
    name: "client tests",
    command: ["node", "--test", "--test-timeout=300000", "tests/client/*.test.mjs"],
    count: nodeCount,
  },
  {
    name: "sandbox tests over HTTP",
    command: ["node", "--test", "worker/sandbox/http/*.test.ts"],
    count: nodeCount,
  },
  { name: "worker tests in workerd", command: ["vitest", "run", "--root", "tests/worker"], count: vitestCount },
  { name: "chaos", command: ["node", "--test", "--test-concurrency=2", "tests/chaos/*.test.ts"], count: nodeCount },
  { name: "limits of the worker", command: ["node", "--test", "tests/limits/*.test.mjs"], count: nodeCount },
  { name: "simulation of the limiter", command: ["node", "--test", "tests/sim/*.test.ts"], count: nodeCount },
  { name: "end-to-end tests in Chromium", command: ["node", "tests/e2e/run.mjs"], count: nodeCount },
];

const sum = (output, pattern) => [...output.matchAll(pattern)].reduce((total, match) => total + Number(match[1]), 0);

function cargoCount(output) {
  return { passed: sum(output, /test result: .*?(\d+) passed/g), failed: sum(output, /test result: .*?(\d+) failed/g) };
}

function nodeCount(output) {
  return { passed: sum(output, /^(?:#|ℹ) pass (\d+)/gm), failed: sum(output, /^(?:#|ℹ) fail (\d+)/gm) };
}

function vitestCount(output) {
  // eslint-disable-next-line no-control-regex
  const plain = output.replace(/\x1b\[[0-9;]*m/g, "");
  const line = /^\s*Tests\s+(.*)$/m.exec(plain)?.[1] ?? "";
  return { passed: sum(line, /(\d+) passed/g), failed: sum(line, /(\d+) failed/g) };
}

/** Runs one check. A check that counts its tests fails when it ran none: an empty suite proves nothing. */
async function perform({ name, command: [command, ...args], count }, env) {
  const start = performance.now();
  const outcome = { name, passed: 0, failed: 0, output: "" };
  try {
    await step(name, async () => {
      outcome.output = await run(command, args, { cwd: root, env });
      const { passed, failed } = count ? count(outcome.output) : { passed: 1, failed: 0 };
      if (passed === 0) throw new StepError(`${name}: no test ran\n${outcome.output}`);
      Object.assign(outcome, { passed, failed });
    });
  } catch (error) {
    const { passed = 0, failed = 0 } = (count && error.output && count(error.output)) || {};
    Object.assign(outcome, { passed, failed: Math.max(1, failed), output: error.output ?? String(error) });
  }
  outcome.time = performance.now() - start;
  return outcome;
}

async function main() {
  const words = process.argv.slice(2);
  const chosen = CHECKS.filter(({ name }) => words.length === 0 || words.some((word) => name.includes(word)));
  if (chosen.length === 0)
    throw new StepError(
      `no check is called "${words.join('" or "')}"; there are:\n  ${CHECKS.map((c) => c.name).join("\n  ")}`,
    );
  const { env } = await setup({ chromium: true });
  if (!existsSync(join(root, "..", "shared")))
    console.log("  ../shared is not there: the tests that need vectors made by others say that they skip");
  const outcomes = [];
  for (const check of chosen) outcomes.push(await perform(check, { ...env, CI: "1", NO_COLOR: "1" }));

  for (const { name, failed, output } of outcomes)
    if (failed) console.log(`\n--- ${name} ---\n${output.split("\n").slice(-200).join("\n")}`);

  const width = Math.max(...outcomes.map(({ name }) => name.length));
  console.log(`\n${"check".padEnd(width)}  passed  failed  time`);
  for (const { name, passed, failed, time } of outcomes)
    console.log(
      `${name.padEnd(width)}  ${String(passed).padStart(6)}  ${String(failed).padStart(6)}  ${duration(time)}`,
    );
  const total = (key) => outcomes.reduce((all, outcome) => all + outcome[key], 0);
  console.log(`\n${total("passed")} passed, ${total("failed")} failed`);
  if (total("failed")) process.exitCode = 1;
}

main().catch((error) => {
  console.error(error instanceof StepError ? error.message : error);
  process.exit(1);
});

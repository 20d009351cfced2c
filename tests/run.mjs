// `npm test`: sets up, then runs every check, and goes on after a failure so that one run tells all.
// `npm test -- NAME …` runs only the checks whose names contain one of the words.
//
// Two lanes keep two cores busy. What cargo builds takes all it can get, so it stands behind: the tests of the other lane
// wait for servers, browsers and pauses most of their time, and are not slowed down by what fills it.

import { existsSync } from "node:fs";
import { join } from "node:path";

import { prepare, root } from "../.ci/setup.mjs";
import { duration, run, step, StepError } from "../.ci/steps.mjs";
import { runInLanes } from "./lanes/lanes.mjs";

const CRATES = ["--workspace", "--all-targets"];
const WASM = ["--target", "wasm32-unknown-unknown"];
const BUILD = "package build";
const SLIM = "build without SIMD";

const cargo = (name, command, more) => ({ name, command, lane: "cargo", behind: true, needs: ["rust"], ...more });
const built = (name, command, more) => ({ name, command, lane: "node", needs: ["node"], after: [BUILD], ...more });
// What hangs is to fail: a file of tests takes two minutes where it takes long.
const tests = (name, command, more) =>
  built(name, ["node", "--test", "--test-timeout=600000", ...command], { count: nodeCount, ...more });
const BROWSER = ["node", "chromium"];

/**
 * Every check: its name, its command, and how to read from the output how many tests passed and failed; which parts of
 * the set-up it needs, and what it comes after in the other lane. Cargo locks its folder, so a lane has all that uses it.
 */
const CHECKS = [
  cargo("format (Rust)", ["cargo", "fmt", "--all", "--check"]),
  tests("lanes of these checks", ["tests/lanes/*.test.mjs"], { after: [] }),
  built("format (the rest)", ["prettier", "--check", "--log-level=warn", "."], { after: [] }),
  tests("simulation of the limiter", ["tests/sim/*.test.ts"], { after: [] }),
  cargo("lint (native)", ["cargo", "clippy", ...CRATES, "--", "-D", "warnings"]),
  cargo("Rust tests", ["cargo", "test", "--workspace"], { count: cargoCount }),
  // Of profiles and folders that the checks of the other lane do not use.
  built(BUILD, ["node", "src/npm/build.mjs"], { after: [], needs: ["rust", "node", "tools"] }),
  cargo("lint (wasm)", ["cargo", "clippy", "--workspace", ...WASM, "--", "-D", "warnings"]),
  cargo("wasm tests in Chromium", ["wasm-pack", "test", "--headless", "--chrome", "--mode", "no-install"], {
    count: cargoCount,
    needs: ["rust", "tools", "chromium"],
    // Behind all others it may take longer than the 20 seconds that it would be given.
    env: { WASM_BINDGEN_TEST_TIMEOUT: "300" },
  }),
  cargo(SLIM, ["node", "src/npm/build.mjs", "--baseline", "--apart"], {
    after: [BUILD],
    needs: ["rust", "node", "tools"],
  }),
  tests("tests without SIMD", ["tests/baseline/*.test.mjs"], { lane: "cargo", after: [SLIM] }),
  built("types of the package", ["node", "tests/types/run.mjs"]),
  built("types of the worker", ["tsc", "-p", "worker/tsconfig.json"]),
  built("types of the worker's tests", ["tsc", "-p", "tests/worker/tsconfig.json"]),
  tests("package tests", ["tests/package/*.test.mjs"], { needs: BROWSER }),
  tests("client tests", ["tests/client/*.test.mjs"], { needs: BROWSER }),
  tests("sandbox tests over HTTP", ["worker/sandbox/http/*.test.ts"]),
  built("worker tests in workerd", ["vitest", "run", "--root", "tests/worker"], { count: vitestCount }),
  built("end-to-end tests in Chromium", ["node", "tests/e2e/run.mjs"], { count: nodeCount, needs: BROWSER }),
  tests("chaos", ["--test-concurrency=2", "tests/chaos/*.test.ts"]),
  // It measures.
  tests("limits of the worker", ["tests/limits/*.test.mjs"], { alone: true }),
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

/** What a person needs of a long output: node's tests are told in their order, so that what failed may stand far from the end. */
function whatFailed(output) {
  const blocks = output.match(/^ *not ok .*\n( *)---\n[^]*?^\1\.\.\.$/gm) ?? [];
  return [...blocks, output.split("\n").slice(-200).join("\n")].join("\n");
}

/** Runs one check. A check that counts its tests fails when it ran none: an empty suite proves nothing. */
async function perform({ name, command: [command, ...args], count, needs, behind, env: more }, { env, parts }) {
  const outcome = { name, passed: 0, failed: 0, output: "", time: 0 };
  let start;
  try {
    for (const need of needs) await parts[need];
    start = performance.now();
    await step(name, async () => {
      outcome.output = await run(command, args, { cwd: root, env: { ...env, ...more }, behind });
      const { passed, failed } = count ? count(outcome.output) : { passed: 1, failed: 0 };
      if (passed === 0) throw new StepError(`${name}: no test ran\n${outcome.output}`);
      Object.assign(outcome, { passed, failed });
    });
  } catch (error) {
    const { passed = 0, failed = 0 } = (count && error.output && count(error.output)) || {};
    Object.assign(outcome, { passed, failed: Math.max(1, failed), output: error.output ?? String(error) });
  }
  if (start) outcome.time = performance.now() - start;
  return outcome;
}

async function main() {
  const words = process.argv.slice(2);
  const chosen = CHECKS.filter(({ name }) => words.length === 0 || words.some((word) => name.includes(word)));
  if (chosen.length === 0)
    throw new StepError(
      `no check is called "${words.join('" or "')}"; there are:\n  ${CHECKS.map((c) => c.name).join("\n  ")}`,
    );
  const begin = performance.now();
  const { env, parts } = prepare({ chromium: true });
  if (!existsSync(join(root, "..", "shared")))
    console.log("  ../shared is not there: the tests that need vectors made by others say that they skip");
  const surroundings = { env: { ...env, CI: "1", NO_COLOR: "1" }, parts };
  const outcomes = await runInLanes(chosen, (check) => perform(check, surroundings));
  await Promise.allSettled(Object.values(parts));

  for (const { name, failed, output } of outcomes) if (failed) console.log(`\n--- ${name} ---\n${whatFailed(output)}`);

  const width = Math.max(...outcomes.map(({ name }) => name.length));
  console.log(`\n${"check".padEnd(width)}  passed  failed  time`);
  for (const { name, passed, failed, time } of outcomes)
    console.log(
      `${name.padEnd(width)}  ${String(passed).padStart(6)}  ${String(failed).padStart(6)}  ${duration(time)}`,
    );
  const total = (key) => outcomes.reduce((all, outcome) => all + outcome[key], 0);
  const time = duration(performance.now() - begin);
  console.log(`\n${total("passed")} passed, ${total("failed")} failed in ${time}`);
  if (total("failed")) process.exitCode = 1;
}

main().catch((error) => {
  console.error(error instanceof StepError ? error.message : error);
  process.exit(1);
});

// That checks wait for what they need and for nothing else.

import assert from "node:assert/strict";
import { test } from "node:test";
import { setImmediate } from "node:timers/promises";

import { runInLanes } from "./lanes.mjs";

/** Runs them, ending one after the other in that order; gives which had begun before each end. */
async function begun(checks, order) {
  const running = new Map();
  const all = runInLanes(checks, ({ name }) => new Promise((resolve) => running.set(name, () => resolve(name))));
  const seen = [];
  for (const name of order) {
    await setImmediate();
    seen.push([...running.keys()].join(""));
    running.get(name)();
  }
  assert.deepEqual(
    await all,
    checks.map(({ name }) => name),
  );
  return seen;
}

const CASES = [
  ["lanes run side by side", ["a1", "b1", "c2", "d2"], "acbd", ["ac", "acb", "acbd", "acbd"]],
  ["a lane does not hold up the other", ["a1", "b1", "c2"], "abc", ["ac", "acb", "acb"]],
  ["what comes after another waits for it", ["a1", "b2", "c2<a"], "bac", ["ab", "ab", "abc"]],
  ["what is not chosen is not waited for", ["a1", "b2<z"], "ab", ["ab", "ab"]],
  ["one alone waits for all, and all for it", ["a1", "b2", "c1!", "d2"], "bacd", ["ab", "ab", "abc", "abcd"]],
];

for (const [title, words, order, expected] of CASES)
  test(title, async () => {
    const checks = words.map((word) => {
      const [, name, lane, after] = /^(\w)(\d)(?:<(\w))?/.exec(word);
      return { name, lane, alone: word.endsWith("!"), ...(after && { after: [after] }) };
    });
    assert.deepEqual(await begun(checks, order), expected);
  });

// What a browser loads does not grow unseen. Sizes are the same on every machine, so that the bounds are close.

import assert from "node:assert/strict";
import test from "node:test";

import { rows, uncounted } from "../size/measure.mjs";

for (const { name, brotli, limit } of await rows())
  test(`${name}: at most ${limit} bytes in brotli`, () => {
    assert.ok(brotli <= limit, `${brotli} bytes: make it smaller, or say in the commit what the growth is worth`);
  });

test("every module that a browser may load stands in the table", async () => {
  assert.deepEqual(await uncounted(), []);
});

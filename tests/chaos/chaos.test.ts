// A round of chaos, in its bounded form. `npm run chaos` runs as many as one likes.

import assert from "node:assert/strict";
import { test } from "node:test";

import { startUpstream } from "./book.ts";
import { round } from "./round.ts";
import { bundle } from "./workerd.ts";

const SEED = Number(process.env["SEED"] ?? 1);

test(`callers, faults and two kills of seed ${SEED}`, { timeout: 300_000 }, async () => {
  const upstream = await startUpstream(() => 5);
  try {
    const result = await round(
      { seed: SEED, kills: 2, intents: 40, atOnce: 8, callSeconds: 5 },
      upstream,
      await bundle(),
    );
    assert.deepEqual(result.findings, []);
    // Else nothing was tried.
    assert.ok(result.acknowledged > 0 && result.unknown > 0 && result.looks > 0, JSON.stringify(result));
  } finally {
    await upstream.close();
  }
});

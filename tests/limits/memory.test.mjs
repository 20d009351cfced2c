// What workerd on a developer's machine does not enforce: the memory of an isolate.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { formOf } from "./callers.mjs";
import { held } from "./memory.mjs";
import { MODEL, stall, startScene, uploading } from "./scenes.mjs";

/** What an upload may hold on its way, in MB: chunks of 64 KiB, of which none waits for another. */
const UPLOAD = 4;
/** A reader that does not read holds one chunk, of 16 KiB, and what keeps its place. */
const PER_READER = 0.05;
/**
 * The process may grow by so many MB: garbage that nobody had to collect yet. Half of the upload is 48 MB, and is what a
 * worker would hold at least that read ahead of an upstream that stands still.
 */
const GROWN = 40;
/**
 * With the readers it may have risen by so many MB when nothing moves and garbage was collected: when that happens by itself
 * is the machine's business, and 64 readers make 25 MB of it. The runtime's HTTP server holds 16 chunks of each, 17 MB,
 * and the databases of four calls 15 MB of their pages. A row of 1 MB for each reader would be 64 MB more.
 */
const KEPT_WITH_READERS = 88;

let scene;
let idle;
before(async () => {
  scene = await startScene();
  // An isolate takes memory once for what it does first, and keeps it: what is measured is what size and number add.
  for (let round = 0; round < 2; round++) {
    const { beside } = await uploading(scene, formOf(MODEL, 10), { look: false, beside: () => stall(scene, 4) });
    for (const reader of beside.readers) reader.close();
  }
  idle = await held(scene.worker);
});
after(() => scene?.close());

for (const megabytes of [10, 95])
  test(`an upload of ${megabytes} MB`, { timeout: 60_000 }, async () => {
    const found = await uploading(scene, formOf(MODEL, megabytes));
    assert.equal(found.status, 200);
    // The form is written anew: other headers, the same files.
    assert.ok(found.passed > megabytes * 1e6, `${found.passed} bytes reached the upstream`);
    assert.ok(found.held < idle + UPLOAD, `the isolate holds ${found.held} MB, and idle ${idle}`);
    assert.ok(found.grown < GROWN, `resident memory grew by ${found.grown} MB`);
  });

test("an upload of 95 MB and four streams of 8 MB with 64 readers that never read", { timeout: 60_000 }, async () => {
  const found = await uploading(scene, formOf(MODEL, 95), { beside: () => stall(scene, 64) });
  const { readers, states } = found.beside;
  assert.equal(found.status, 200);
  assert.deepEqual(
    readers.map(({ status }) => status),
    readers.map(() => 200),
  );
  // Nobody waits for those who do not read: their calls have ended and are paid.
  assert.deepEqual(
    states.map(({ status }) => status),
    ["completed", "completed", "completed", "completed"],
  );
  const most = idle + UPLOAD + 64 * PER_READER;
  assert.ok(found.held < most, `the isolate holds ${found.held} MB, and idle ${idle}`);
  assert.ok(found.kept < KEPT_WITH_READERS, `resident memory rose by ${found.kept} MB`);
  for (const reader of readers) reader.close();
});

// What workerd on a developer's machine does not enforce: the memory of an isolate.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { formOf } from "./callers.mjs";
import { held } from "./memory.mjs";
import { MODEL, stalling, startScene, uploading } from "./scenes.mjs";

/** Of the process, in MB: what an isolate is given, though most of it is garbage that nobody had to collect yet. */
const GROWN = 128;
/** A reader that does not read holds one chunk, of 64 KiB, and a little more. */
const PER_READER = 0.1;

let scene;
let idle;
before(async () => {
  scene = await startScene();
  idle = await held(scene.worker);
});
after(() => scene?.close());

test("an upload of 95 MB holds no more than one of 10", { timeout: 60_000 }, async () => {
  for (const megabytes of [10, 95]) {
    const form = formOf(MODEL, megabytes);
    const found = await uploading(scene, form);
    assert.equal(found.status, 200);
    // The form is written anew: other headers, the same files.
    assert.ok(found.passed > megabytes * 1e6, `${found.passed} bytes reached the upstream`);
    assert.ok(found.held < idle + 4, `${megabytes} MB: the isolate holds ${found.held} MB, and idle ${idle}`);
    assert.ok(found.grown < GROWN, `${megabytes} MB: resident memory grew by ${found.grown} MB`);
  }
});

test("an upload of 95 MB and four streams of 8 MB with 64 readers that never read", { timeout: 60_000 }, async () => {
  const form = formOf(MODEL, 95);
  const found = await stalling(scene, 64, () => uploading(scene, form));
  assert.equal(found.beside.status, 200);
  assert.deepEqual(
    found.readers.map(({ status }) => status),
    found.readers.map(() => 200),
  );
  // Nobody waits for those who do not read: their calls have ended and are paid.
  assert.deepEqual(
    found.states.map(({ status }) => status),
    ["completed", "completed", "completed", "completed"],
  );
  const most = idle + 64 * PER_READER + 4;
  assert.ok(found.held < most, `the isolate holds ${found.held} MB, and idle ${idle}`);
  assert.ok(found.grown < GROWN, `resident memory grew by ${found.grown} MB`);
  for (const reader of found.readers) reader.close();
});

// `waitUntil` cut: the caller has left, and its invocation is ended with everything it was doing. What was paid for goes on in
// the operation's object, is settled by its usage, and kept.

import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, beforeEach, test } from "node:test";

import { root } from "../../.ci/setup.mjs";
import { ended, formOf, TOKEN } from "./callers.mjs";
import { MODEL, startScene } from "./scenes.mjs";
import { USAGE } from "./upstream.mjs";

const ADMIN = "admin-token-of-the-limits";
/** So long the upstream draws: the invocation ends before. */
const DRAW_MS = 1_000;
const authorization = `Bearer ${TOKEN}`;
const CAT = { model: MODEL, prompt: "a cat", quality: "low", size: "1024x1024" };

let scene;
let key = 0;
before(async () => {
  scene = await startScene({ vars: { ADMIN_TOKEN: ADMIN }, entry: join(root, "tests/limits/cut-entry.ts") });
});
beforeEach(() => {
  Object.assign(scene.upstream.settings, { delayMs: DRAW_MS, pauseMs: DRAW_MS / 3, bytesPerSecond: Infinity });
  Object.assign(scene.upstream.book, { calls: 0, whole: 0 });
  key += 1;
});
after(() => scene?.close());

const send = (path, body, headers = {}) =>
  fetch(`${scene.worker.address}${path}`, {
    method: "POST",
    headers: { authorization, "idempotency-key": `cut-${key}`, ...headers },
    body,
  });
const mortal = { "x-mortal": "1" };
/** Ends the invocations of all mortal requests when something is so. */
async function cutWhen(isSo) {
  while (!isSo()) await new Promise((resolve) => setTimeout(resolve, 10));
  await send("/cut");
}
const get = (path, headers = {}) => fetch(`${scene.worker.address}${path}`, { headers: { authorization, ...headers } });

/** Neither held back nor lost: the ledger's counters are the sums of its rows, and each row is settled. */
async function expectBalanced() {
  const reply = await get("/metrics", { authorization: `Bearer ${ADMIN}` });
  const text = await reply.text();
  assert.match(text, /^gpt_image_edge_ledger_balanced 1$/m);
  assert.doesNotMatch(text, /operations\{state="(reserved|sent)"\} [1-9]/);
}
const spent = async () => (await (await get("/v1/usage")).json()).today;

const small = formOf(MODEL, 0.1);
const large = formOf(MODEL, 3);
const json = { "content-type": "application/json" };
const REQUESTS = {
  "a picture": ["/v1/images/generations", JSON.stringify(CAT), json],
  "a form that was held whole": ["/v1/images/edits", small.body, { "content-type": small.contentType }],
  "a form that passed through": ["/v1/images/edits", large.body, { "content-type": large.contentType }],
};
for (const [name, [path, body, headers]] of Object.entries(REQUESTS))
  test(`${name}: the invocation ends before the answer begins`, async () => {
    const before = await spent();
    const { book } = scene.upstream;
    const first = send(path, body, { ...headers, ...mortal }).catch(() => undefined);
    await cutWhen(() => book.whole === 1);
    // The control: the invocation really had no end of its own.
    assert.notEqual((await first)?.status, 200);
    const again = await send(path, body, headers);
    assert.equal(again.status, 200);
    assert.deepEqual((await again.json()).usage, USAGE);
    assert.equal(scene.upstream.book.calls, 1);
    const operation = await ended(scene.worker.address, again.headers.get("x-operation-id"));
    assert.equal(operation.status, "completed");
    const { spent_usd, reserved_usd } = await spent();
    assert.ok(operation.cost.charged_usd > 0 && operation.cost.charged_usd < operation.cost.reserved_usd);
    assert.ok(Math.abs(spent_usd - before.spent_usd - operation.cost.charged_usd) < 1e-9);
    assert.equal(reserved_usd, 0);
    await expectBalanced();
  });

test("a stream: its caller leaves behind the first event, its invocation ends, and the rest is there", async () => {
  scene.upstream.settings.delayMs = 0;
  const body = JSON.stringify({ ...CAT, stream: true, partial_images: 3 });
  const reply = await send("/v1/images/generations", body, { ...json, ...mortal });
  const id = reply.headers.get("x-operation-id");
  const reader = reply.body.getReader();
  await reader.read();
  await reader.cancel();
  await cutWhen(() => true);
  const operation = await ended(scene.worker.address, id);
  assert.equal(operation.status, "completed");
  const rest = await (await get(operation.result, { "last-event-id": `${id}:1` })).text();
  assert.match(rest, /^event: image_generation\.completed$/m);
  assert.equal(scene.upstream.book.calls, 1);
  await expectBalanced();
});

test("an upload: the invocation ends in the middle of it, and nothing could be billed", async () => {
  scene.upstream.settings.bytesPerSecond = 3e6;
  const before = await spent();
  // Far more than the buffers of the system between worker and upstream hold.
  const form = formOf(MODEL, 25);
  const { book } = scene.upstream;
  const { bytes } = book;
  const type = { "content-type": form.contentType };
  const first = send("/v1/images/edits", form.body, { ...type, ...mortal }).catch(() => undefined);
  await cutWhen(() => book.bytes > bytes + 2e6);
  assert.notEqual((await first)?.status, 200);
  assert.equal(scene.upstream.book.calls, 1);
  assert.equal(scene.upstream.book.whole, 0);
  assert.deepEqual(await spent(), before);
  // The key is free again: it bought nothing.
  scene.upstream.settings.bytesPerSecond = Infinity;
  const again = await send("/v1/images/edits", form.body, type);
  assert.equal(again.status, 200);
  await again.text();
  await expectBalanced();
});

test("the object itself ends: what was sent is charged as held back, told, and never sent again", async () => {
  scene.upstream.settings.delayMs = 0;
  const body = JSON.stringify({ ...CAT, stream: true, partial_images: 3 });
  const reply = await send("/v1/images/generations", body, json);
  const id = reply.headers.get("x-operation-id");
  const gone = reply.text().catch(() => "gone");
  assert.equal((await send(`/cut/${id}`)).status, 204);
  assert.doesNotMatch(await gone, /completed/);
  const operation = await ended(scene.worker.address, id);
  assert.equal(operation.status, "failed");
  assert.equal(operation.error.code, "operation_lost");
  assert.equal(operation.cost.charged_usd, operation.cost.reserved_usd);
  const again = await send("/v1/images/generations", body, json);
  assert.equal(again.status, 502);
  assert.equal(again.headers.get("x-should-retry"), "false");
  assert.equal(scene.upstream.book.calls, 1);
  await expectBalanced();
});

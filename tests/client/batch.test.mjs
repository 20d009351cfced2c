// Many calls: how many at once, at what pace, and what is left when it ends early.

import assert from "node:assert/strict";
import test from "node:test";

import { drawn, edge, PNG, refused, sessions } from "./server.mjs";
import { Pace } from "../../src/npm/pace.js";

const { ImageApiError, ImageClient } = edge;
const { id: model } = edge.models().find(({ tiers, status }) => tiers?.length > 0 && status === "current");
const requests = (count, fields) =>
  Array.from({ length: count }, (_, index) => ({ model, prompt: `picture ${index}`, ...fields }));
const turn = () => new Promise((resolve) => setImmediate(resolve));

/** A client whose server answers each call by its prompt; remembers what it was sent and how many calls overlapped. */
function clientOf(answer, options) {
  const seen = { sent: [], keys: [], atOnce: 0, most: 0 };
  const fetch = async (url, { headers, body, signal }) => {
    const { prompt } = typeof body === "string" ? JSON.parse(body) : {};
    seen.sent.push(prompt);
    seen.keys.push(headers.get("idempotency-key"));
    seen.most = Math.max(seen.most, ++seen.atOnce);
    try {
      await turn();
      signal.throwIfAborted();
      return await answer(prompt, seen.sent.length, signal, url);
    } finally {
      seen.atOnce--;
    }
  };
  return { seen, client: new ImageClient({ baseURL: "http://images.example/v1", fetch, maxRetries: 0, ...options }) };
}

test("what cannot be priced is counted beside the sum", async () => {
  const { client } = clientOf((prompt) =>
    prompt === "picture 1" ? Response.json({ created: 1, data: [{ b64_json: PNG }] }) : drawn(),
  );
  const told = [];
  const onProgress = ({ type, usd, unpriced }) => type === "done" && told.push([usd > 0, unpriced]);
  const { done, usd, unpriced } = await client.batch(requests(2), { concurrency: 1, onProgress });
  assert.equal(unpriced, 1);
  assert.equal(usd, done[0].result.cost.usd);
  assert.deepEqual(told, [
    [true, 0],
    [true, 1],
  ]);
});

test("every request is drawn once, no more of them at once than allowed", async () => {
  for (const [concurrency, most] of [
    [1, 1],
    [3, 3],
    [undefined, 4],
    [100, 20],
  ]) {
    const { client, seen } = clientOf(() => drawn());
    const outcome = await client.batch(requests(20), { concurrency });
    assert.equal(seen.most, most);
    assert.deepEqual(
      seen.sent.toSorted(),
      requests(20)
        .map(({ prompt }) => prompt)
        .toSorted(),
    );
    assert.deepEqual(
      outcome.done.map(({ index, result }) => [index, result.images.length]),
      Array.from({ length: 20 }, (_, index) => [index, 1]),
    );
    assert.deepEqual([outcome.failed, outcome.left, outcome.stopped], [[], [], undefined]);
    const each = outcome.done[0].result.cost.usd;
    assert.ok(Math.abs(outcome.usd - 20 * each) < 1e-9, "the sum of what each has cost");
    assert.equal(new Set(seen.keys).size, 20);
  }
});

test("what fails is kept apart from what does not", async () => {
  const { client } = clientOf((prompt) =>
    /[37]$/.test(prompt) ? refused(400, { code: "moderation_blocked" }) : drawn(),
  );
  const { done, failed, left } = await client.batch(requests(10));
  assert.deepEqual(
    failed.map(({ index, error, request }) => [index, error.kind, request.prompt]),
    [
      [3, "moderation", "picture 3"],
      [7, "moderation", "picture 7"],
    ],
  );
  assert.deepEqual([done.length, left.length], [8, 0]);
});

test("edits, responses and references go where they belong", async () => {
  const paths = [];
  const { client } = clientOf((_prompt, _count, _signal, url) => {
    paths.push(new URL(url).pathname);
    return url.endsWith("/responses") ? Response.json({ id: "resp_1", output: [] }) : drawn();
  });
  const picture = new Blob([Buffer.from(PNG, "base64")]);
  const outcome = await client.batch(
    [
      { prompt: "x" },
      { prompt: "x", image: picture },
      { prompt: "x", images: [{ file_id: "file_1" }] },
      { input: "x", tools: [{ type: "image_generation" }] },
    ],
    { concurrency: 1 },
  );
  assert.deepEqual(paths, ["/v1/images/generations", "/v1/images/edits", "/v1/images/edits", "/v1/responses"]);
  assert.equal(outcome.done.length, 4);
});

test("progress tells what happened and where it stands", async () => {
  const { client } = clientOf((prompt) => (prompt === "picture 1" ? refused(400, {}) : drawn()));
  const events = [];
  await client.batch(requests(3), { concurrency: 1, onProgress: (event) => events.push(event) });
  assert.deepEqual(
    events.map(({ type, entry, running, done, failed, left, total }) =>
      [type, entry.index, running, done, failed, left, total].join(" "),
    ),
    [
      "start 0 1 0 0 2 3",
      "done 0 0 1 0 2 3",
      "start 1 1 1 0 1 3",
      "failed 1 0 1 1 1 3",
      "start 2 1 1 1 0 3",
      "done 2 0 2 1 0 3",
    ],
  );
  assert.equal(events[1].result.images.length, 1);
  assert.equal(events[3].error.status, 400);
  assert.ok(events.at(-1).usd > events[1].usd);
});

test("a batch that is called off says what is left, and goes on from there", async () => {
  for (const idempotent of [true, undefined]) {
    const caller = new AbortController();
    const { client, seen } = clientOf(
      async (_, count) => {
        if (count === 8) caller.abort("closing");
        return drawn();
      },
      { idempotent },
    );
    const first = await client.batch(requests(20), { concurrency: 3, signal: caller.signal });
    assert.deepEqual([first.stopped.kind, first.stopped.cause], ["aborted", "closing"]);
    assert.equal(sessions(), 0);
    assert.ok(first.done.length >= 5 && first.left.length >= 12);
    // What was under way may have been paid: only where a key keeps the answer is it simply sent again.
    assert.ok(idempotent ? first.failed.length === 0 : first.failed.every(({ error }) => error.billed === "unknown"));
    const keys = new Map(first.left.map(({ index, idempotencyKey }) => [index, idempotencyKey]));

    const before = seen.sent.length;
    // As it would come out of a file in which it was kept.
    const second = await client.batch(JSON.parse(JSON.stringify([...first.left, ...first.failed])));
    assert.equal(second.left.length + second.failed.length, 0);
    const all = [...first.done, ...second.done].map(({ index }) => index);
    assert.deepEqual(
      all.toSorted((a, b) => a - b),
      Array.from({ length: 20 }, (_, index) => index),
    );
    for (const { index, idempotencyKey } of second.done)
      if (keys.has(index)) assert.equal(idempotencyKey, keys.get(index));
    for (const key of keys.values()) assert.ok(seen.keys.slice(before).includes(key), "the same key is sent");
  }
});

test("what would fail for all stops the batch, and nothing is lost", async () => {
  for (const [name, answer] of [
    ["quota", () => refused(429, { code: "insufficient_quota" })],
    ["auth", () => refused(401, { code: "invalid_api_key" })],
    ["account", () => refused(403, {})],
    ["network", () => Promise.reject(Object.assign(new TypeError("failed"), { cause: { code: "ECONNREFUSED" } }))],
  ]) {
    const { client, seen } = clientOf((_, count) => (count <= 4 ? drawn() : answer()));
    const events = [];
    const outcome = await client.batch(requests(10), { concurrency: 1, onProgress: ({ type }) => events.push(type) });
    assert.equal(outcome.stopped.kind, name);
    assert.equal(seen.sent.length, 5);
    assert.deepEqual([outcome.done.length, outcome.failed.length, outcome.left.length], [4, 0, 6]);
    assert.equal(outcome.left[0].index, 4);
    assert.equal(events.at(-1), "stop");
  }
});

test("a busy server is left alone for as long as it says, and nothing is given up", async () => {
  let refusals = 0;
  const { client, seen } = clientOf((_, count) => {
    if (count % 4 !== 0) return drawn();
    refusals++;
    return refused(429, { code: "rate_limit_exceeded" }, { "retry-after-ms": "5" });
  });
  const waits = [];
  const outcome = await client.batch(requests(12), {
    concurrency: 3,
    onProgress: ({ type, wait_ms }) => type === "wait" && waits.push(wait_ms),
  });
  assert.equal(outcome.done.length, 12);
  assert.equal(seen.sent.length, 12 + refusals);
  assert.ok(waits.filter((ms) => ms === 5).length >= refusals && refusals >= 3);
});

test("a server that is always busy is given up, unbilled, to be sent later", async () => {
  const busy = () => refused(429, { code: "slow_down" }, { "retry-after-ms": "0" });
  const { client, seen } = clientOf(busy);
  const outcome = await client.batch(requests(2), { concurrency: 2 });
  assert.equal(outcome.failed.length, 2);
  assert.ok(outcome.failed.every(({ error }) => error.kind === "rate" && error.retryable));
  assert.equal(seen.sent.length, 2 * 6);
});

test("a tier sets the pace: no minute sees more pictures than it allows", async (t) => {
  const tier = 1;
  const rate = edge.imagesPerMinute("generate", { model, prompt: "x" }, tier).images_per_minute;
  let now = 1_000_000;
  t.mock.method(performance, "now", () => now);
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const { client, seen } = clientOf(() => drawn());
  let waiting;
  const waits = [];
  const count = Math.floor(rate) * 2 + 2;
  const outcome = client.batch(requests(count), {
    tier,
    onProgress: ({ type, wait_ms }) => {
      if (type !== "wait") return;
      waits.push(wait_ms);
      waiting?.();
    },
  });
  for (const expected of [Math.floor(rate), Math.floor(rate) * 2]) {
    if (waits.length === 0 || seen.sent.length < expected) await new Promise((resolve) => (waiting = resolve));
    assert.equal(seen.sent.length, expected);
    assert.ok(seen.most <= Math.max(1, Math.ceil(rate / 2)));
    const wait = waits.pop();
    assert.ok(wait > 0 && wait <= 60_000);
    now += wait;
    t.mock.timers.tick(wait);
  }
  assert.equal((await outcome).done.length, count);
});

test("the pace is that of a sliding minute, for each model", () => {
  const pace = new Pace();
  for (const [now, name, share, expected] of [
    [0, "a", 0.5, 0],
    [10, "a", 0.5, 0],
    [20, "a", 0.5, 59_980],
    [20, "b", 1, 0],
    [20, "a", 0, 0],
    [59_999, "a", 0.5, 1],
    [60_000, "a", 0.5, 0],
    [60_000, "a", 0.5, 10],
    [60_000, "b", 7, 20],
    [60_020, "b", 7, 0],
  ]) {
    assert.equal(pace.wait(name, share, now), expected, `${name} ${share} at ${now}`);
    if (expected === 0) pace.start(name, share, now);
  }
});

test("what is no batch is said at once, and an entry that is none fails alone", async () => {
  const { client, seen } = clientOf(() => drawn());
  for (const [given, options, param] of [
    [[undefined], {}, "requests[0]"],
    [[{ prompt: "x" }, "draw"], {}, "requests[1]"],
    [[], { concurrency: 0 }, "concurrency"],
    [[], { concurrency: 1.5 }, "concurrency"],
    [[], { tier: 6 }, "tier"],
    ["many", {}, "requests[0]"],
    [7, {}, "requests"],
  ])
    await assert.rejects(client.batch(given, options), { kind: "user", param });
  assert.equal(seen.sent.length, 0);
  assert.deepEqual((await client.batch([])).done, []);
  const { done, failed } = await client.batch([{ prompt: "x", size: 1n, n: NaN }, { prompt: "y" }], { concurrency: 1 });
  assert.deepEqual([done.length, failed.length], [1, 1]);
  assert.ok(ImageApiError.isInstance(failed[0].error));
});

test("results need not be kept", async () => {
  const { client } = clientOf(() => drawn());
  const seen = [];
  const onProgress = ({ type, result }) => type === "done" && seen.push(result.images.length);
  const outcome = await client.batch(requests(3), { keepResults: false, onProgress });
  assert.deepEqual(seen, [1, 1, 1]);
  assert.ok(outcome.done.every((entry) => !("result" in entry)));
});

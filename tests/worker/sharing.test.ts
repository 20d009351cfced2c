// One call for the same request of the same caller, where the operator wants that: while it runs, and while it is kept.

import { ImageClient } from "gpt-image-edge";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";

import { ACCOUNT, bearer, expectBalanced, today } from "./support/account.ts";
import { form, fields, picture } from "./support/forms.ts";
import { MODEL } from "./support/model.ts";
import { png } from "./support/pictures.ts";
import { json, PICTURE, startUpstream, type Upstream } from "./support/upstream.ts";
import { KEY, startWorker, type Running } from "./support/worker.ts";

const CAT = { model: MODEL, prompt: "a cat", size: "1024x1024", quality: "low" } as const;
const CACHE = "x-gpt-image-edge-cache";
const COST = "x-gpt-image-edge-cost-usd";

let upstream: Upstream;
beforeAll(async () => void (upstream = await startUpstream()));
afterEach(() => upstream.verify());
afterAll(() => upstream.close());

const start = (more: Record<string, string>) =>
  startWorker({ ...ACCOUNT, UPSTREAM: "openai", UPSTREAM_BASE_URL: upstream.address, OPENAI_API_KEY: KEY, ...more });
let callers = 0;
const caller = () => bearer({ sub: `caller ${++callers}`, budget: 1 });

interface Answer {
  status: number;
  text: string;
  shared: string | null;
  cost: string | null;
  operation: string | null;
}
const answerOf = async (reply: Response): Promise<Answer> => ({
  status: reply.status,
  text: await reply.text(),
  shared: reply.headers.get(CACHE),
  cost: reply.headers.get(COST),
  operation: reply.headers.get("x-operation-id"),
});
const ask = async (worker: Running, path: string, authorization: string, body: object, headers = {}) =>
  answerOf(
    await worker.send(path, {
      method: "POST",
      headers: { authorization, "content-type": "application/json", ...headers },
      body: JSON.stringify(body),
    }),
  );
const draw = (worker: Running, authorization: string, body: object = CAT, headers = {}) =>
  ask(worker, "/v1/images/generations", authorization, body, headers);
const edit = async (worker: Running, authorization: string, file: Uint8Array, prompt = "more") => {
  const { body, contentType } = form({
    boundary: `----${Math.random()}`,
    parts: [picture(file), ...fields({ ...CAT, prompt })],
  });
  const headers = { authorization, "content-type": contentType };
  return answerOf(await worker.send("/v1/images/edits", { method: "POST", headers, body }));
};

/** Answers each call with a number of its own, the first so many only when they are let go. */
function numbered(held = 0): { release: () => void } {
  let release = () => {};
  const gate = new Promise<void>((resolve) => (release = resolve));
  let count = 0;
  upstream.expect(async (call, response) => {
    await call.complete;
    const created = ++count;
    if (created <= held) await gate;
    response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify({ ...PICTURE, created }));
  });
  return { release };
}
const until = async (done: () => boolean) => {
  while (!done()) await new Promise((resolve) => setTimeout(resolve, 10));
};

describe("while the call runs", () => {
  let worker: Running;
  beforeAll(async () => void (worker = await start({ SINGLE_FLIGHT_SECONDS: "60" })));
  afterAll(() => worker.close());

  test("the same request joins it, is told so and costs nothing; the next one is a call of its own", async () => {
    const authorization = await caller();
    const { release } = numbered(1);
    const replies = Array.from({ length: 6 }, () => draw(worker, authorization));
    // The order of the fields does not make another request.
    replies.push(draw(worker, authorization, Object.fromEntries(Object.entries(CAT).reverse())));
    await until(() => upstream.calls.length > 0);
    const late = draw(worker, authorization);
    setTimeout(release, 300);
    const all = await Promise.all([...replies, late]);
    expect(upstream.calls).toHaveLength(1);
    for (const { status, text, operation } of all) {
      expect(status).toBe(200);
      expect(JSON.parse(text)).toMatchObject({ created: 1 });
      expect(operation).toBe(all[0]!.operation);
    }
    expect(all.filter(({ shared }) => shared === null)).toHaveLength(1);
    for (const { shared, cost } of all.filter((one) => one.shared !== null)) {
      // Whoever comes as it ends finds it kept.
      expect(shared).toMatch(/^(joined|hit)$/);
      expect(cost).toBe("0");
    }
    const once = (await today(worker, authorization)).spent_usd;
    expect(worker.logs()).toMatch(/"event":"shared","how":"joined"/);

    const next = await draw(worker, authorization);
    expect(next.shared).toBeNull();
    expect(JSON.parse(next.text)).toMatchObject({ created: 2 });
    expect((await today(worker, authorization)).spent_usd).toBeCloseTo(2 * once, 9);
    await expectBalanced(worker);
  });

  test("another caller's, another request, one under a key and one that wants another picture do not", async () => {
    const [authorization, stranger] = [await caller(), await caller()];
    const { release } = numbered(9);
    const replies = [draw(worker, authorization)];
    await until(() => upstream.calls.length === 1);
    for (const other of [
      () => draw(worker, stranger),
      () => draw(worker, authorization, { ...CAT, prompt: "a cat " }),
      () => draw(worker, authorization, { ...CAT, n: 2 }),
      () => draw(worker, authorization, CAT, { "idempotency-key": "1" }),
      () => draw(worker, authorization, CAT, { "cache-control": "no-cache" }),
    ])
      replies.push(other());
    await until(() => upstream.calls.length === 6);
    release();
    const all = await Promise.all(replies);
    expect(new Set(all.map(({ operation }) => operation)).size).toBe(6);
    for (const { status, shared } of all) expect([status, shared]).toEqual([200, null]);
  });

  test("a form joins by what is in it, whatever its boundary", async () => {
    const authorization = await caller();
    const { release } = numbered(2);
    const replies = [edit(worker, authorization, png())];
    await until(() => upstream.calls.length === 1);
    replies.push(edit(worker, authorization, png()), edit(worker, authorization, png(65)));
    await until(() => upstream.calls.length === 2);
    setTimeout(release, 300);
    const [first, second, third] = await Promise.all(replies);
    expect(upstream.calls).toHaveLength(2);
    expect(second!.operation).toBe(first!.operation);
    expect(third!.operation).not.toBe(first!.operation);
    expect([first!.shared, third!.shared]).toEqual([null, null]);
    expect(second!.shared).toMatch(/^(joined|hit)$/);
  });

  test("a call that was refused upstream is refused for all, and made anew by the next", async () => {
    const authorization = await caller();
    let release = () => {};
    const gate = new Promise<void>((resolve) => (release = resolve));
    upstream.expect(async (call, response, request) => {
      await call.complete;
      await gate;
      await json({ error: { message: "no", type: "requests", code: "rate_limit_exceeded" } }, 429)(
        call,
        response,
        request,
      );
    });
    const replies = [draw(worker, authorization)];
    await until(() => upstream.calls.length === 1);
    replies.push(draw(worker, authorization));
    setTimeout(release, 300);
    for (const { status } of await Promise.all(replies)) expect(status).toBe(429);
    numbered();
    expect(await draw(worker, authorization)).toMatchObject({ status: 200, shared: null });
    await expectBalanced(worker);
  });
});

describe("while the answer is kept", () => {
  let worker: Running;
  beforeAll(async () => void (worker = await start({ CACHE_SECONDS: "3600" })));
  afterAll(() => worker.close());

  test("the same request gets it byte for byte, without a call or a charge, with an empty budget too", async () => {
    numbered();
    const sub = `poor ${++callers}`;
    const first = await draw(worker, await bearer({ sub, budget: 1 }));
    const spent = (await today(worker, await bearer({ sub, budget: 1 }))).spent_usd;
    expect(spent).toBeGreaterThan(0);
    const again = await draw(worker, await bearer({ sub, budget: 0 }));
    expect(again).toEqual({ ...first, shared: "hit", cost: "0" });
    expect(upstream.calls).toHaveLength(1);
    expect((await today(worker, await bearer({ sub, budget: 1 }))).spent_usd).toBe(spent);
    await expectBalanced(worker);
  });

  test("our own client is told what is left of the budget, and that the second cost nothing", async () => {
    numbered();
    const apiKey = (await caller()).slice("Bearer ".length);
    // Its keys would name the calls; whoever sends none shares.
    const client = new ImageClient({ baseURL: `${worker.address}/v1`, apiKey, idempotent: false });
    const [first, again] = [await client.generate(CAT), await client.generate(CAT)];
    expect(first.cost!.usd).toBeGreaterThan(0);
    expect(first.budgetLeftUsd).toBeGreaterThan(0);
    expect(first.budgetLeftUsd).toBeLessThan(1);
    expect(again.cost).toEqual({ currency: "USD", usd: 0, usd_text: "0", items: [] });
    expect(again.operationId).toBe(first.operationId);
    expect(upstream.calls).toHaveLength(1);
  });

  test("a stream is replayed as one", async () => {
    const done =
      'event: image_generation.completed\ndata: {"type":"image_generation.completed","b64_json":"aGVsbG8="' +
      `,"usage":${JSON.stringify(PICTURE.usage)}}\n\n`;
    upstream.expect(async (call, response) => {
      await call.complete;
      response.writeHead(200, { "content-type": "text/event-stream" }).end(done);
    });
    const authorization = await caller();
    const [first, again] = [
      await draw(worker, authorization, { ...CAT, stream: true }),
      await draw(worker, authorization, { ...CAT, stream: true }),
    ];
    expect(first.text).toContain("image_generation.completed");
    expect(again).toEqual({ ...first, shared: "hit", cost: "0" });
    expect(upstream.calls).toHaveLength(1);
  });

  test("never another caller's, nor of the same name in another tenant", async () => {
    numbered();
    const who = { sub: `twin ${++callers}`, budget: 1 };
    const answers = [];
    for (const claims of [who, { ...who, tenant: "a" }, { ...who, tenant: "b" }, { ...who, sub: `${who.sub} ` }])
      answers.push(await draw(worker, await bearer(claims)));
    expect(answers.map(({ shared }) => shared)).toEqual([null, null, null, null]);
    expect(new Set(answers.map(({ text }) => text)).size).toBe(4);
  });

  test("another picture is drawn for who asks for one, and the kept one stays", async () => {
    numbered();
    const authorization = await caller();
    const first = await draw(worker, authorization);
    const other = await draw(worker, authorization, CAT, { "cache-control": "max-age=0, no-store" });
    expect(other.shared).toBeNull();
    expect(other.text).not.toBe(first.text);
    expect((await draw(worker, authorization)).text).toBe(first.text);
  });

  test.each<[string, number, object]>([
    ["a refusal", 400, { error: { message: "no", type: "x", code: "invalid_value" } }],
    ["one whose price nobody knows", 200, { ...PICTURE, usage: undefined }],
    ["what nobody knows whether it was billed", 500, { error: { message: "no" } }],
  ])("%s is not", async (_, code, body) => {
    const authorization = await caller();
    upstream.expect(json(body, code));
    expect(await draw(worker, authorization)).toMatchObject({ status: code });
    numbered();
    expect(await draw(worker, authorization)).toMatchObject({ status: 200, shared: null });
    expect(upstream.calls).toHaveLength(1);
  });

  test("a token that may not use the model does not get it either", async () => {
    numbered();
    const sub = `limited ${++callers}`;
    await draw(worker, await bearer({ sub, budget: 1 }));
    expect(await draw(worker, await bearer({ sub, budget: 1, models: ["another"] }))).toMatchObject({ status: 403 });
    expect(await draw(worker, await bearer({ sub, budget: 1, max_price: 0 }))).toMatchObject({ status: 403 });
  });

  test("while a call runs, nothing joins it where only the cache is on", async () => {
    const authorization = await caller();
    const { release } = numbered(2);
    const replies = [draw(worker, authorization)];
    await until(() => upstream.calls.length === 1);
    replies.push(draw(worker, authorization));
    await until(() => upstream.calls.length === 2);
    release();
    for (const { shared } of await Promise.all(replies)) expect(shared).toBeNull();
  });
});

test("an answer is kept no longer than the operator says", async () => {
  const worker = await start({ CACHE_SECONDS: "1" });
  numbered();
  const authorization = await caller();
  await draw(worker, authorization);
  await expect
    .poll(async () => (await draw(worker, authorization)).text, { timeout: 20_000, interval: 1500 })
    .toMatch(/"created":2/);
  await worker.close();
});

test("without the settings every request is a call", async () => {
  const worker = await start({});
  numbered();
  const authorization = await caller();
  for (let time = 0; time < 3; time++)
    expect(await draw(worker, authorization)).toMatchObject({ status: 200, shared: null });
  expect(upstream.calls).toHaveLength(3);
  await worker.close();
});

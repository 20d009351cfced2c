// What is spent: never more than a budget allows, whoever calls at once, and exactly what the upstream says.

import { estimateCost } from "gpt-image-edge";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";

import { ACCOUNT, ADMIN, bearer, expectBalanced, metrics, today } from "./support/account.ts";
import { MODEL } from "./support/model.ts";
import { json, PICTURE, startUpstream, type Upstream } from "./support/upstream.ts";
import { errorOf, KEY, startWorker, type Running } from "./support/worker.ts";

let upstream: Upstream;
let worker: Running;

beforeAll(async () => {
  upstream = await startUpstream();
  worker = await startWorker({
    ...ACCOUNT,
    UPSTREAM: "openai",
    UPSTREAM_BASE_URL: upstream.address,
    OPENAI_API_KEY: KEY,
    TENANT_DAILY_USD: "0.06",
  });
});
afterEach(() => upstream.verify());
afterAll(async () => {
  await worker.close();
  await upstream.close();
});

const CAT = { model: MODEL, prompt: "a cat", size: "1024x1024", quality: "low" } as const;
/** The most that a cat can cost, in nano-dollars; and what it does cost by the upstream's usage. */
const MOST = Math.round(estimateCost("generate", CAT).max! * 1e9);
const draw = (authorization: string, body: object = CAT, headers: Record<string, string> = {}) =>
  worker.send("/v1/images/generations", {
    method: "POST",
    headers: { authorization, "content-type": "application/json", ...headers },
    body: JSON.stringify(body),
  });

test("256 callers at once, and a budget for 142: exactly 142 pass", { timeout: 120_000 }, async () => {
  const authorization = await bearer({ sub: "crowd", budget: (MOST * 142 + MOST - 1) / 1e9, concurrency: 1000 });
  // Nobody is answered before everybody has come: what the first leave over must not let more in.
  let release = () => {};
  const all = new Promise<void>((resolve) => (release = resolve));
  upstream.expect(async (call, response) => {
    await call.complete;
    await all;
    response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(PICTURE));
  });
  let refused = 0;
  const replies = Array.from({ length: 256 }, async () => {
    const reply = await draw(authorization);
    if (reply.status === 429 && ++refused === 114) release();
    return { status: reply.status, retry: reply.headers.get("x-should-retry"), body: await reply.text() };
  });
  const done = await Promise.all(replies);
  const passed = done.filter(({ status }) => status === 200);
  expect(passed).toHaveLength(142);
  expect(upstream.calls).toHaveLength(142);
  for (const { status, retry, body } of done.filter((reply) => reply.status !== 200)) {
    expect(status).toBe(429);
    expect(retry).toBe("false");
    expect(JSON.parse(body)).toMatchObject({ error: { type: "insufficient_quota", code: "budget_exceeded" } });
  }
  await expectBalanced(worker);
  const { spent_usd, reserved_usd } = await today(worker, authorization);
  expect(reserved_usd).toBe(0);
  const one = Math.round((spent_usd / 142) * 1e9) / 1e9;
  expect(spent_usd).toBeCloseTo(one * 142, 9);
  expect(one * 1e9).toBeLessThan(MOST);
  expect(one).toBeGreaterThan(0);
});

describe("one call", () => {
  test("is charged what its usage says, and shown by day and model", async () => {
    const authorization = await bearer({ sub: "one", budget: 1 });
    upstream.expect(json(PICTURE));
    const reply = await draw(authorization);
    expect(reply.status).toBe(200);
    expect(reply.headers.get("x-gpt-image-edge-budget-left-usd")).toBe(((1e9 - MOST) / 1e9).toFixed(9));
    await reply.text();
    const usage = (await (await worker.send("/v1/usage", { headers: { authorization } })).json()) as {
      today: { spent_usd: number; left_usd: number };
      days: { model: string; calls: number; usd: number }[];
    };
    expect(usage.days).toEqual([{ day: expect.any(String), model: MODEL, calls: 1, usd: usage.today.spent_usd }]);
    expect(usage.today.spent_usd).toBeGreaterThan(0);
    expect(usage.today.left_usd).toBeCloseTo(1 - usage.today.spent_usd, 9);
    const state = await worker.send(`/v1/operations/${reply.headers.get("x-operation-id")}`, {
      headers: { authorization },
    });
    expect(await state.json()).toMatchObject({
      status: "completed",
      cost: { reserved_usd: MOST / 1e9, charged_usd: usage.today.spent_usd },
    });
  });

  test.each<[string, unknown]>([
    ["no usage", { ...PICTURE, usage: undefined }],
    ["a usage below nothing", { ...PICTURE, usage: { ...PICTURE.usage, output_tokens: -5 } }],
    ["a usage in words", { ...PICTURE, usage: { ...PICTURE.usage, output_tokens: "many" } }],
    ["a usage that is none", { ...PICTURE, usage: [] }],
  ])("whose answer has %s is charged as reserved", async (name, answer) => {
    const authorization = await bearer({ sub: name, budget: 1 });
    upstream.expect(json(answer));
    const reply = await draw(authorization);
    expect(reply.status).toBe(200);
    // The last of it comes when it is settled.
    const text = await reply.text();
    expect((await today(worker, authorization)).spent_usd).toBe(MOST / 1e9);
    // The picture is there all the same, and can be had again.
    const ask = (path: string) => worker.send(path, { headers: { authorization } });
    const operation = await ask(`/v1/operations/${reply.headers.get("x-operation-id")}`);
    const { status, error, result, cost } = (await operation.json()) as Record<string, unknown>;
    expect([status, error, cost]).toEqual([
      "completed",
      null,
      expect.objectContaining({ charged_usd: MOST / 1e9, note: expect.stringContaining("nobody knows") as string }),
    ]);
    expect(await (await ask(result as string)).text()).toBe(text);
  });

  test("whose usage is more than anybody could know is charged as reserved, and the rest is the operator's loss", async () => {
    const before = (await metrics(worker)).get("excess_usd")!;
    const authorization = await bearer({ sub: "liar", budget: 1 });
    const tokens = 1_000_000_000;
    upstream.expect(
      json({ ...PICTURE, usage: { ...PICTURE.usage, output_tokens: tokens, total_tokens: tokens + 10 } }),
    );
    const reply = await draw(authorization);
    expect(reply.status).toBe(200);
    await reply.text();
    expect((await today(worker, authorization)).spent_usd).toBe(MOST / 1e9);
    expect((await metrics(worker)).get("excess_usd")!).toBeGreaterThan(before);
    // That has stopped the model; the operator has seen it.
    const headers = { authorization: `Bearer ${ADMIN}` };
    expect((await worker.send(`/v1/models/${MODEL}/resume`, { method: "POST", headers })).status).toBe(200);
  });
});

describe("what is refused before anything is sent", () => {
  test.each<[string, object, object, number, string]>([
    ["a call above the token's price", { max_price: (MOST - 1) / 1e9 }, CAT, 403, "price_above_limit"],
    ["an empty budget", { budget: 0 }, CAT, 429, "budget_exceeded"],
    ["a budget a nano-dollar too small", { budget: (MOST - 1) / 1e9 }, CAT, 429, "budget_exceeded"],
    ["a model without a bound", {}, { ...CAT, model: "gpt-image-of-tomorrow" }, 403, "price_unknown"],
    [
      "auto where only its cheapest would fit",
      { max_price: MOST / 1e9 },
      { ...CAT, quality: "auto" },
      403,
      "price_above_limit",
    ],
  ])("%s", async (name, claims, body, status, code) => {
    const authorization = await bearer({ sub: name, budget: 1, ...claims });
    const reply = await draw(authorization, body);
    expect(reply.status).toBe(status);
    expect(await errorOf(reply)).toMatchObject({ code });
    expect(await today(worker, authorization)).toMatchObject({ spent_usd: 0, reserved_usd: 0 });
  });

  test("more than the tenant's, whichever of its users asks", { timeout: 60_000 }, async () => {
    const tenant = "acme";
    const most = Math.floor(0.06e9 / MOST);
    upstream.expect(json({ ...PICTURE, usage: undefined }));
    for (let user = 0; user < 3; user++) {
      // Each could afford all of it.
      const authorization = await bearer({ sub: `user-${user}`, tenant, budget: 100, concurrency: 1000 });
      const tries = Array.from({ length: Math.ceil(most / 2) }, async () => (await draw(authorization)).status);
      for (const status of await Promise.all(tries)) expect([200, 429]).toContain(status);
    }
    expect(upstream.calls).toHaveLength(most);
    const other = await bearer({ sub: "user-9", tenant, budget: 100 });
    expect((await errorOf(await draw(other))).message).toMatch(
      /^The budget that you share with others is \$0\.06 a day/,
    );
    expect((await today(worker, other)).left_usd).toBeLessThan(MOST / 1e9);
    // The same name without the tenant is somebody else.
    expect((await draw(await bearer({ sub: "user-9", budget: 1 }))).status).toBe(200);
  });

  test("more calls at a time than the token allows", async () => {
    const authorization = await bearer({ sub: "busy", budget: 10, concurrency: 2 });
    let release = () => {};
    const held = new Promise<void>((resolve) => (release = resolve));
    upstream.expect(async (call, response) => {
      await call.complete;
      await held;
      response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(PICTURE));
    });
    const running = [draw(authorization), draw(authorization)];
    while (upstream.calls.length < 2) await new Promise((resolve) => setTimeout(resolve, 10));
    const third = await draw(authorization);
    expect(third.status).toBe(429);
    expect(third.headers.get("retry-after")).toMatch(/^\d+$/);
    expect(await errorOf(third)).toMatchObject({ code: "too_many_calls" });
    release();
    for (const reply of await Promise.all(running)) {
      expect(reply.status).toBe(200);
      await reply.text();
    }
    expect((await draw(authorization)).status).toBe(200);
  });
});

test("what nobody knew is given back when the bill is there, once, and by the operator alone", async () => {
  const authorization = await bearer({ sub: "unlucky", budget: 1 });
  upstream.expect(json({ error: { message: "Oops." } }, 500));
  const id = (await draw(authorization)).headers.get("x-operation-id")!;
  expect((await today(worker, authorization)).spent_usd).toBe(MOST / 1e9);
  const unknown = async (as = `Bearer ${ADMIN}`) => worker.send("/v1/operations", { headers: { authorization: as } });
  const listed = async () => ((await (await unknown()).json()) as { data: { id: string }[] }).data;
  expect((await unknown(authorization)).status).toBe(401);
  const before = await listed();
  expect(before.at(-1)).toEqual({
    ...{ id, object: "operation", model: MODEL, charged_usd: MOST / 1e9 },
    created: expect.any(Number),
  });
  const reconcile = async (usd: unknown, as = `Bearer ${ADMIN}`) =>
    worker.send(`/v1/operations/${id}/reconcile`, {
      method: "POST",
      headers: { authorization: as, "content-type": "application/json" },
      body: JSON.stringify({ usd }),
    });
  expect((await reconcile(0, authorization)).status).toBe(401);
  for (const bad of [-1, "0", null, undefined]) expect((await reconcile(bad)).status).toBe(400);
  expect(await (await reconcile(0.001)).json()).toEqual({ id, charged_usd: 0.001 });
  expect((await today(worker, authorization)).spent_usd).toBe(0.001);
  expect(await listed()).toEqual(before.slice(0, -1));
  // Settled is final.
  expect(await (await reconcile(0)).json()).toEqual({ id, charged_usd: 0.001 });
  expect((await today(worker, authorization)).spent_usd).toBe(0.001);
});

test("one caller's operations and numbers are no other's", async () => {
  upstream.expect(json(PICTURE));
  const owner = await bearer({ sub: "owner", budget: 1 });
  const reply = await draw(owner);
  await reply.text();
  const id = reply.headers.get("x-operation-id")!;
  const ask = async (path: string, authorization: string) =>
    (await worker.send(`/v1/operations/${path}`, { headers: { authorization } })).status;
  const stranger = await bearer({ sub: "stranger", budget: 1 });
  expect(await ask(id, owner)).toBe(200);
  const kept = await worker.send(`/v1/operations/${id}/result`, { headers: { authorization: owner } });
  expect(kept.status).toBe(200);
  expect(await kept.json()).toEqual(PICTURE);
  expect(Object.fromEntries(kept.headers)).toMatchObject({
    "content-type": "application/json",
    "content-disposition": "attachment",
    "x-content-type-options": "nosniff",
    "content-security-policy": expect.stringMatching(/default-src 'none'.*sandbox/),
  });
  expect(await ask(id, stranger)).toBe(404);
  expect(await ask(`${id}/result`, stranger)).toBe(404);
  expect((await today(worker, stranger)).spent_usd).toBe(0);
  for (const made of ["op_", `op_${"0".repeat(64)}`, `op_${"f".repeat(64)}`, `${id}0`, id.slice(0, -1), "op_../x"])
    expect(await ask(encodeURIComponent(made), owner), made).toBe(404);
});

test("the metrics are the operator's alone", async () => {
  for (const authorization of ["", await bearer({ sub: "a", budget: 1 })])
    expect((await worker.send("/metrics", { headers: { authorization } })).status).toBe(401);
});

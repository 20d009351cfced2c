// The limiter where it runs: calls wait for their turn, hear their place, or are refused with an honest time.

import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";

import { ACCOUNT, bearer } from "./support/account.ts";
import { MODEL } from "./support/model.ts";
import { json, PICTURE, startUpstream, type Upstream } from "./support/upstream.ts";
import { errorOf, KEY, startWorker, TOKEN, type Running } from "./support/worker.ts";

const CAT = { model: MODEL, prompt: "a cat" };
const post = (body: object) => ({
  method: "POST",
  headers: { "content-type": "application/json" },
  body: JSON.stringify(body),
});

let upstream: Upstream;
beforeAll(async () => void (upstream = await startUpstream()));
afterEach(() => upstream.verify());
afterAll(() => upstream.close());

const start = (more: Record<string, string>): Promise<Running> =>
  startWorker({
    UPSTREAM: "openai",
    UPSTREAM_BASE_URL: upstream.address,
    OPENAI_API_KEY: KEY,
    DEMO_TOKEN: TOKEN,
    ...more,
  });

describe("one image a second, and no wait longer than four", () => {
  let worker: Running;
  beforeAll(async () => void (worker = await start({ IMAGES_PER_MINUTE: "60", MAX_WAIT_S: "4" })));
  afterAll(() => worker.close());

  const arrivals: number[] = [];
  const counted = () =>
    upstream.expect(async (call, response, request) => {
      await call.complete;
      arrivals.push(performance.now());
      await json(PICTURE)(call, response, request);
    });

  test("calls leave one after the other, and what would wait too long is refused", async () => {
    counted();
    const begin = performance.now();
    const replies = await Promise.all(
      Array.from({ length: 12 }, () => worker.send("/v1/images/generations", post(CAT))),
    );
    const good = replies.filter(({ status }) => status === 200);
    const refused = replies.filter(({ status }) => status === 429);
    expect(good.length + refused.length).toBe(12);
    // The refused never reached the upstream.
    expect(arrivals).toHaveLength(good.length);
    expect(good.length).toBeGreaterThanOrEqual(2);
    expect(refused.length).toBeGreaterThanOrEqual(5);
    for (const reply of refused) {
      expect(Number(reply.headers.get("retry-after"))).toBeGreaterThanOrEqual(1);
      expect(Number(reply.headers.get("retry-after-ms"))).toBeGreaterThan(0);
      // Its place: as many as were let in to wait, and not more.
      const ahead = Number(reply.headers.get("x-gpt-image-edge-queue-ahead"));
      expect(ahead).toBeGreaterThanOrEqual(1);
      expect(ahead).toBeLessThan(good.length);
      expect(await errorOf(reply)).toMatchObject({ code: "rate_limit_exceeded", type: "requests", ahead });
    }
    for (const reply of good) expect(await reply.json()).toEqual(PICTURE);
    // Each leaves a second later than the one before it. A busy machine lets them arrive late, and closer together, but never early.
    for (const [index, time] of arrivals.entries()) expect(time - begin).toBeGreaterThan(index * 900);
  });

  test("who comes back before the time hears the rest of it, and who waits is let in", async () => {
    counted();
    const flood = await Promise.all(Array.from({ length: 10 }, () => worker.send("/v1/images/generations", post(CAT))));
    const first = flood.find(({ status }) => status === 429)!;
    const told = Number(first.headers.get("retry-after-ms"));
    await new Promise((resolve) => setTimeout(resolve, told + 1000));
    expect((await worker.send("/v1/images/generations", post(CAT))).status).toBe(200);
  });

  test("a stream that waits is told its place, and then has its events", async () => {
    const done =
      'event: image_generation.completed\ndata: {"type":"image_generation.completed","b64_json":"aGVsbG8="}\n\n';
    upstream.expect(async (call, response) => {
      await call.complete;
      response.writeHead(200, { "content-type": "text/event-stream" }).end(done);
    });
    // Whoever was before it is gone by then, and it waits behind one.
    await new Promise((resolve) => setTimeout(resolve, 3000));
    const texts = await Promise.all(
      Array.from({ length: 3 }, async () => {
        const reply = await worker.send("/v1/images/generations", post({ ...CAT, stream: true }));
        expect(reply.status).toBe(200);
        expect(reply.headers.get("content-type")).toMatch(/^text\/event-stream/);
        return reply.text();
      }),
    );
    expect(texts.filter((text) => /^: waiting, \d+ images ahead, about \d+ s\n\n/.test(text)).length).toBeGreaterThan(
      0,
    );
    for (const text of texts) expect(text.endsWith(done)).toBe(true);
  });
});

describe("what the upstream says", () => {
  let worker: Running;
  beforeAll(async () => void (worker = await start({ IMAGES_PER_MINUTE: "6000", MAX_WAIT_S: "1" })));
  afterAll(() => worker.close());

  test("a 429 reaches its caller, and for as long as it says nobody else is sent", async () => {
    const error = { error: { message: "slow", type: "requests", param: null, code: "rate_limit_exceeded" } };
    upstream.expect(json(error, 429, { "retry-after": "30" }));
    expect((await worker.send("/v1/images/generations", post(CAT))).status).toBe(429);
    expect(upstream.calls).toHaveLength(1);
    const next = await worker.send("/v1/images/generations", post(CAT));
    expect(next.status).toBe(429);
    expect(Number(next.headers.get("retry-after"))).toBeGreaterThan(20);
    // And not even the limiter is asked again.
    const again = await worker.send("/v1/images/generations", post(CAT));
    expect(again.status).toBe(429);
    expect(upstream.calls).toHaveLength(1);
  });
});

test("an empty purse is no matter of rates", async () => {
  const worker = await start({ IMAGES_PER_MINUTE: "6000", MAX_WAIT_S: "1" });
  try {
    const error = { error: { message: "pay", type: "insufficient_quota", param: null, code: "insufficient_quota" } };
    upstream.expect(json(error, 429));
    for (let calls = 1; calls <= 3; calls++) {
      const reply = await worker.send("/v1/images/generations", post(CAT));
      expect(await errorOf(reply)).toMatchObject({ code: "insufficient_quota" });
      expect(upstream.calls).toHaveLength(calls);
    }
  } finally {
    await worker.close();
  }
});

describe("what the worker itself refuses is no matter of the upstream's rates", () => {
  let worker: Running;
  // One image a minute: whatever is booked and not given back is seen at once.
  beforeAll(async () => void (worker = await start({ ...ACCOUNT, IMAGES_PER_MINUTE: "1", MAX_WAIT_S: "5" })));
  afterAll(() => worker.close());
  const draw = async (claims: { sub: string; budget: number }, headers: Record<string, string> = {}) => {
    const { headers: usual, ...init } = post(CAT);
    const authorization = await bearer(claims);
    return worker.send("/v1/images/generations", { ...init, headers: { ...usual, authorization, ...headers } });
  };

  test("an empty budget takes no place from others and closes nothing", async () => {
    upstream.expect(json(PICTURE));
    for (let call = 0; call < 5; call++) {
      const reply = await draw({ sub: "broke", budget: 0 });
      expect(reply.status).toBe(429);
      expect([...reply.headers.keys()]).not.toContain("x-unsent");
      expect(await errorOf(reply)).toMatchObject({ code: "budget_exceeded" });
    }
    expect(upstream.calls).toHaveLength(0);
    const key = { "idempotency-key": "1" };
    expect((await draw({ sub: "rich", budget: 9 }, key)).status).toBe(200);
    // The same again is no other image, and another one is.
    expect((await draw({ sub: "rich", budget: 9 }, key)).status).toBe(200);
    expect(await errorOf(await draw({ sub: "rich", budget: 9 }))).toMatchObject({ code: "rate_limit_exceeded" });
    expect(upstream.calls).toHaveLength(1);
  });
});

test("calls that are with the upstream are counted, and a place is free when one has ended", async () => {
  const worker = await start({ IMAGES_PER_MINUTE: "6000", UPSTREAM_CONCURRENCY: "2" });
  try {
    const open: (() => void)[] = [];
    upstream.expect(async (call, response, request) => {
      await call.complete;
      await new Promise<void>((resolve) => open.push(resolve));
      await json(PICTURE)(call, response, request);
    });
    const replies = Array.from({ length: 4 }, () => worker.send("/v1/images/generations", post(CAT)));
    while (open.length < 2) await new Promise((resolve) => setTimeout(resolve, 20));
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(open).toHaveLength(2);
    open.shift()!();
    while (open.length < 2) await new Promise((resolve) => setTimeout(resolve, 20));
    const ending = setInterval(() => open.shift()?.(), 20);
    for (const reply of await Promise.all(replies)) expect(await reply.json()).toEqual(PICTURE);
    clearInterval(ending);
  } finally {
    await worker.close();
  }
});

// Callers without an account: only people, only out of one pool, and only so many from one place.

import { estimateCost } from "gpt-image-edge";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";

import { prefixOf } from "../../worker/src/auth/address.ts";
import { ACCOUNT, ADMIN, bearer, expectBalanced } from "./support/account.ts";
import { MODEL } from "./support/model.ts";
import { SITE_SECRET, startSiteverify, type Siteverify } from "./support/siteverify.ts";
import { json, PICTURE, startUpstream, type Upstream } from "./support/upstream.ts";
import { errorOf, KEY, startWorker, type Running } from "./support/worker.ts";

const CAT = { model: MODEL, prompt: "a cat", size: "1024x1024", quality: "low" } as const;
const MOST = Math.round(estimateCost("generate", CAT).max! * 1e9);
/** What the pool pays for, and what an address may have. */
const POOL_CALLS = 12;
const PER_ADDRESS = 3;

let upstream: Upstream;
let siteverify: Siteverify;
let worker: Running;

beforeAll(async () => {
  [upstream, siteverify] = await Promise.all([startUpstream(), startSiteverify("app.example.com", "anonymous")]);
  worker = await startWorker({
    ...ACCOUNT,
    UPSTREAM: "openai",
    UPSTREAM_BASE_URL: upstream.address,
    OPENAI_API_KEY: KEY,
    TURNSTILE_SITE_KEY: "0x4AAAAAAA-site",
    TURNSTILE_SECRET_KEY: SITE_SECRET,
    TURNSTILE_HOSTNAMES: "app.example.com, www.example.com",
    TURNSTILE_VERIFY_URL: siteverify.address,
    ANONYMOUS_DAILY_USD: String((MOST * POOL_CALLS + MOST - 1) / 1e9),
    ANONYMOUS_TOKEN_USD: String((2 * MOST) / 1e9),
    ANONYMOUS_TOKENS_PER_DAY: String(PER_ADDRESS),
  });
});
afterEach(() => {
  upstream.verify();
  Object.assign(siteverify, { broken: undefined, forgetful: false });
});
afterAll(() => Promise.all([worker.close(), upstream.close(), siteverify.close()]));

let places = 0;
/** An address nobody has called from. */
const place = () => `198.51.${++places >> 8}.${places & 255}`;
const enter = (body: unknown, address: string | undefined = place(), of = worker) =>
  of.send("/v1/tokens/anonymous", {
    method: "POST",
    headers: {
      authorization: "",
      "content-type": "application/json",
      ...(address !== undefined && { "cf-connecting-ip": address }),
    },
    body: JSON.stringify(body),
  });
const tokenOf = async (reply: Response) => {
  expect(reply.status).toBe(200);
  const { token } = (await reply.json()) as { token: string };
  return `Bearer ${token}`;
};
const draw = (authorization: string, of = worker, headers: Record<string, string> = {}) =>
  of.send("/v1/images/generations", {
    method: "POST",
    headers: { authorization, "content-type": "application/json", ...headers },
    body: JSON.stringify(CAT),
  });
const status = async (reply: Response | Promise<Response>) => {
  const { status } = await reply;
  await (await reply).text();
  return status;
};

describe("a widget's token", () => {
  test("that is good becomes a token for ten minutes that draws, and says who asks by the address", async () => {
    const reply = await enter({ turnstile: siteverify.solve() }, "203.0.113.7");
    expect(reply.headers.get("cache-control")).toBe("no-store");
    const body = (await reply.json()) as { token: string; claims: object };
    expect(body).toMatchObject({ token_type: "Bearer", expires_in: 600, jti: expect.any(String) });
    expect(body.claims).toEqual({ sub: expect.any(String), budget: (2 * MOST) / 1e9, concurrency: 2 });
    expect(siteverify.asked.at(-1)).toEqual({
      secret: SITE_SECRET,
      response: expect.stringMatching(/^solved-/),
      remoteip: "203.0.113.7",
    });
    // Neither the address nor the secret is in what its holder reads.
    const claims = Buffer.from(body.token.split(".")[1]!, "base64url").toString();
    expect(claims).not.toMatch(/203\.0|0x4/);
    upstream.expect(json(PICTURE));
    expect(await status(draw(`Bearer ${body.token}`))).toBe(200);
    // Another from the same place is the same person to the upstream, and another caller here.
    const other = await tokenOf(await enter({ turnstile: siteverify.solve() }, "203.0.113.7"));
    expect(await status(draw(other))).toBe(200);
    const third = await tokenOf(await enter({ turnstile: siteverify.solve() }));
    expect(await status(draw(third))).toBe(200);
    const names = upstream.calls.map((call) => JSON.parse(call.body().toString())["safety_identifier"] as string);
    expect(names[0]).toBe(names[1]);
    expect(names[2]).not.toBe(names[0]);
  });

  test.each<[string, Record<string, unknown>]>([
    ["of another page", { hostname: "evil.example.com" }],
    ["of a page whose name ends like ours", { hostname: "notapp.example.com" }],
    ["of no page", { hostname: undefined }],
    ["for another purpose", { action: "login" }],
    ["for no purpose", { action: undefined }],
    ["from yesterday", { challenge_ts: new Date(Date.now() - 86_400_000).toISOString() }],
    ["from tomorrow", { challenge_ts: new Date(Date.now() + 86_400_000).toISOString() }],
    ["of no time", { challenge_ts: "soon" }],
    ["that failed", { success: false }],
    ["that is nearly good", { success: "true" }],
  ])("%s is refused", async (_, changes) => {
    const reply = await enter({ turnstile: siteverify.solve(changes) });
    expect(reply.status).toBe(403);
    expect(await errorOf(reply)).toMatchObject({ code: "not_verified" });
  });

  test("that nobody solved is refused", async () => {
    expect(await status(enter({ turnstile: "made-up" }))).toBe(403);
  });

  test("is good once, wherever from and at once, even where its verifier forgets", async () => {
    siteverify.forgetful = true;
    const turnstile = siteverify.solve();
    const replies = await Promise.all(Array.from({ length: 6 }, () => status(enter({ turnstile }))));
    expect(replies.toSorted()).toEqual([200, 403, 403, 403, 403, 403]);
    expect(await status(enter({ turnstile }))).toBe(403);
  });

  test.each<[string, NonNullable<Siteverify["broken"]>]>([
    ["says nothing", "silent"],
    ["is broken", { status: 500, body: '{"success":true}' }],
    ["sends us elsewhere", { status: 302, body: "" }],
    ["answers in HTML", { status: 200, body: "<p>success</p>" }],
    ["answers without end", { status: 200, body: `{"success":true,"x":"${"x".repeat(100_000)}"}` }],
    ["answers with null", { status: 200, body: "null" }],
  ])("is refused while its verifier %s", async (_, broken) => {
    siteverify.broken = broken;
    const reply = await enter({ turnstile: siteverify.solve() });
    expect(reply.status).toBe(503);
    expect(await errorOf(reply)).toMatchObject({ code: "verification_unavailable" });
  });

  test.each<[unknown, number]>([
    [{}, 400],
    [{ turnstile: "" }, 400],
    [{ turnstile: 1 }, 400],
    [{ turnstile: "x".repeat(2049) }, 400],
    [{ turnstile: "x", budget: 100 }, 400],
    [[], 400],
    [{ turnstile: "x".repeat(9000) }, 413],
  ])("must be one: %j", async (body, expected) => {
    const before = siteverify.asked.length;
    expect(await status(enter(body))).toBe(expected);
    expect(siteverify.asked).toHaveLength(before);
  });

  test("from nowhere is refused", async () => {
    for (const address of ["unknown", "1.2.3", "203.0.113.7, 1.1.1.1", "::g"])
      expect(await status(enter({ turnstile: siteverify.solve() }, address)), address).toBe(403);
  });
});

test.each<[string, string[]]>([
  ["an address", ["192.0.2.1", "::ffff:192.0.2.1", "::FFFF:c000:201", "0:0:0:0:0:ffff:192.0.2.1"]],
  ["the network of a connection", ["2001:db8::1", "2001:DB8:0:0:ffff::", "2001:0db8:0000:0::dead:beef"]],
])("%s has so many tokens in a day, however it is written", async (_, addresses) => {
  const replies = [];
  for (let time = 0; time < PER_ADDRESS + 2; time++)
    replies.push(await enter({ turnstile: siteverify.solve() }, addresses[time % addresses.length]));
  expect(replies.map(({ status }) => status)).toEqual([200, 200, 200, 429, 429]);
  expect(Number(replies.at(-1)!.headers.get("retry-after"))).toBeGreaterThan(0);
  expect(await errorOf(replies.at(-1)!)).toMatchObject({ code: "too_many_tokens" });
  expect(await status(enter({ turnstile: siteverify.solve() }))).toBe(200);
});

describe("the pool", () => {
  test(
    "pays for what it holds and no more, however many ask; then nobody gets a token, and others draw on",
    { timeout: 120_000 },
    async () => {
      upstream.expect(json({ ...PICTURE, usage: undefined }));
      const tokens = await Promise.all(
        Array.from({ length: 20 }, async () => tokenOf(await enter({ turnstile: siteverify.solve() }))),
      );
      const before = upstream.calls.length;
      const statuses = await Promise.all(tokens.flatMap((token) => [status(draw(token)), status(draw(token))]));
      const drawn = statuses.filter((code) => code === 200).length;
      expect(statuses.filter((code) => code !== 200 && code !== 429)).toEqual([]);
      expect(upstream.calls.length - before).toBe(drawn);
      // Three of it were drawn above, and have cost less than was held back for them.
      expect(drawn).toBeGreaterThanOrEqual(POOL_CALLS - 3);
      expect(drawn).toBeLessThanOrEqual(POOL_CALLS);
      const one = await draw(tokens[0]!);
      expect(one.status).toBe(429);
      expect(await errorOf(one)).toMatchObject({ code: "budget_exceeded" });
      expect(await status(draw(await bearer({ sub: "somebody", budget: 1 })))).toBe(200);
      await expectBalanced(worker);
    },
  );

  test("is not a tenant that anybody could sign for, nor the other way round", async () => {
    upstream.expect(json(PICTURE));
    for (const tenant of ["anonymous", "pool"])
      expect(await status(draw(await bearer({ sub: "rich", tenant, budget: 1 })))).toBe(200);
  });
});

test("what one caller has drawn is no other's, though they call from one place and under one key", async () => {
  const address = place();
  const fresh = await startWorker({
    ...ACCOUNT,
    ...{ UPSTREAM: "openai", UPSTREAM_BASE_URL: upstream.address, OPENAI_API_KEY: KEY },
    ...{ TURNSTILE_SITE_KEY: "site", TURNSTILE_SECRET_KEY: SITE_SECRET, TURNSTILE_HOSTNAMES: "app.example.com" },
    ...{ TURNSTILE_VERIFY_URL: siteverify.address, ANONYMOUS_DAILY_USD: "1", MODERATION_STRIKES: "1" },
  });
  upstream.expect(json(PICTURE));
  const [one, two] = await Promise.all(
    [1, 2].map(async () => tokenOf(await enter({ turnstile: siteverify.solve() }, address, fresh))),
  );
  const first = await draw(one!, fresh, { "idempotency-key": "1" });
  const second = await draw(two!, fresh, { "idempotency-key": "1" });
  const id = first.headers.get("x-operation-id")!;
  expect(second.headers.get("x-operation-id")).not.toBe(id);
  expect(upstream.calls).toHaveLength(2);
  const read = (authorization: string) => fresh.send(`/v1/operations/${id}`, { headers: { authorization } });
  expect(await status(read(one!))).toBe(200);
  expect(await status(read(two!))).toBe(404);
  // Before the policy they are one person, and whoever calls from elsewhere is another.
  upstream.expect(json({ error: { message: "No.", type: "x", code: "moderation_blocked" } }, 400));
  expect(await status(draw(one!, fresh))).toBe(400);
  for (const token of [one!, two!, await tokenOf(await enter({ turnstile: siteverify.solve() }, address, fresh))])
    expect(await errorOf(await draw(token, fresh))).toMatchObject({ code: "caller_suspended" });
  upstream.expect(json(PICTURE));
  expect(await status(draw(await tokenOf(await enter({ turnstile: siteverify.solve() }, place(), fresh)), fresh))).toBe(
    200,
  );
  await fresh.close();
});

describe("where nothing is set up", () => {
  let plain: Running;
  beforeAll(async () => void (plain = await startWorker({ ...ACCOUNT })));
  afterAll(() => plain.close());

  test("nobody gets a token, and one of another worker is none", async () => {
    const reply = await enter({ turnstile: siteverify.solve() }, place(), plain);
    expect(reply.status).toBe(404);
    const token = await tokenOf(
      await plain.send("/v1/tokens", {
        method: "POST",
        headers: { authorization: `Bearer ${ADMIN}`, "content-type": "application/json" },
        body: JSON.stringify({ sub: "a", budget: 1 }),
      }),
    );
    expect(await status(draw(token, plain))).toBe(200);
    const claims = { sub: "a", budget: 1, anonymous: "0".repeat(32) };
    expect(await status(draw(await bearer(claims), plain))).toBe(401);
    expect(await (await plain.send("/config.json")).json()).not.toHaveProperty("turnstile");
    expect((await plain.send("/")).headers.get("content-security-policy")).not.toContain("cloudflare");
  });
});

test("the page is told of the widget and may show it, and nothing else", async () => {
  expect(await (await worker.send("/config.json")).json()).toEqual({
    baseURL: "/v1",
    upstream: "openai",
    requires_price_bound: true,
    turnstile: { site_key: "0x4AAAAAAA-site", action: "anonymous" },
  });
  const policy = (await worker.send("/")).headers.get("content-security-policy")!;
  expect(policy).toContain("script-src 'self' 'wasm-unsafe-eval' https://challenges.cloudflare.com");
  expect(policy).toContain("frame-src https://challenges.cloudflare.com");
  expect(policy).toContain("connect-src 'self' blob:;");
});

test("the secret is in nothing that leaves", async () => {
  expect(worker.logs()).not.toContain(SITE_SECRET);
  for (const path of ["/", "/config.json", "/healthz", "/openapi.json"])
    expect(await (await worker.send(path)).text()).not.toContain(SITE_SECRET);
});

test.each<[string, string | undefined]>([
  ["192.0.2.1", "192.0.2.1"],
  ["192.0.02.1", undefined],
  ["256.0.2.1", undefined],
  ["192.0.2", undefined],
  ["::ffff:192.0.2.1", "192.0.2.1"],
  ["::1", "0:0:0:0::/64"],
  ["::", "0:0:0:0::/64"],
  ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"],
  ["2001:DB8:1:2::", "2001:db8:1:2::/64"],
  ["2001:db8::1:2:3:4:5", "2001:db8:0:1::/64"],
  ["1:2:3:4:5:6:7", undefined],
  ["1:2:3:4:5:6:7:8:9", undefined],
  ["1::2::3", undefined],
  ["1:2:3:4::5:6:7:8", undefined],
  ["fe80::1%eth0", undefined],
  ["12345::", undefined],
  ["", undefined],
])("the place of %j is %s", (address, prefix) => expect(prefixOf(address)).toBe(prefix));

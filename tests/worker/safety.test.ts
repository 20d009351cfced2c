// What keeps one caller from costing all others: a name of its own at the upstream, strikes, tokens that are called back, and
// models whose bills nobody can foresee.

import { estimateCost } from "gpt-image-edge";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";

import { ACCOUNT, ADMIN, bearer, metrics, today } from "./support/account.ts";
import { form, fields, picture } from "./support/forms.ts";
import { MODEL } from "./support/model.ts";
import { png } from "./support/pictures.ts";
import { json, PICTURE, startUpstream, type Upstream } from "./support/upstream.ts";
import { errorOf, KEY, startWorker, type Running } from "./support/worker.ts";

/** So long that no machine is slow enough to see its end. */
const COOL_DOWN_S = 600;
let upstream: Upstream;
let worker: Running;

beforeAll(async () => {
  upstream = await startUpstream();
  worker = await startWorker({
    ...ACCOUNT,
    UPSTREAM: "openai",
    UPSTREAM_BASE_URL: upstream.address,
    OPENAI_API_KEY: KEY,
    UNPRICED_CALL_USD: "1",
    MODERATION_STRIKES: "3",
    MODERATION_COOL_DOWN_S: String(COOL_DOWN_S),
  });
});
afterEach(() => upstream.verify());
afterAll(async () => {
  await worker.close();
  await upstream.close();
});

const CAT = { model: MODEL, prompt: "a cat", size: "1024x1024", quality: "low" } as const;
const MOST = Math.round(estimateCost("generate", CAT).max! * 1e9);
const post = (path: string, authorization: string, body: unknown, headers: Record<string, string> = {}, of = worker) =>
  of.send(path, {
    method: "POST",
    headers: { authorization, "content-type": "application/json", ...headers },
    body: JSON.stringify(body),
  });
const draw = (authorization: string, body: object = CAT, of = worker) =>
  post("/v1/images/generations", authorization, body, {}, of);
const operator = (path: string, body?: object) => post(path, `Bearer ${ADMIN}`, body);
/** Reads an answer to its end: only then is it settled. */
const status = async (reply: Response | Promise<Response>) => {
  const { status } = await reply;
  await (await reply).text();
  return status;
};

describe("the name that the upstream knows a caller by", () => {
  const RESPONSE = { model: "gpt-5.1", input: "a cat", tools: [{ type: "image_generation", model: MODEL }] };
  const calls: [string, (authorization: string, given: object) => Promise<Response>][] = [
    ["generations", (who, given) => draw(who, { ...CAT, ...given })],
    [
      "edits by reference",
      (who, given) => {
        const image_url = `data:image/png;base64,${Buffer.from(png()).toString("base64")}`;
        return post("/v1/images/edits", who, { ...CAT, images: [{ image_url }], ...given });
      },
    ],
    ["responses", (who, given) => post("/v1/responses", who, { ...RESPONSE, ...given })],
    ...([0, 2_000_000] as const).map((padding): (typeof calls)[number] => [
      `a form of ${padding} bytes and some`,
      (who, given) => {
        const { body, contentType } = form({
          parts: [picture(png(64, 64, { padding })), ...fields({ ...CAT, ...(given as Record<string, string>) })],
        });
        const headers = { authorization: who, "content-type": contentType };
        return worker.send("/v1/images/edits", { method: "POST", headers, body });
      },
    ]),
  ];
  const named = (body: string) =>
    /"safety_identifier":"([^"]*)"/.exec(body)?.[1] ?? /name="safety_identifier"\r\n\r\n(.*)\r\n/.exec(body)?.[1];

  test.each(calls)("%s", async (_, send) => {
    upstream.expect(json({ ...PICTURE, output: [] }));
    const seen: string[] = [];
    const claims = { sub: "somebody@example.com", budget: 100 };
    for (const [who, given] of [
      [claims, {}],
      [claims, { user: "somebody-else" }],
      [claims, { safety_identifier: "somebody-else" }],
      [{ ...claims, sub: "another@example.com" }, {}],
      [{ ...claims, tenant: "acme" }, {}],
    ] as const) {
      expect(await status(send(await bearer(who), given))).toBe(200);
      const body = upstream.calls.at(-1)!.body().toString("latin1");
      expect(body).not.toContain("somebody");
      expect(body).not.toContain("example.com");
      expect(body).not.toMatch(/"user":"|name="user"/);
      seen.push(named(body)!);
    }
    for (const name of seen) expect(name).toMatch(/^[0-9a-f]{32}$/);
    const [first, ...others] = seen;
    // The same caller whatever it says of itself, and nobody else.
    expect(others.slice(0, 2)).toEqual([first, first]);
    expect(new Set(seen).size).toBe(3);
  });

  test("is another one under another key", async () => {
    upstream.expect(json(PICTURE));
    const vars = { ...ACCOUNT, UPSTREAM: "openai", UPSTREAM_BASE_URL: upstream.address, OPENAI_API_KEY: KEY };
    const other = await startWorker({ ...vars, SAFETY_IDENTIFIER_KEY: "k".repeat(32) });
    const authorization = await bearer({ sub: "somebody@example.com", budget: 100 });
    const names = [];
    for (const of of [worker, other]) {
      expect(await status(draw(authorization, CAT, of))).toBe(200);
      names.push(named(upstream.calls.at(-1)!.body().toString()));
    }
    await other.close();
    expect(names[0]).not.toBe(names[1]);
  });
});

describe("strikes", () => {
  const REFUSED = { message: "No.", type: "image_generation_user_error", code: "moderation_blocked" };
  const event = (data: object) => `event: error\ndata: ${JSON.stringify(data)}\n\n`;
  const stream = (text: string): Parameters<Upstream["expect"]>[0] => {
    return async (call, response) => {
      await call.complete;
      response.writeHead(200, { "content-type": "text/event-stream" }).end(text);
    };
  };

  test("three refusals suspend a caller for a while, and nobody else", async () => {
    const authorization = await bearer({ sub: "rude", budget: 100 });
    upstream.expect(json({ error: REFUSED }, 400));
    for (let time = 0; time < 3; time++) {
      const reply = await draw(authorization);
      expect(reply.status).toBe(400);
      expect(await errorOf(reply)).toMatchObject({ code: "moderation_blocked" });
    }
    expect(upstream.calls).toHaveLength(3);
    upstream.expect(json(PICTURE));
    const reply = await draw(authorization);
    expect(reply.status).toBe(403);
    expect(Number(reply.headers.get("retry-after"))).toBeGreaterThanOrEqual(1);
    expect(Number(reply.headers.get("retry-after"))).toBeLessThanOrEqual(COOL_DOWN_S);
    expect(reply.headers.get("x-should-retry")).toBe("false");
    expect(await errorOf(reply)).toMatchObject({ code: "caller_suspended" });
    // A new token is no new person.
    expect(await status(draw(await bearer({ sub: "rude", budget: 5, jti: "new" })))).toBe(403);
    expect(upstream.calls).toHaveLength(0);
    expect(await status(draw(await bearer({ sub: "polite", budget: 100 })))).toBe(200);
    expect((await metrics(worker)).get("suspended_callers")).toBe(1);
    // It has cost nothing.
    expect(await today(worker, authorization)).toMatchObject({ spent_usd: 0, reserved_usd: 0 });
  });

  test("a suspension ends", async () => {
    const vars = { ...ACCOUNT, UPSTREAM: "openai", UPSTREAM_BASE_URL: upstream.address, OPENAI_API_KEY: KEY };
    const short = await startWorker({ ...vars, MODERATION_STRIKES: "1", MODERATION_COOL_DOWN_S: "1" });
    const authorization = await bearer({ sub: "rude", budget: 100 });
    upstream.expect(json({ error: REFUSED }, 400));
    expect(await status(draw(authorization, CAT, short))).toBe(400);
    upstream.expect(json(PICTURE));
    await expect
      .poll(async () => status(draw(authorization, CAT, short)), { timeout: 20_000, interval: 300 })
      .toBe(200);
    await short.close();
  });

  test.each<[string, Parameters<Upstream["expect"]>[0], object]>([
    ["the older code", json({ error: { ...REFUSED, code: "content_policy_violation" } }, 400), {}],
    [
      "details of the moderation and no code",
      json({ error: { message: "No.", type: "x", moderation_details: { categories: ["violence"] } } }, 400),
      {},
    ],
    ["an error in a stream", stream(event({ type: "error", error: REFUSED })), { stream: true }],
  ])("%s counts", async (name, answer, more) => {
    const authorization = await bearer({ sub: name, budget: 100 });
    upstream.expect(answer);
    for (let time = 0; time < 3; time++) await status(draw(authorization, { ...CAT, ...more }));
    expect(await status(draw(authorization))).toBe(403);
    expect(upstream.calls).toHaveLength(3);
  });

  test.each<[string, string]>([
    ["an error event", event({ type: "error", code: "moderation_blocked", message: "No.", param: null })],
    [
      "a failed response",
      `event: response.failed\ndata: ${JSON.stringify({
        type: "response.failed",
        response: { status: "failed", error: { code: "image_content_policy_violation", message: "No." } },
      })}\n\n`,
    ],
  ])("%s of the Responses API counts", async (name, text) => {
    const authorization = await bearer({ sub: name, budget: 100 });
    upstream.expect(stream(text));
    const body = { model: "gpt-5.1", input: "a cat", tools: [{ type: "image_generation" }], stream: true };
    for (let time = 0; time < 3; time++) expect(await status(post("/v1/responses", authorization, body))).toBe(200);
    expect(await status(post("/v1/responses", authorization, body))).toBe(403);
    expect(upstream.calls).toHaveLength(3);
  });

  test("other errors do not count", async () => {
    const authorization = await bearer({ sub: "unlucky", budget: 100 });
    upstream.expect(json({ error: { message: "No.", type: "invalid_request_error", code: "invalid_value" } }, 400));
    for (let time = 0; time < 5; time++) expect(await status(draw(authorization))).toBe(400);
    upstream.expect(json(PICTURE));
    expect(await status(draw(authorization))).toBe(200);
  });

  test("without the setting nobody is suspended", async () => {
    const vars = { ...ACCOUNT, UPSTREAM: "openai", UPSTREAM_BASE_URL: upstream.address, OPENAI_API_KEY: KEY };
    const patient = await startWorker(vars);
    upstream.expect(json({ error: REFUSED }, 400));
    const authorization = await bearer({ sub: "rude", budget: 100 });
    for (let time = 0; time < 8; time++) expect(await status(draw(authorization, CAT, patient))).toBe(400);
    await patient.close();
  });
});

describe("a token that was called back", () => {
  test("by its jti pays for nothing, others of the caller do", async () => {
    upstream.expect(json(PICTURE));
    const claims = { sub: "careless", budget: 100 };
    const issued = await operator("/v1/tokens", claims);
    const { token, jti } = (await issued.json()) as { token: string; jti: string };
    const stolen = `Bearer ${token}`;
    expect(await status(draw(stolen))).toBe(200);
    expect(await status(operator("/v1/tokens/revoke", { jti }))).toBe(200);
    const reply = await draw(stolen);
    expect(reply.status).toBe(401);
    expect((await errorOf(reply)).message).toMatch(/called back/);
    expect(await status(draw(await bearer({ ...claims, jti: "another" })))).toBe(200);
    expect(await status(draw(await bearer(claims)))).toBe(200);
    expect(upstream.calls).toHaveLength(3);
    // The name of it says nothing to somebody else.
    expect(await status(draw(await bearer({ sub: "other", budget: 1, jti: `${jti} ` })))).toBe(200);
  });

  test("by its subject is all of them, of this tenant, until now", async () => {
    upstream.expect(json(PICTURE));
    const claims = { sub: "leaver", tenant: "acme", budget: 100 };
    const [one, two] = [await bearer({ ...claims, jti: "1" }), await bearer(claims)];
    expect(await status(operator("/v1/tokens/revoke", { sub: "leaver", tenant: "acme" }))).toBe(200);
    for (const token of [one, two]) expect(await status(draw(token))).toBe(401);
    expect(await status(draw(await bearer({ sub: "leaver", budget: 1 })))).toBe(200);
    expect(await status(draw(await bearer({ ...claims, tenant: "other" })))).toBe(200);
    expect((await metrics(worker)).get("revocations")).toBeGreaterThanOrEqual(1);
    // Whoever is let in again gets a token of a later second.
    await expect.poll(async () => status(draw(await bearer(claims))), { timeout: 20_000, interval: 300 }).toBe(200);
  });

  test.each<[object]>([
    [{}],
    [{ jti: "" }],
    [{ jti: 1 }],
    [{ sub: "a", jti: "b" }],
    [{ jti: "b", tenant: "c" }],
    [{ tenant: "c" }],
    [{ sub: "x".repeat(257) }],
    [{ token: "a.b.c" }],
  ])("%o names none", async (body) => {
    expect(await status(operator("/v1/tokens/revoke", body))).toBe(400);
  });

  test("only by the operator", async () => {
    const authorization = await bearer({ sub: "a", budget: 1 });
    expect(await status(post("/v1/tokens/revoke", authorization, { sub: "b" }))).toBe(401);
  });
});

describe("a token for one call", () => {
  test("buys one, however many are asked for at once", async () => {
    upstream.expect(json(PICTURE));
    const authorization = await bearer({ sub: "guest", budget: 100, once: true, jti: "once" });
    const replies = await Promise.all(Array.from({ length: 8 }, () => status(draw(authorization))));
    expect(replies.toSorted()).toEqual([200, ...Array.from({ length: 7 }, () => 401)]);
    expect(upstream.calls).toHaveLength(1);
    expect((await draw(authorization)).status).toBe(401);
  });

  test("under a key gets the answer that it bought again", async () => {
    upstream.expect(json(PICTURE));
    const authorization = await bearer({ sub: "guest", budget: 100, once: true, jti: "keyed" });
    const headers = { "idempotency-key": "one" };
    for (let time = 0; time < 3; time++)
      expect(await status(post("/v1/images/generations", authorization, CAT, headers))).toBe(200);
    expect(upstream.calls).toHaveLength(1);
  });

  test.each<[string, object]>([
    ["no name", { once: true }],
    ["a name that is no text", { once: true, jti: 5 }],
    ["another word than true or false", { once: "yes", jti: "x" }],
  ])("with %s is none", async (_, claims) => {
    expect(await status(draw(await bearer({ sub: "guest", budget: 1, ...claims })))).toBe(401);
  });
});

describe("a model whose bill passes its bound", () => {
  test("is stopped for everybody until the operator has looked", async () => {
    const authorization = await bearer({ sub: "first", budget: 100 });
    const usage = { ...PICTURE.usage, output_tokens: 1_000_000, total_tokens: 1_000_010 };
    upstream.expect(json({ ...PICTURE, usage }));
    expect(await status(draw(authorization))).toBe(200);
    // The caller pays no more than was held back; the rest is the organization's.
    expect((await today(worker, authorization)).spent_usd).toBe(MOST / 1e9);
    const told = await metrics(worker);
    expect(told.get("excess_usd")).toBeGreaterThan(0);
    expect(told.get(`model_stopped{model="${MODEL}"}`)).toBe(1);
    expect(worker.logs()).toMatch(/"event":"model_stopped"/);

    const other = await bearer({ sub: "second", budget: 100 });
    const reply = await draw(other);
    expect(reply.status).toBe(503);
    expect(reply.headers.get("x-should-retry")).toBe("false");
    expect(await errorOf(reply)).toMatchObject({ code: "model_stopped", param: "model" });
    expect(upstream.calls).toHaveLength(1);

    expect(await status(post(`/v1/models/${MODEL}/resume`, other, {}))).toBe(401);
    expect(await status(operator(`/v1/models/${MODEL}/resume`))).toBe(200);
    expect(await status(operator(`/v1/models/${MODEL}/resume`))).toBe(404);
    upstream.expect(json(PICTURE));
    expect(await status(draw(other))).toBe(200);
    expect((await metrics(worker)).has(`model_stopped{model="${MODEL}"}`)).toBe(false);
  });
});

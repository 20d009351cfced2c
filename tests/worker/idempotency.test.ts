// One key, one purchase: however often it is asked for, by whomever's retries, and whatever goes wrong.

import OpenAI, { APIError } from "openai";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";

import { ACCOUNT, bearer, expectBalanced, today } from "./support/account.ts";
import { form, fields, picture } from "./support/forms.ts";
import { MODEL } from "./support/model.ts";
import { png } from "./support/pictures.ts";
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
  });
});
afterEach(() => upstream.verify());
afterAll(async () => {
  await worker.close();
  await upstream.close();
});

const CAT = { model: MODEL, prompt: "a cat", size: "1024x1024", quality: "low" } as const;
let counter = 0;
/** A caller nobody has seen, and a key of it. */
async function intent() {
  counter += 1;
  return { authorization: await bearer({ sub: `caller ${counter}`, budget: 1 }), "idempotency-key": `key-${counter}` };
}
type Intent = Awaited<ReturnType<typeof intent>>;
const draw = (headers: Partial<Intent>, body: object = CAT) =>
  worker.send("/v1/images/generations", {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify(body),
  });
const edit = (headers: Partial<Intent>, file: Uint8Array, prompt = "more") => {
  const boundary = `----${Math.random()}`;
  const { body, contentType } = form({
    boundary,
    parts: [picture(file), ...fields({ model: MODEL, prompt, quality: "low" })],
  });
  return worker.send("/v1/images/edits", {
    method: "POST",
    headers: { "content-type": contentType, ...headers },
    body,
  });
};

test("calls at once share one upstream call, and later ones its answer", async () => {
  const headers = await intent();
  let release = () => {};
  const held = new Promise<void>((resolve) => (release = resolve));
  upstream.expect(async (call, response) => {
    await call.complete;
    await held;
    response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(PICTURE));
  });
  const first = Array.from({ length: 5 }, () => draw(headers));
  while (upstream.calls.length === 0) await new Promise((resolve) => setTimeout(resolve, 10));
  release();
  const replies = [...(await Promise.all(first)), await draw(headers), await draw(headers)];
  for (const reply of replies) {
    expect(reply.status).toBe(200);
    expect(await reply.json()).toEqual(PICTURE);
    expect(reply.headers.get("x-operation-id")).toBe(replies[0]!.headers.get("x-operation-id"));
  }
  expect(upstream.calls).toHaveLength(1);
  // The order of the fields does not make another request.
  expect((await draw(headers, Object.fromEntries(Object.entries(CAT).reverse()))).status).toBe(200);
  expect(upstream.calls).toHaveLength(1);
  await expectBalanced(worker);
});

test("another request under the key is refused, and another caller's key is its own", async () => {
  upstream.expect(json(PICTURE));
  const headers = await intent();
  await (await draw(headers)).text();
  const other = await draw(headers, { ...CAT, prompt: "a dog" });
  expect(other.status).toBe(422);
  expect(await errorOf(other)).toMatchObject({ code: "idempotency_conflict" });
  const stranger = { ...(await intent()), "idempotency-key": headers["idempotency-key"] };
  expect((await draw(stranger, { ...CAT, prompt: "a dog" })).status).toBe(200);
  expect(upstream.calls).toHaveLength(2);
});

test.each(["ä", "x".repeat(256), "a b"])("a key that is none: %s", async (key) => {
  const reply = await draw({ ...(await intent()), "idempotency-key": encodeURI(key) === key ? key : "a\tb" });
  expect(reply.status).toBe(400);
});

test.each([
  ["small", 0],
  ["large", 2_000_000],
])("forms with a %s file, whatever their boundary", async (_, padding) => {
  upstream.expect(json(PICTURE));
  const headers = await intent();
  const file = png(64, 64, { padding });
  for (let time = 0; time < 3; time++) {
    const reply = await edit(headers, file);
    expect(reply.status).toBe(200);
    expect(await reply.json()).toEqual(PICTURE);
  }
  expect(upstream.calls).toHaveLength(1);
  expect(await upstream.calls[0]!.complete).toBe(true);
  for (const other of [edit(headers, file, "less"), edit(headers, png(65, 64, { padding }))])
    expect((await other).status).toBe(422);
  expect(upstream.calls).toHaveLength(1);
  await expectBalanced(worker);
});

describe("the official SDK, with its own retries on", () => {
  const failing: [string, Parameters<Upstream["expect"]>[0]][] = [
    ["500", json({ error: { message: "Oops.", type: "server_error" } }, 500)],
    ["503", json({ error: { message: "Busy.", type: "server_error" } }, 503, { "retry-after-ms": "1" })],
    ["408", json({ error: { message: "Late.", type: "server_error" } }, 408)],
    ["409", json({ error: { message: "Conflict.", type: "server_error" } }, 409)],
    ["a hint to retry", json({ error: { message: "Oops." } }, 500, { "x-should-retry": "true" })],
    ["a connection that is reset", (_, response) => void response.destroy()],
    ["HTML", (_, response) => void response.writeHead(200, { "content-type": "text/html" }).end("<html>")],
    ["a redirect", (_, response) => void response.writeHead(307, { location: "http://127.0.0.1:1/" }).end()],
    [
      "half an answer",
      (_, response) => {
        response.writeHead(200, { "content-type": "application/json" }).write('{"created":1,"data":[{"b64_json":"AAAA');
        setTimeout(() => response.destroy(), 50);
      },
    ],
  ];
  test.each(failing)("%s: at most one upstream POST, with a key and without", async (_, answer) => {
    for (const keyed of [true, false]) {
      upstream.expect(async (call, response, request) => {
        await call.complete;
        return answer(call, response, request);
      });
      const { authorization, "idempotency-key": key } = await intent();
      const client = new OpenAI({
        baseURL: `${worker.address}/v1`,
        apiKey: authorization.slice("Bearer ".length),
        maxRetries: 3,
        ...(keyed && { defaultHeaders: { "idempotency-key": key } }),
      });
      await expect(client.images.generate(CAT)).rejects.toThrow();
      // With the key it may ask as often as it likes.
      if (keyed) await expect(client.images.generate(CAT)).rejects.toThrow();
      expect(upstream.calls).toHaveLength(1);
      expect((await today(worker, authorization)).spent_usd).toBeGreaterThan(0);
      await expectBalanced(worker);
    }
  });

  test("429 was not billed: the SDK waits and asks again, and one call is charged", async () => {
    upstream.expect(async (call, response) => {
      await call.complete;
      const first = upstream.calls.length === 1;
      const body = first
        ? { error: { message: "Slow down.", type: "requests", code: "rate_limit_exceeded" } }
        : PICTURE;
      response
        .writeHead(first ? 429 : 200, { "content-type": "application/json", "retry-after-ms": "1" })
        .end(JSON.stringify(body));
    });
    const { authorization, "idempotency-key": key } = await intent();
    const client = new OpenAI({
      baseURL: `${worker.address}/v1`,
      apiKey: authorization.slice("Bearer ".length),
      maxRetries: 3,
      defaultHeaders: { "idempotency-key": key },
    });
    expect((await client.images.generate(CAT)).data).toHaveLength(1);
    expect(upstream.calls).toHaveLength(2);
    const usage = (await (await worker.send("/v1/usage", { headers: { authorization } })).json()) as {
      days: { calls: number }[];
    };
    expect(usage.days.map(({ calls }) => calls)).toEqual([1]);
  });

  test("a budget that is used up is asked once", async () => {
    const authorization = await bearer({ sub: "poor", budget: 0 });
    let asked = 0;
    const client = new OpenAI({
      baseURL: `${worker.address}/v1`,
      apiKey: authorization.slice("Bearer ".length),
      maxRetries: 3,
      fetch: (...values) => {
        asked += 1;
        return fetch(...values);
      },
    });
    const error: unknown = await client.images.generate(CAT).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(APIError);
    expect(error).toMatchObject({ status: 429, code: "budget_exceeded" });
    expect(asked).toBe(1);
  });
});

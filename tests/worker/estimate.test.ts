// What is answered without any upstream: prices and problems of requests.

import { estimateCost, validate } from "gpt-image-edge";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { MODEL } from "./support/model.ts";
import { errorOf, startWorker, TOKEN, type Running } from "./support/worker.ts";

let worker: Running;

beforeAll(async () => {
  // With an upstream that nothing listens at: whatever asked it would fail.
  worker = await startWorker({
    UPSTREAM: "openai",
    UPSTREAM_BASE_URL: "http://127.0.0.1:1",
    OPENAI_API_KEY: "sk-unused",
    DEMO_TOKEN: TOKEN,
  });
});
afterAll(() => worker.close());

const ask = (path: string, body: unknown, headers: Record<string, string> = {}) =>
  worker.send(path, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: typeof body === "string" ? body : JSON.stringify(body),
  });

const CAT = { model: MODEL, prompt: "a cat", size: "1024x1024", quality: "low" };
const DAY = { today: "2026-11-20" };
const QUESTIONS = [
  { operation: "generate", request: CAT, context: DAY },
  { operation: "generate", request: { ...CAT, n: 11, size: "7x7", qualty: "low" }, context: DAY },
  { operation: "generate", request: {}, context: { ...DAY, batch: true } },
  {
    operation: "edit",
    request: { ...CAT, images: [{ file_id: "file-1" }] },
    context: { ...DAY, images: [{ format: "png", width: 64, height: 64, bytes: 100 }], text_tokens: 3 },
  },
  {
    operation: "respond",
    request: { model: "gpt-5", input: "a cat", tools: [{ type: "image_generation", quality: "low" }] },
    context: DAY,
  },
  { operation: "runware", request: { taskType: "imageInference", positivePrompt: "a cat" }, context: DAY },
] as const;

test.each(QUESTIONS)("$operation $request: as the package says it", async ({ operation, request, context }) => {
  const question = { operation, request, context };
  const estimate = await ask("/v1/estimate", question);
  expect(estimate.status).toBe(200);
  expect(await estimate.json()).toEqual(JSON.parse(JSON.stringify(estimateCost(operation, request, context as never))));
  const report = await ask("/v1/validate", question);
  expect(report.status).toBe(200);
  expect(await report.json()).toEqual(JSON.parse(JSON.stringify(validate(operation, request, context as never))));
});

test("a context of null is none", async () => {
  expect((await ask("/v1/validate", { operation: "generate", request: CAT, context: null })).status).toBe(200);
});

describe("what is refused", () => {
  const GOOD = { operation: "generate", request: CAT };
  test.each<[string, unknown, number, string | null, string, RegExp]>([
    ["no operation", { request: CAT }, 400, "operation", "missing_required_parameter", /operation: is needed/],
    ["no request", { operation: "generate" }, 400, "request", "missing_required_parameter", /request: is needed/],
    ["an unknown operation", { ...GOOD, operation: "toString" }, 400, "operation", "invalid_value", /one of generate/],
    ["a request that is a list", { ...GOOD, request: [] }, 400, "request", "invalid_type", /object/],
    ["a request that is a text", { ...GOOD, request: "a cat" }, 400, "request", "invalid_type", /object/],
    ["a context that is a list", { ...GOOD, context: [] }, 400, "context", "invalid_type", /object/],
    ["another field", { ...GOOD, options: {} }, 400, "options", "unknown_parameter", /allowed are operation/],
    ["the request itself", CAT, 400, "model", "unknown_parameter", /allowed are operation/],
    [
      "an unknown context",
      { ...GOOD, context: { day: 1 } },
      400,
      "context.day",
      "invalid_value",
      /unknown field "day"/,
    ],
    ["a day that is none", { ...GOOD, context: { today: "soon" } }, 400, "context.today", "invalid_value", /a day/],
    [
      "a key twice",
      '{"operation":"edit","operation":"generate","request":{}}',
      400,
      "operation",
      "duplicate_key",
      /once/,
    ],
    ["a key twice inside", '{"operation":"generate","request":{"n":1,"n":9}}', 400, "n", "duplicate_key", /once/],
    ["half a body", '{"operation":', 400, null, "invalid_json", /JSON/],
    [
      "too much",
      JSON.stringify({ ...GOOD, context: { x: "y".repeat(1024 * 1024) } }),
      413,
      null,
      "request_too_large",
      /1048576/,
    ],
  ])("%s", async (_, body, status, param, code, message) => {
    for (const path of ["/v1/estimate", "/v1/validate"]) {
      const reply = await ask(path, body);
      expect(reply.status).toBe(status);
      expect(await errorOf(reply)).toMatchObject({ param, code, message: expect.stringMatching(message) });
    }
  });

  test("another content type", async () => {
    const reply = await ask("/v1/estimate", GOOD, { "content-type": "text/plain" });
    expect(reply.status).toBe(415);
    await errorOf(reply);
  });

  test("a caller without a token", async () => {
    const reply = await ask("/v1/estimate", GOOD, { authorization: "Bearer x" });
    expect(reply.status).toBe(401);
    await errorOf(reply);
  });
});

// Vercel's `ai` SDK with its provider for OpenAI, pointed at the worker with the sandbox behind it: nothing but the base URL and
// the token is ours.

import { createOpenAI } from "@ai-sdk/openai";
import { APICallError, generateImage, generateText } from "ai";
import { afterAll, beforeAll, expect, test } from "vitest";

import { inspectImage } from "gpt-image-edge";

import { MODEL } from "./support/model.ts";
import { png } from "./support/pictures.ts";
import { startWorker, TOKEN, type Running } from "./support/worker.ts";

let worker: Running;
let openai: ReturnType<typeof createOpenAI>;

beforeAll(async () => {
  // Nobody can tell before what a response costs: such calls are refused without it.
  worker = await startWorker({ UPSTREAM: "sandbox", DEMO_TOKEN: TOKEN, UNPRICED_CALL_USD: "0.5" });
  openai = createOpenAI({ baseURL: `${worker.address}/v1`, apiKey: TOKEN });
});
afterAll(() => worker.close());

test("generates", async () => {
  const { images, usage, warnings } = await generateImage({
    model: openai.image(MODEL),
    prompt: "a fox in the snow",
    n: 2,
    size: "1536x1024",
    providerOptions: { openai: { quality: "low", outputFormat: "webp" } },
    maxRetries: 0,
  });
  expect(warnings).toEqual([]);
  expect(images).toHaveLength(2);
  for (const { uint8Array } of images)
    expect(inspectImage(uint8Array)).toMatchObject({ format: "webp", width: 1536, height: 1024 });
  expect(usage.totalTokens).toBe(usage.inputTokens! + usage.outputTokens!);
});

test("edits two images with a mask", async () => {
  const { images } = await generateImage({
    model: openai.image(MODEL),
    prompt: { text: "put them together", images: [png(1024, 1024), png(512, 512)], mask: png(1024, 1024) },
    size: "1024x1024",
    providerOptions: { openai: { quality: "low" } },
    maxRetries: 0,
  });
  expect(inspectImage(images[0]!.uint8Array)).toMatchObject({ format: "png", width: 1024, height: 1024 });
});

test("draws with the image tool of a response", async () => {
  const { staticToolResults } = await generateText({
    model: openai.responses("gpt-5"),
    prompt: "a lighthouse",
    tools: { image_generation: openai.tools.imageGeneration({ quality: "low", size: "1024x1024" }) },
    toolChoice: { type: "tool", toolName: "image_generation" },
    maxRetries: 0,
  });
  const [drawn] = staticToolResults;
  const bytes = new Uint8Array(Buffer.from(drawn!.output.result, "base64"));
  expect(inspectImage(bytes)).toMatchObject({ width: 1024, height: 1024 });
});

test("reads a refusal as the SDK's own error", async () => {
  const failed = generateImage({
    model: openai.image(MODEL),
    prompt: "x",
    size: "1x1",
    maxRetries: 0,
  });
  const error = await failed.catch((reason: unknown) => reason);
  expect(APICallError.isInstance(error)).toBe(true);
  expect(error).toMatchObject({ statusCode: 400, isRetryable: false });
  expect((error as APICallError).message).toMatch(/^size: /);
});

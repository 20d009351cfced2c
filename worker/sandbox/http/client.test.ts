// The official SDK as the client: it was not written here, and it knows the API's shapes.

import assert from "node:assert/strict";
import { test } from "node:test";
import OpenAI, { toFile } from "openai";
import { createSandbox } from "./node.mjs";

const box = createSandbox({ today: "2026-11-20", pauseMs: 1 });
const model = "gpt-image-1-mini";
const client = new OpenAI({
  apiKey: "sk-sandbox",
  baseURL: "https://sandbox.invalid/v1",
  fetch: (url, init) => box.fetch(new Request(url as string, { duplex: "half", ...init } as RequestInit)),
  maxRetries: 0,
});

const fileOf = async (prompt: string, fields: object = {}) => {
  const reply = await client.images.generate({ model, prompt, quality: "low", size: "1024x1024", ...fields });
  return Buffer.from(reply.data?.[0]?.b64_json ?? "", "base64");
};

test("generates", async () => {
  const reply = await client.images.generate({ model, prompt: "a lake", quality: "low", n: 2, output_format: "webp" });
  assert.equal(reply.data?.length, 2);
  assert.equal(reply.usage?.output_tokens, 544);
  assert.match(reply._request_id ?? "", /^req_/);
});

test("edits four images with a mask", async () => {
  const image = await Promise.all(
    ["lake", "city", "cat", "sea"].map(async (prompt) =>
      toFile(await fileOf(prompt), `${prompt}.png`, { type: "image/png" }),
    ),
  );
  const mask = await toFile(await fileOf("a star", { background: "transparent" }), "mask.png", { type: "image/png" });
  const reply = await client.images.edit({
    model,
    prompt: "a night sky",
    image,
    mask,
    quality: "low",
    size: "1024x1024",
  });
  assert.equal(reply.size, "1024x1024");
  assert.equal(reply.usage?.input_tokens_details.image_tokens, 4 * 194);
});

test("streams with two partial images", async () => {
  const stream = await client.images.generate({
    model,
    prompt: "a lake",
    quality: "low",
    stream: true,
    partial_images: 2,
  });
  const types: string[] = [];
  for await (const event of stream) types.push(event.type);
  assert.deepEqual(types, [
    "image_generation.partial_image",
    "image_generation.partial_image",
    "image_generation.completed",
  ]);
});

test("throws its own classes for our refusals, and in the middle of a stream", async () => {
  const call = (prompt: string) => client.images.generate({ model, prompt });
  await assert.rejects(call("x [[fault:429]]"), OpenAI.RateLimitError);
  await assert.rejects(call("x [[fault:401]]"), OpenAI.AuthenticationError);
  await assert.rejects(call("x [[fault:moderation]]"), (error: any) => error.code === "moderation_blocked");
  await assert.rejects(call("x [[fault:500]]"), OpenAI.InternalServerError);
  await assert.rejects(client.images.generate({ model: "gpt-image-0", prompt: "x" }), OpenAI.NotFoundError);
  const stream = await client.images.generate({
    model,
    prompt: "x [[fault:error]]",
    stream: true,
    partial_images: 1,
  });
  await assert.rejects(async () => {
    for await (const event of stream) assert.equal(event.type, "image_generation.partial_image");
  }, OpenAI.APIError);
});

test("retries a 429 that is over the next time, as soon as it was told to", async () => {
  const patient = client.withOptions({ maxRetries: 1 });
  const begin = performance.now();
  const reply = await patient.images.generate({
    model,
    prompt: "x [[fault:429 ms:40 once:sdk]]",
    quality: "low",
  });
  assert.equal(reply.data?.length, 1);
  assert.ok(performance.now() - begin >= 40);
});

test("lists models", async () => {
  const models = await client.models.list();
  assert.ok(models.data.some(({ id }) => id === model));
  assert.equal((await client.models.retrieve(model)).id, model);
});

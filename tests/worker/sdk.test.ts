// The official SDK, pointed at the worker with the sandbox behind it: nothing but the base URL and the token is ours.

import OpenAI, { APIError, toFile } from "openai";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { inspectImage } from "gpt-image-edge";

import { MODEL } from "./support/model.ts";
import { png } from "./support/pictures.ts";
import { startWorker, TOKEN, type Running } from "./support/worker.ts";

let worker: Running;
let client: OpenAI;

beforeAll(async () => {
  worker = await startWorker({ UPSTREAM: "sandbox", DEMO_TOKEN: TOKEN });
  client = new OpenAI({ baseURL: `${worker.address}/v1`, apiKey: TOKEN, maxRetries: 0 });
});
afterAll(() => worker.close());

const bytes = (b64: string | undefined) => new Uint8Array(Buffer.from(b64!, "base64"));

test("generates", async () => {
  const reply = await client.images.generate({
    model: MODEL,
    prompt: "a fox in the snow",
    size: "1536x1024",
    quality: "low",
    output_format: "webp",
    n: 2,
  });
  expect(reply.data).toHaveLength(2);
  for (const { b64_json } of reply.data!)
    expect(inspectImage(bytes(b64_json))).toMatchObject({ format: "webp", width: 1536, height: 1024 });
  expect(reply).toMatchObject({
    output_format: "webp",
    quality: "low",
    size: "1536x1024",
    created: expect.any(Number),
  });
  expect(reply.usage!.total_tokens).toBe(reply.usage!.input_tokens + reply.usage!.output_tokens);
  expect(reply._request_id).toBeTruthy();
});

test("edits four images with a mask", async () => {
  // Real pictures of three formats, drawn by the sandbox itself.
  const draw = async (output_format: "png" | "jpeg" | "webp") =>
    bytes(
      (
        await client.images.generate({
          model: MODEL,
          prompt: `input in ${output_format}`,
          quality: "low",
          output_format,
        })
      ).data![0]!.b64_json,
    );
  const [first, second, third] = await Promise.all([draw("png"), draw("jpeg"), draw("webp")]);
  const image = await Promise.all([
    toFile(first!, "first.png", { type: "image/png" }),
    // Without a type the SDK declares application/octet-stream.
    toFile(second!, "second.jpg"),
    toFile(third!, "third.webp", { type: "image/webp" }),
    toFile(png(1024, 1024), 'fo"urth.png', { type: "image/png" }),
  ]);
  const mask = await toFile(png(1024, 1024), "mask.png", { type: "image/png" });
  const reply = await client.images.edit({
    model: MODEL,
    prompt: "put them together",
    image,
    mask,
    quality: "low",
    size: "1024x1024",
  });
  expect(reply.data).toHaveLength(1);
  expect(inspectImage(bytes(reply.data![0]!.b64_json))).toMatchObject({ format: "png", width: 1024, height: 1024 });
  expect(reply.usage!.input_tokens_details.image_tokens).toBeGreaterThan(0);
});

test("edits one image that is read from a stream", async () => {
  const picture = png(256, 256);
  const stream = new ReadableStream<Uint8Array>({
    start(controller) {
      controller.enqueue(picture);
      controller.close();
    },
  });
  const reply = await client.images.edit({
    model: MODEL,
    prompt: "more",
    image: await toFile(new Response(stream), "a.png"),
    quality: "low",
  });
  expect(inspectImage(bytes(reply.data![0]!.b64_json))).toMatchObject({ format: "png" });
});

describe("streams with two partial images", () => {
  test.each(["generate", "edit"] as const)("%s", async (operation) => {
    const common = {
      model: MODEL,
      prompt: "a lighthouse",
      stream: true,
      partial_images: 2,
      quality: "low",
      size: "1024x1024",
    } as const;
    const stream =
      operation === "generate"
        ? await client.images.generate(common)
        : await client.images.edit({ ...common, image: await toFile(png(512, 512), "a.png", { type: "image/png" }) });
    const types: string[] = [];
    for await (const event of stream) {
      types.push(event.type);
      expect(inspectImage(bytes(event.b64_json))).toMatchObject({ format: "png" });
      if (event.type.endsWith(".completed"))
        expect(event).toMatchObject({ usage: { output_tokens: expect.any(Number) }, size: "1024x1024" });
    }
    const name = operation === "generate" ? "image_generation" : "image_edit";
    expect(types).toEqual([`${name}.partial_image`, `${name}.partial_image`, `${name}.completed`]);
  });
});

describe("errors are the SDK's own classes", () => {
  const failure = async (promise: Promise<unknown>): Promise<APIError> => {
    const error: unknown = await promise.then(
      () => undefined,
      (reason: unknown) => reason,
    );
    expect(error).toBeInstanceOf(APIError);
    return error as APIError;
  };

  test("a request that is wrong", async () => {
    const error = await failure(client.images.generate({ model: MODEL, prompt: "x", size: "1x1" as never }));
    expect(error).toBeInstanceOf(OpenAI.BadRequestError);
    expect(error).toMatchObject({ status: 400, param: "size", code: "invalid_value", type: "invalid_request_error" });
    expect(error.requestID).toBeTruthy();
  });

  test("a file that is no image", async () => {
    const image = await toFile(new TextEncoder().encode("text"), "a.png", { type: "image/png" });
    expect(await failure(client.images.edit({ model: MODEL, prompt: "x", image }))).toMatchObject({
      status: 400,
      param: "image",
    });
  });

  test("a wrong token", async () => {
    const stranger = new OpenAI({ baseURL: `${worker.address}/v1`, apiKey: "wrong", maxRetries: 0 });
    expect(await failure(stranger.images.generate({ model: MODEL, prompt: "x" }))).toBeInstanceOf(
      OpenAI.AuthenticationError,
    );
  });

  test("a rate limit of the upstream, asked for by the sandbox's header", async () => {
    const error = await failure(
      client.images.generate({ model: MODEL, prompt: "x" }, { headers: { "x-sandbox-fault": "429" } }),
    );
    expect(error).toBeInstanceOf(OpenAI.RateLimitError);
  });

  test("what there is not", async () => {
    expect(await failure(client.models.retrieve("gpt-image-99"))).toBeInstanceOf(OpenAI.NotFoundError);
  });
});

test("lists models", async () => {
  const ids: string[] = [];
  for await (const model of client.models.list()) ids.push(model.id);
  expect(ids).toContain(MODEL);
  expect((await client.models.retrieve(MODEL)).object).toBe("model");
});

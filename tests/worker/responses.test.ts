// Responses with the image tool, through the worker: what reaches the upstream, what is refused before, and what comes back.

import OpenAI from "openai";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";

import { NAMED } from "./support/account.ts";
import { VECTOR } from "./support/model.ts";
import { jpegHead, png } from "./support/pictures.ts";
import { json, PICTURE, startUpstream, type Upstream } from "./support/upstream.ts";
import { errorOf, KEY, startWorker, TOKEN, type Running } from "./support/worker.ts";

const TOOL = { type: "image_generation", quality: "low", size: "1024x1024" };
const CHOICE = { type: "image_generation" };
const CAT = { model: "gpt-5", input: "a cat", tools: [TOOL], tool_choice: CHOICE };
const REPLY = { id: "resp_1", object: "response", status: "completed", output: [] };
const post = (body: unknown) => ({
  method: "POST",
  headers: { "content-type": "application/json" },
  body: JSON.stringify(body),
});
const url = (bytes: Uint8Array, type = "image/png") => `data:${type};base64,${Buffer.from(bytes).toString("base64")}`;

describe("to an upstream", () => {
  let upstream: Upstream;
  let worker: Running;

  beforeAll(async () => {
    upstream = await startUpstream();
    worker = await startWorker({
      UPSTREAM: "openai",
      UPSTREAM_BASE_URL: upstream.address,
      OPENAI_API_KEY: KEY,
      DEMO_TOKEN: TOKEN,
      // Nobody can tell before what a response costs: such calls are refused without it.
      UNPRICED_CALL_USD: "0.5",
    });
  });
  afterEach(() => upstream.verify());
  afterAll(async () => {
    await worker.close();
    await upstream.close();
  });

  const image = (bytes: Uint8Array, type?: string) => ({
    ...CAT,
    input: [
      {
        role: "user",
        content: [
          { type: "input_text", text: "make it snow" },
          { type: "input_image", image_url: url(bytes, type), detail: "auto" },
        ],
      },
    ],
  });

  test.runIf(VECTOR)("a vector image is charged whole as a response is: a language model writes it", async () => {
    const drawn = { created: 1, data: [{ b64_json: PICTURE.data[0]!.b64_json }], usage: PICTURE.usage };
    for (const format of ["svg", "png"]) {
      upstream.expect(json(drawn));
      const request = { model: VECTOR, prompt: "a cat", output_format: format };
      const reply = await worker.send("/v1/images/generations", post(request));
      expect(reply.status).toBe(200);
      // The last of it comes when it is settled.
      await reply.text();
      const operation = await worker.send(`/v1/operations/${reply.headers.get("x-operation-id")}`);
      const { cost } = (await operation.json()) as { cost: { reserved_usd: number; charged_usd: number } };
      expect(cost.reserved_usd).toBe(0.5);
      if (format === "svg") expect(cost.charged_usd).toBe(0.5);
      else expect(cost.charged_usd).toBeLessThan(0.1);
    }
  });

  test.each<[string, Record<string, unknown>]>([
    ["a prompt", CAT],
    ["a tool whose model is named", { ...CAT, tools: [{ ...TOOL, model: "gpt-image-of-tomorrow" }] }],
    ["a later turn", { ...CAT, previous_response_id: "resp_0", instructions: "Draw in ink.", store: true }],
    ["a picture", image(png())],
    ["a large picture", image(png(64, 64, { padding: 3_000_000 }))],
    ["a photograph whose size stands far behind", image(jpegHead(64, 64, { thumbnail: 900_000 }), "image/jpeg")],
    ["a mask", { ...image(png()), tools: [{ ...TOOL, input_image_mask: { image_url: url(png()) } }] }],
    ["a tier", { ...CAT, service_tier: "flex", max_tool_calls: 1 }],
  ])("%s arrives as it was, with the tool's model named and one call of it", async (_, request) => {
    upstream.expect(json(REPLY));
    const reply = await worker.send("/v1/responses", post(request));
    expect(await reply.json()).toEqual(REPLY);
    const [call] = upstream.calls;
    expect(call!.path).toBe("/responses");
    expect(call!.headers["authorization"]).toBe(`Bearer ${KEY}`);
    const sent = JSON.parse(call!.body().toString()) as { tools: { model: string }[] };
    const [tool] = request["tools"] as Record<string, unknown>[];
    const named = (tool!["model"] ?? sent.tools[0]!.model) as string;
    expect(named).toMatch(/^gpt-image-/);
    expect(sent).toEqual({ ...request, tools: [{ ...tool, model: named }], max_tool_calls: 1, ...NAMED });
  });

  test.each<[string, Record<string, unknown>, string | null, RegExp]>([
    ["no language model", { ...CAT, model: undefined }, "model", /needed/],
    ["no input", { ...CAT, input: undefined }, "input", /needed/],
    ["no tool", { ...CAT, tools: [] }, "tools", /image_generation/],
    ["another tool beside it", { ...CAT, tools: [TOOL, { type: "web_search" }] }, "tools[1].type", /only/],
    [
      "a tool of one's own",
      { ...CAT, tools: [TOOL, { type: "mcp", server_url: "https://x.example" }] },
      "tools[1].type",
      /only/,
    ],
    ["two image tools", { ...CAT, tools: [TOOL, TOOL] }, "tools[1]", /one/],
    ["several calls", { ...CAT, max_tool_calls: 2 }, "max_tool_calls", /must be 1/],
    ["a dear tier", { ...CAT, service_tier: "priority" }, "service_tier", /allowed are/],
    ["a stored prompt", { ...CAT, prompt: { id: "pmpt_1" } }, "prompt", /tools of its own/],
    ["a conversation", { ...CAT, conversation: "conv_1" }, "conversation", /previous_response_id/],
    ["in the background", { ...CAT, background: true }, "background", /does not serve/],
    ["a size that is none", { ...CAT, tools: [{ ...TOOL, size: "7x7" }] }, "tools[0].size", /7x7/],
    ["a field of no one", { ...CAT, sizes: "7x7" }, "sizes", /sizes/],
    ["a field of the tool outside", { ...CAT, quality: "low" }, "quality", /tool/],
    [
      "partial images without a stream",
      { ...CAT, tools: [{ ...TOOL, partial_images: 1 }] },
      "tools[0].partial_images",
      /stream/,
    ],
    [
      "a file that is no picture",
      image(new TextEncoder().encode("hello"), "image/png"),
      "input[0].content[1]",
      /image/,
    ],
  ])("refused: %s", async (_, request, param, message) => {
    const reply = await worker.send("/v1/responses", post(request));
    expect(reply.status).toBe(400);
    expect(await errorOf(reply)).toMatchObject({ param, message: expect.stringMatching(message) });
  });

  test("a key twice, inside", async () => {
    const body = JSON.stringify(CAT).replace('"quality":"low"', '"quality":"low","quality":"high"');
    const reply = await worker.send("/v1/responses", { ...post({}), body });
    expect(await errorOf(reply)).toMatchObject({ code: "duplicate_key", param: "quality" });
  });
});

describe("with the sandbox and OpenAI's own client", () => {
  let worker: Running;
  let client: OpenAI;
  beforeAll(async () => {
    worker = await startWorker({ DEMO_TOKEN: TOKEN });
    client = new OpenAI({ baseURL: `${worker.address}/v1`, apiKey: TOKEN, maxRetries: 0 });
  });
  afterAll(() => worker.close());

  const picture = (response: OpenAI.Responses.Response) =>
    response.output.find((item) => item.type === "image_generation_call")!;

  test("two turns, plain and streamed", async () => {
    const first = (await client.responses.create(CAT as never)) as OpenAI.Responses.Response;
    expect(Buffer.from(picture(first).result!, "base64").toString("latin1", 1, 4)).toBe("PNG");
    const types: string[] = [];
    let last: OpenAI.Responses.Response | undefined;
    const tools = [{ ...TOOL, action: "edit", partial_images: 1 }];
    const request = { ...CAT, input: "now at night", tools, previous_response_id: first.id, stream: true };
    const stream = (await client.responses.create(
      request as never,
    )) as unknown as AsyncIterable<OpenAI.Responses.ResponseStreamEvent>;
    for await (const event of stream) {
      types.push(event.type);
      if (event.type === "response.completed") last = event.response;
    }
    expect(types).toContain("response.image_generation_call.partial_image");
    expect(last!.previous_response_id).toBe(first.id);
    expect(picture(last!).result).not.toBe(picture(first).result);
  });

  test("a failure on request", async () => {
    await expect(client.responses.create({ ...CAT, input: "x [[fault:429]]" } as never)).rejects.toMatchObject({
      status: 429,
      code: "rate_limit_exceeded",
    });
  });
});

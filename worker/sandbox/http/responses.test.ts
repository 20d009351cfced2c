// Responses with the image tool: as OpenAI's own client reads them, and as recorded events show them.

import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { after, before, describe, test } from "node:test";
import OpenAI from "openai";
import { createSandbox, serve } from "./node.mjs";

const recording = new URL("../../../../shared/recorded/responses-stream-events.json", import.meta.url);
const TODAY = "2026-11-20";
const box = createSandbox({ today: TODAY, pauseMs: 1 });
let client: OpenAI;
let server: Awaited<ReturnType<typeof serve>>;

before(async () => {
  server = await serve(box, 0);
  client = new OpenAI({ baseURL: `http://127.0.0.1:${server.port}/v1`, apiKey: "any", maxRetries: 0 });
});
after(() => server.close());

type Fields = Record<string, unknown>;
const TOOL = { type: "image_generation", quality: "low", size: "1024x1024", output_format: "webp" } as const;
const CHOICE = { type: "image_generation" } as const;
const request = (input: unknown, tool: Fields = {}, more: Fields = {}) =>
  ({ model: "gpt-5", input, tools: [{ ...TOOL, ...tool }], tool_choice: CHOICE, ...more }) as any;

const callOf = (response: OpenAI.Responses.Response) =>
  response.output.find((item) => item.type === "image_generation_call")!;
const webpSize = (base64: string) => {
  const file = Buffer.from(base64, "base64");
  assert.equal(file.toString("latin1", 8, 12), "WEBP");
  return file.toString("latin1", 12, 16) === "VP8X"
    ? [file.readUIntLE(24, 3) + 1, file.readUIntLE(27, 3) + 1]
    : [file.readUInt16LE(26) & 0x3fff, file.readUInt16LE(28) & 0x3fff];
};

async function events(body: Fields): Promise<any[]> {
  const all: any[] = [];
  for await (const event of await client.responses.create({ ...body, stream: true } as any)) all.push(event);
  return all;
}

test("a plain response carries a picture, its values and what it used", async () => {
  const response: any = await client.responses.create(request("a cat on the moon"));
  assert.equal(response.status, "completed");
  assert.match(response.id, /^resp_[0-9a-f]{50}$/);
  assert.deepEqual(
    response.output.map((item: any) => item.type),
    ["reasoning", "image_generation_call", "message"],
  );
  const { result, revised_prompt, size, quality, output_format, background } = callOf(response) as any;
  assert.deepEqual(webpSize(result), [1024, 1024]);
  assert.deepEqual(
    { revised_prompt, size, quality, output_format, background },
    {
      revised_prompt: "a cat on the moon",
      size: "1024x1024",
      quality: "low",
      output_format: "webp",
      background: "opaque",
    },
  );
  assert.ok(response.tool_usage.image_gen.output_tokens > 0);
  assert.equal(response.usage.total_tokens, response.usage.input_tokens + response.usage.output_tokens);
});

test("a stream tells the same, in order", async () => {
  const all = await events(request("a lake", { partial_images: 2 }));
  assert.deepEqual(
    all.map(({ sequence_number }) => sequence_number),
    all.map((_, index) => index),
  );
  const partials = all.filter(({ type }) => type.endsWith("partial_image"));
  assert.deepEqual(
    partials.map(({ partial_image_index }) => partial_image_index),
    [0, 1],
  );
  for (const { partial_image_b64 } of partials) assert.deepEqual(webpSize(partial_image_b64), [1024, 1024]);
  const done = all.find(
    ({ type, item }) => type === "response.output_item.done" && item.type === "image_generation_call",
  );
  const { response } = all.at(-1);
  assert.equal(all.at(-1).type, "response.completed");
  assert.equal((callOf(response) as any).result, done.item.result);
  assert.deepEqual(webpSize(done.item.result), [1024, 1024]);
});

test("its events are those of a recorded stream, with their fields", { skip: !existsSync(recording) }, async () => {
  const recorded: any[] = JSON.parse(readFileSync(recording, "utf8")).events;
  const mine = await events(request("an echidna", { size: "auto", partial_images: 1 }));
  // The recording stops before its end.
  for (const [index, event] of recorded.entries()) {
    assert.equal(mine[index].type, event.type);
    const missing = (theirs: any, ours: any, path: string): string[] =>
      typeof theirs !== "object" || theirs === null || Array.isArray(theirs)
        ? []
        : Object.entries(theirs).flatMap(([key, value]) =>
            key in ours ? missing(value, ours[key], `${path}.${key}`) : [`${path}.${key}`],
          );
    assert.deepEqual(missing(event, mine[index], event.type), []);
  }
});

describe("turns", () => {
  test("the next one edits what the one before drew", async () => {
    const first = await client.responses.create(request("a red house"));
    const next = await client.responses.create(
      request("now at night", { action: "edit" }, { previous_response_id: first.id }),
    );
    assert.equal(next.previous_response_id, first.id);
    const [a, b] = [callOf(first), callOf(next)] as any[];
    assert.notEqual(a.result, b.result);
    assert.equal(b.revised_prompt, "now at night");
    assert.ok((next as any).tool_usage.image_gen.input_tokens_details.image_tokens > 0);
    assert.equal((first as any).tool_usage.image_gen.input_tokens_details.image_tokens, 0);
  });

  test("without a picture to go by, everything that was said is drawn", async () => {
    const first = await client.responses.create(request("a red house"));
    const next = await client.responses.create(
      request("with a tree", { action: "generate" }, { previous_response_id: first.id }),
    );
    assert.equal((callOf(next) as any).revised_prompt, "a red house. with a tree");
  });

  test("an earlier call is meant by its id or its result", async () => {
    const first = callOf(await client.responses.create(request("a boat"))) as any;
    for (const item of [
      { type: "image_generation_call", id: first.id },
      { type: "image_generation_call", id: "ig_other", result: first.result, status: "completed" },
    ]) {
      const next: any = await client.responses.create(request([{ role: "user", content: "in fog" }, item]));
      assert.ok(next.tool_usage.image_gen.input_tokens_details.image_tokens > 0);
    }
  });

  test("a picture of the user is edited within a mask", async () => {
    const drawn = callOf(
      await client.responses.create(request("a boat", { output_format: "png", background: "transparent" })),
    ) as any;
    const url = `data:image/png;base64,${drawn.result}`;
    const content = [
      { type: "input_text", text: "a cat" },
      { type: "input_image", image_url: url, detail: "auto" },
    ];
    const next: any = await client.responses.create(
      request([{ role: "user", content }], { input_image_mask: { image_url: url } }),
    );
    assert.deepEqual(webpSize((callOf(next) as any).result), [1024, 1024]);
  });

  test("what was not to be stored is not found", async () => {
    const { id } = await client.responses.create(request("a star", {}, { store: false }));
    for (const previous_response_id of [id, "resp_none"])
      await assert.rejects(
        client.responses.create(request("again", {}, { previous_response_id })),
        (error: any) =>
          error.status === 400 &&
          error.code === "previous_response_not_found" &&
          error.param === "previous_response_id",
      );
  });
});

describe("refusals", () => {
  const refused: [string, Fields, number, string | null][] = [
    ["no model", { model: undefined }, 400, "model"],
    ["no tool", { tools: [] }, 400, "tools"],
    ["a size that no model draws", { tools: [{ ...TOOL, size: "7x7" }] }, 400, "tools[0].size"],
    ["an image model as the main one", { model: "gpt-image-1-mini" }, 400, "model"],
    ["an image model that does not exist", { tools: [{ ...TOOL, model: "gpt-image-0" }] }, 404, "model"],
    [
      "a file",
      { input: [{ role: "user", content: [{ type: "input_image", file_id: "file-1" }] }] },
      400,
      "input[0].content[0]",
    ],
    ["nothing to edit", { tools: [{ ...TOOL, action: "edit" }] }, 400, "tools[0].action"],
  ];
  for (const [name, fields, status, param] of refused)
    test(name, async () => {
      await assert.rejects(client.responses.create({ ...request("a cat"), ...fields }), (error: any) => {
        assert.deepEqual([error.status, error.param], [status, param], error.message);
        return true;
      });
    });
});

describe("faults", () => {
  const code = async (fault: string, body: Fields = {}) => {
    const reply = await box.fetch(
      new Request("http://sandbox.invalid/v1/responses", {
        method: "POST",
        headers: { "content-type": "application/json", "x-sandbox-fault": fault },
        body: JSON.stringify({ ...request("a cat"), ...body }),
      }),
    );
    return reply;
  };

  test("those that answer instead", async () => {
    assert.equal((await code("429 ms:250")).headers.get("retry-after-ms"), "250");
    assert.equal((await code("500")).status, 500);
    const { error }: any = await (await code("moderation")).json();
    assert.equal(error.code, "moderation_blocked");
    await assert.rejects(client.responses.create(request("x [[fault:429]]")), OpenAI.RateLimitError);
  });

  test("those that cut", async () => {
    for (const fault of ["cut", "cut-start", "cut-base64"]) {
      await assert.rejects((await code(fault)).text(), /cut/, fault);
      const tool = { ...TOOL, partial_images: 1 };
      await assert.rejects((await code(fault, { stream: true, tools: [tool] })).text(), /cut/, fault);
    }
  });

  test("an error inside of a stream, and an end without a picture", async () => {
    const failed = await (await code("error", { stream: true })).text();
    assert.match(failed, /event: error\ndata: {"type":"error","sequence_number":\d+,"code":"server_error"/);
    assert.doesNotMatch(failed, /response\.completed/);
    assert.doesNotMatch(await (await code("empty", { stream: true })).text(), /response\.completed/);
    const { output }: any = await (await code("empty")).json();
    assert.deepEqual(output, []);
    await assert.rejects((await code("badjson")).json());
  });
});

// The Responses API with its image tool, over a real connection.

import assert from "node:assert/strict";
import test from "node:test";

import { edge, event, PNG, recorded, serve, stream } from "./server.mjs";

const { ImageApiError, ImageClient } = edge;
const bytes = Uint8Array.from(Buffer.from(PNG, "base64"));
const request = { model: "gpt-5", input: "draw a cat", tools: [{ type: "image_generation" }] };
const IMAGE_USAGE = {
  input_tokens: 12,
  output_tokens: 272,
  total_tokens: 284,
  input_tokens_details: { text_tokens: 12, image_tokens: 0 },
};

const call = (id, fields = {}) => ({ id, type: "image_generation_call", status: "completed", result: PNG, ...fields });
const message = (text) => ({ id: "msg", type: "message", content: [{ type: "output_text", text }] });
const response = (output, fields = {}) => ({
  id: "resp_1",
  object: "response",
  status: "completed",
  model: "gpt-5",
  output,
  usage: { input_tokens: 5, output_tokens: 7, total_tokens: 12 },
  tool_usage: { image_gen: IMAGE_USAGE },
  tools: [{ type: "image_generation" }],
  ...fields,
});

async function all(events) {
  const list = [];
  for await (const found of events) list.push(found);
  return list;
}

test("a whole response gives pictures, text, id, usage and cost", async (t) => {
  const output = [
    { type: "reasoning", summary: [] },
    call("ig_1", { revised_prompt: "A cat" }),
    message("Here."),
    call("ig_2"),
  ];
  const server = await serve(t, () => Response.json(response(output), { headers: { "x-request-id": "req_7" } }));
  const result = await new ImageClient(server).respond(request);
  assert.deepEqual([server.requests[0].method, server.requests[0].path], ["POST", "/v1/responses"]);
  assert.deepEqual(JSON.parse(server.requests[0].body), request);
  assert.equal(result.id, "resp_1");
  assert.equal(result.text, "Here.");
  assert.equal(result.usage.total_tokens, 12);
  assert.equal(result.requestId, "req_7");
  assert.equal(result.images.length, 2);
  assert.deepEqual(await result.images[0].bytes(), bytes);
  assert.equal(result.output[1].image, result.images[0]);
  assert.equal(result.output[1].revised_prompt, "A cat");
  assert.equal("result" in result.output[1], false);
  const { model } = edge.estimateCost("respond", request);
  assert.equal(result.cost.usd_text, edge.costFromUsage(model, IMAGE_USAGE).usd_text);
});

test("the image tool is priced by the model that drew", async (t) => {
  const { id } = edge
    .models()
    .find(({ status, id }) => status === "current" && id !== edge.estimateCost("respond", request).model);
  for (const [asked, replied] of [
    [id, undefined],
    [undefined, id],
  ]) {
    const tools = (model) => [{ type: "image_generation", ...(model && { model }) }];
    const server = await serve(t, () => Response.json(response([call("a")], { tools: tools(replied) })));
    const result = await new ImageClient(server).respond({ ...request, tools: tools(asked) });
    assert.equal(result.cost.usd_text, edge.costFromUsage(id, IMAGE_USAGE).usd_text);
  }
});

test("a response need not draw, and a drawing that failed says why", async (t) => {
  const error = { code: "moderation_blocked", message: "no" };
  const server = await serve(t, (_, number) =>
    Response.json(
      number === 0
        ? response([message("No picture needed.")], { tool_usage: undefined })
        : response([call("ig_1", { status: "failed", result: null, error })]),
    ),
  );
  const client = new ImageClient(server);
  const text = await client.respond(request);
  assert.deepEqual([text.images, text.text, text.cost], [[], "No picture needed.", undefined]);
  const failed = await client.respond(request);
  assert.deepEqual(failed.images, []);
  assert.deepEqual(failed.output[0], { id: "ig_1", type: "image_generation_call", status: "failed", error });
});

test("a streamed response shows its pictures and text as they come", async (t) => {
  const family = "response.image_generation_call";
  const item = call("ig_1", { size: "1x1", output_format: "png" });
  const server = await serve(t, () =>
    stream([
      event({ type: "response.created", response: response([], { status: "in_progress" }) }),
      event({ type: `${family}.generating`, item_id: "ig_1" }),
      event({ type: `${family}.partial_image`, item_id: "ig_1", partial_image_index: 0, partial_image_b64: PNG }),
      event({ type: `${family}.completed`, item_id: "ig_1" }),
      event({ type: "response.output_item.done", output_index: 0, item }),
      event({ type: "response.output_text.delta", item_id: "msg", delta: "He" }),
      event({ type: "response.output_text.delta", item_id: "msg", delta: "re." }),
      event({ type: "response.completed", response: response([item, message("Here.")]) }),
    ]),
  );
  const events = await all(new ImageClient(server).respondStream(request));
  assert.equal(JSON.parse(server.requests[0].body).stream, true);
  assert.deepEqual(
    events.map((found) => found.event?.type ?? found.type),
    [
      "response.created",
      `${family}.generating`,
      "partial_image",
      `${family}.completed`,
      "image",
      "text_delta",
      "text_delta",
      "completed",
    ],
  );
  const [, , partial, , image, first, second, last] = events;
  assert.equal(partial.partial_image_index, 0);
  assert.deepEqual(await partial.image.bytes(), bytes);
  assert.equal(image.item_id, "ig_1");
  assert.equal(first.delta + second.delta, last.response.text);
  assert.equal(last.response.images[0], image.image, "the picture is the one that was shown");
  assert.equal(last.response.cost.currency, "USD");
});

test("a response that ends before its end has not succeeded, and hands over what it drew", async (t) => {
  for (const [end, kind, code] of [
    [[], "network", "connection_lost"],
    [
      [
        event({
          type: "response.incomplete",
          response: response([], { incomplete_details: { reason: "max_output_tokens" } }),
        }),
      ],
      "upstream",
      "max_output_tokens",
    ],
    [
      [
        event({
          type: "response.incomplete",
          response: response([], { incomplete_details: { reason: "content_filter" } }),
        }),
      ],
      "moderation",
      "content_filter",
    ],
    [
      [
        event({
          type: "response.failed",
          response: response([], { error: { code: "server_error", message: "broke" } }),
        }),
      ],
      "upstream",
      "server_error",
    ],
    [[event({ type: "error", code: "rate_limit_exceeded", message: "busy" })], "rate", "rate_limit_exceeded"],
  ]) {
    const server = await serve(t, () =>
      stream([event({ type: "response.output_item.done", item: call("ig_1") }), ...end]),
    );
    await assert.rejects(all(new ImageClient(server).respondStream(request)), (error) => {
      assert.ok(ImageApiError.isInstance(error));
      assert.deepEqual([error.kind, error.code, error.images.length], [kind, code, 1]);
      return true;
    });
  }
});

test("a gateway that answers a streamed call with a whole body gives its end", async (t) => {
  const server = await serve(t, () => Response.json(response([call("ig_1"), message("x")])));
  const events = await all(new ImageClient(server).respondStream(request));
  assert.deepEqual(
    events.map(({ type, response }) => [type, response.images.length, response.text]),
    [["completed", 1, "x"]],
  );
});

const { events: RECORDED } = recorded("responses-stream-events") ?? {};

test("a recorded stream", { skip: !RECORDED && "no recordings beside the project" }, async (t) => {
  // The recording's base64 was shortened with dots, which no reply has.
  const text = JSON.stringify(RECORDED).replaceAll("...", "");
  const list = JSON.parse(text);
  const server = await serve(t, () => stream(list.map((data) => event(data))));
  const events = await all(new ImageClient(server).respondStream(request));
  assert.equal(events.length, list.length);
  const last = list.at(-1).response;
  const { response: end } = events.at(-1);
  const drawing = last.output.find(({ type }) => type === "image_generation_call");
  assert.deepEqual([end.id, end.status, end.usage], [last.id, "completed", last.usage]);
  assert.deepEqual(Buffer.from(await end.images[0].bytes()).toString("base64"), drawing.result);
  assert.deepEqual([end.images[0].width, end.images[0].height, end.images[0].format], [1536, 1024, "webp"]);
  assert.equal(end.cost, undefined, "the recording does not say what its tool used");
});

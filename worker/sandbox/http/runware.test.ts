// Runware's API: tasks in an array, results and errors of each.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { createSandbox } from "./node.mjs";

type Fields = Record<string, any>;
const KEY = "runware-key";
// Before the end of the one model that is offered there.
const box = createSandbox({ today: "2026-11-20", apiKey: KEY, asyncMs: 60 });
const uuid = () => crypto.randomUUID();
const task = (fields: Fields = {}): Fields => ({
  taskType: "imageInference",
  taskUUID: uuid(),
  model: "openai:1@2",
  positivePrompt: "a lake",
  width: 1024,
  height: 1024,
  providerSettings: { openai: { quality: "low" } },
  ...fields,
});

async function send(tasks: unknown, headers: Fields = {}): Promise<{ status: number; body: Fields; headers: Headers }> {
  const reply = await box.fetch(
    new Request("http://sandbox.invalid/v1", {
      method: "POST",
      headers: { "content-type": "application/json", authorization: `Bearer ${KEY}`, ...headers },
      body: JSON.stringify(tasks),
    }),
  );
  return { status: reply.status, body: (await reply.json()) as Fields, headers: reply.headers };
}
const kindOf = (base64: string) => {
  const file = Buffer.from(base64, "base64");
  if (file.toString("latin1", 1, 4) === "PNG") return "png";
  return file.readUInt16BE(0) === 0xffd8 ? "jpeg" : file.toString("latin1", 8, 12).toLowerCase();
};

describe("a task that waits", () => {
  test("answers with what was asked for", async () => {
    for (const [outputType, outputFormat, kind] of [
      ["base64Data", "PNG", "png"],
      ["base64Data", "WEBP", "webp"],
      ["dataURI", "JPG", "jpeg"],
    ] as const) {
      const asked = task({ outputType, outputFormat, includeCost: true, numberResults: 2 });
      const { status, body } = await send([asked]);
      assert.equal(status, 200);
      assert.equal(body.data.length, 2);
      assert.equal(body.errors, undefined);
      for (const item of body.data) {
        assert.equal(item.taskUUID, asked.taskUUID);
        assert.match(item.imageUUID, /^[0-9a-f-]{36}$/);
        assert.equal(item.cost, 0.005);
        assert.equal(kindOf(item.imageBase64Data ?? item.imageDataURI.split(",")[1]), kind);
      }
    }
  });

  test("gives addresses and no cost where nothing is said", async () => {
    const { body } = await send([task()]);
    assert.match(body.data[0].imageURL, /^https:\/\/im\.runware\.invalid\/.*\.jpg$/);
    assert.equal("cost" in body.data[0], false);
    assert.equal("NSFWContent" in body.data[0], false);
  });

  test("edits pictures: uploaded, drawn before, as data and bare", async () => {
    const first = (await send([task({ outputType: "base64Data", outputFormat: "PNG" })])).body.data[0];
    const image = `data:image/png;base64,${first.imageBase64Data}`;
    const upload = (await send([{ taskType: "imageUpload", taskUUID: uuid(), image }])).body.data[0];
    const plain = first.imageBase64Data;
    for (const reference of [upload.imageUUID, first.imageUUID, image, plain]) {
      const asked = task({
        inputs: { referenceImages: [reference] },
        outputType: "base64Data",
        positivePrompt: "at night",
      });
      const { status, body } = await send([asked]);
      assert.equal(status, 200, JSON.stringify(body).slice(0, 300));
      assert.equal(kindOf(body.data[0].imageBase64Data), "jpeg");
    }
  });
});

test("an asynchronous task is acknowledged, processing, then there", async () => {
  const asked = task({ deliveryMethod: "async", outputType: "base64Data" });
  const first = await send([asked]);
  assert.deepEqual(first.body, { data: [{ taskType: "imageInference", taskUUID: asked.taskUUID }] });
  const poll = () => send([{ taskType: "getResponse", taskUUID: asked.taskUUID }]);
  assert.equal((await poll()).body.data[0].status, "processing");
  let last = await poll();
  while (last.body.data[0].status === "processing") last = await poll();
  assert.equal(last.body.data[0].status, "success");
  assert.equal(kindOf(last.body.data[0].imageBase64Data), "jpeg");
});

test("an asynchronous task fails when it is asked for", async () => {
  const asked = task({ deliveryMethod: "async", width: 7 });
  await send([asked]);
  let last = await send([{ taskType: "getResponse", taskUUID: asked.taskUUID }]);
  while (last.body.data) last = await send([{ taskType: "getResponse", taskUUID: asked.taskUUID }]);
  assert.equal(last.body.errors[0].status, "error");
  assert.equal(last.body.errors[0].taskUUID, asked.taskUUID);
});

test("several tasks fail and succeed on their own", async () => {
  const [good, bad] = [task(), task({ width: 7, positivePrompt: "" })];
  const { status, body } = await send([{ taskType: "ping", ping: true }, good, bad]);
  assert.equal(status, 200);
  assert.deepEqual(
    body.data.map((item: Fields) => item.taskType),
    ["ping", "imageInference"],
  );
  assert.deepEqual(
    body.errors.map(({ code, parameter, taskUUID }: Fields) => [code, parameter, taskUUID]),
    [
      ["missingParameter", "positivePrompt", bad.taskUUID],
      ["invalidParameter", "width", bad.taskUUID],
    ],
  );
});

describe("refusals", () => {
  for (const [name, tasks, headers, status, code] of [
    ["another key", [task()], { authorization: "Bearer other" }, 401, "invalidApiKey"],
    ["no array", task(), {}, 400, "invalidPayload"],
    ["an empty array", [], {}, 400, "invalidPayload"],
    ["a task of another kind", [{ taskType: "videoInference", taskUUID: uuid() }], {}, 400, "unsupportedTaskType"],
    ["a model that is none", [task({ model: "x:1@1" })], {}, 400, "invalidModel"],
    ["a task nobody knows", [{ taskType: "getResponse", taskUUID: uuid() }], {}, 404, "taskNotFound"],
    ["a field that is none", [task({ steps: 7 })], {}, 400, "unsupportedParameter"],
  ] as const)
    test(name, async () => {
      const reply = await send(tasks, headers);
      assert.deepEqual([reply.status, reply.body.errors[0].code], [status, code]);
    });

  test("the key may come as a task", async () => {
    const tasks = [
      { taskType: "authentication", apiKey: KEY },
      { taskType: "ping", ping: true },
    ];
    const { status, body } = await send(tasks, { authorization: "" });
    assert.equal(status, 200);
    assert.equal(body.data[1].pong, true);
  });
});

test("faults", async () => {
  for (const [fault, status, code] of [
    ["429 ms:2500", 429, "rateLimitExceeded"],
    ["quota", 402, "insufficientCredits"],
    ["moderation", 400, "contentPolicyViolation"],
    ["500", 500, "serverError"],
  ] as const) {
    const reply = await send([task()], { "x-sandbox-fault": fault });
    assert.deepEqual([reply.status, reply.body.errors[0].code], [status, code]);
    if (status === 429) assert.equal(reply.headers.get("retry-after"), "3");
  }
  const once = task({ positivePrompt: "a lake [[fault:500 once:runware]]" });
  assert.equal((await send([once])).status, 500);
  assert.equal((await send([once])).status, 200);
  const partial = (await send([task({ numberResults: 3 })], { "x-sandbox-fault": "partial" })).body;
  assert.deepEqual([partial.data.length, partial.errors.length], [2, 1]);
  for (const fault of ["cut", "cut-start", "cut-base64"])
    await assert.rejects(send([task()], { "x-sandbox-fault": fault }), /cut/);
  await assert.rejects(send([task()], { "x-sandbox-fault": "badjson" }), SyntaxError);
});

// The upstream that speaks Runware's API: translated both ways, with what is lost told.

import { models } from "gpt-image-edge";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";

import { Refusal } from "../../worker/src/errors.ts";
import { runware } from "../../worker/src/upstream/runware.ts";
import type { Call } from "../../worker/src/upstream/call.ts";
import { noise } from "./support/bytes.ts";
import { form, fields, picture } from "./support/forms.ts";
import { png } from "./support/pictures.ts";
import { createSandbox, serve } from "./support/sandbox.ts";
import { json, startUpstream, type Upstream } from "./support/upstream.ts";
import { KEY, startWorker, TOKEN, type Running } from "./support/worker.ts";

const OFFERED = models().find((model) => model.runware !== undefined)!;
const CAT = { model: OFFERED.id, prompt: "a cat", size: "1024x1024", quality: "low" };
const LOSSES = "x-gpt-image-edge-losses";
const url = `data:image/png;base64,${Buffer.from(png()).toString("base64")}`;

const call = (request: object, path: Call["path"] = "/images/generations"): Call => ({
  path,
  contentType: "application/json",
  body: JSON.stringify(request),
  fault: null,
});

/** A form as the worker writes it. */
function formCall(streamed: boolean): Call {
  const { body, contentType } = form({
    parts: [
      picture(png(), "image[]", "image-1.png"),
      picture(png(), "mask", "mask-2.png"),
      ...fields({ ...CAT, n: 2 }),
    ],
  });
  return {
    path: "/images/edits",
    contentType,
    body: streamed ? new Response(body).body! : body,
    fault: null,
  };
}

let upstream: Upstream;
beforeAll(async () => void (upstream = await startUpstream()));
afterEach(() => upstream.verify());
afterAll(() => upstream.close());

/** How long was waited for; nothing is. */
const waits: number[] = [];
const wait = async (ms: number) => void waits.push(ms);
const at = (asynchronous = false) => runware({ baseURL: `${upstream.address}/v1`, apiKey: KEY, asynchronous }, wait);
const tasksOf = (body: Buffer) => JSON.parse(body.toString()) as Record<string, unknown>[];

/** Answers each task with these results or errors. */
const results = (data: object[], errors: object[] = [], status = 200, headers = {}) =>
  upstream.expect(async (request, response) => {
    await request.complete;
    const [{ taskUUID }] = tasksOf(request.body()) as [{ taskUUID: string }];
    const about = { taskType: "imageInference", taskUUID };
    const body = {
      data: data.map((item) => ({ ...about, ...item })),
      errors: errors.map((item) => ({ ...about, ...item })),
    };
    json(body, status, headers)(request, response, undefined as never);
  });
const PICTURE = { imageUUID: "i", imageBase64Data: "aGVsbG8=", cost: 0.011 };

describe("requests", () => {
  test("a generation becomes a task, and its key goes along", async () => {
    results([PICTURE]);
    const reply = await at().send(
      call({ ...CAT, output_format: "webp", output_compression: 80, background: "opaque" }),
    );
    const [sent] = upstream.calls;
    expect(sent).toMatchObject({ method: "POST", path: "/v1" });
    expect(sent!.headers["authorization"]).toBe(`Bearer ${KEY}`);
    expect(tasksOf(sent!.body())).toEqual([
      {
        taskType: "imageInference",
        taskUUID: expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/),
        model: OFFERED.runware,
        positivePrompt: "a cat",
        outputType: "base64Data",
        includeCost: true,
        outputFormat: "WEBP",
        width: 1024,
        height: 1024,
        outputQuality: 80,
        providerSettings: { openai: { quality: "low", background: "opaque" } },
      },
    ]);
    expect(reply.headers.get(LOSSES)).toBeNull();
    expect(reply.headers.get("x-gpt-image-edge-cost-usd")).toBe("0.011000");
    expect(await reply.json()).toEqual({
      created: expect.any(Number),
      data: [{ b64_json: "aGVsbG8=" }],
      background: "opaque",
      output_format: "webp",
      quality: "low",
      size: "1024x1024",
    });
  });

  test.each([false, true])("a form's pictures become data URLs (streamed: %s)", async (streamed) => {
    results([PICTURE, PICTURE]);
    const reply = await at().send(formCall(streamed));
    const [task] = tasksOf(upstream.calls[0]!.body());
    expect(task).toMatchObject({ inputs: { referenceImages: [url] }, numberResults: 2, positivePrompt: "a cat" });
    expect(reply.headers.get(LOSSES)).toMatch(/^mask="has no counterpart and is left out"$/);
    expect(((await reply.json()) as { data: object[] }).data).toHaveLength(2);
  });

  test("every loss is told; who asks is the worker's own word, and none", async () => {
    results([PICTURE]);
    const { size: _, ...rest } = CAT;
    const reply = await at().send(
      call({ ...rest, user: "u", moderation: "low", output_compression: 5, output_format: "jpeg" }),
    );
    const told = reply.headers.get(LOSSES)!;
    expect(told.split(", ").map((loss) => loss.split("=")[0])).toEqual(["size", "moderation", "output_compression"]);
    expect(tasksOf(upstream.calls[0]!.body())[0]).toMatchObject({ width: 1024, height: 1024, outputQuality: 20 });
  });

  test.each<[string, Call, number, string | null]>([
    ["a model that is not offered", call({ ...CAT, model: "gpt-image-of-tomorrow" }), 404, "model"],
    [
      "an address that it would fetch",
      call({ ...CAT, images: [{ image_url: "https://x.example/a.png" }] }, "/images/edits"),
      400,
      "images[0]",
    ],
    [
      "a file that it does not have",
      call({ ...CAT, images: [{ image_url: url }, { file_id: "f" }] }, "/images/edits"),
      400,
      "images[1]",
    ],
    ["a response", call({}, "/responses"), 404, null],
  ])("refused before anything is sent: %s", async (_, given, status, param) => {
    upstream.expect(() => Promise.reject(new Error("sent all the same")));
    const error = await at()
      .send(given)
      .catch((error: unknown) => error);
    expect(error).toBeInstanceOf(Refusal);
    expect((error as Refusal).status).toBe(status);
    expect((error as Refusal).fields.param ?? null).toBe(param);
    expect(upstream.calls).toHaveLength(0);
  });

  test("no field of a caller reaches the task but by translation", async () => {
    results([PICTURE]);
    const smuggled = {
      webhookURL: "https://x.example",
      uploadEndpoint: "https://x.example",
      deliveryMethod: "async",
      taskUUID: "x",
    };
    await at().send(call({ ...CAT, ...smuggled }));
    const text = upstream.calls[0]!.body().toString();
    expect(text).not.toMatch(/x\.example|async/);
  });
});

describe("answers", () => {
  test("a stream that was asked for has one event", async () => {
    results([PICTURE]);
    const reply = await at().send(call({ ...CAT, stream: true }));
    expect(reply.headers.get("content-type")).toMatch(/^text\/event-stream/);
    const text = await reply.text();
    expect(text).toMatch(/^event: image_generation\.completed\ndata: \{.*\}\n\n$/);
    expect(JSON.parse(text.split("data: ")[1]!)).toMatchObject({
      type: "image_generation.completed",
      b64_json: "aGVsbG8=",
    });
  });

  test.each([
    ["one call", false],
    ["a stream", true],
  ])("large pictures of %s come through byte for byte, whatever way they are written and cut", async (_, stream) => {
    const large = Buffer.from(noise(3_000_000)).toString("base64");
    const other = Buffer.from(noise(20_000, 7)).toString("base64");
    upstream.expect(async (request, response) => {
      await request.complete;
      const [{ taskUUID }] = tasksOf(request.body()) as [{ taskUUID: string }];
      const item = { taskType: "imageInference", taskUUID, cost: 0.01 };
      const items = (stream ? [large] : [large, other, "aGVsbG8="]).map((imageBase64Data) => ({
        ...item,
        imageBase64Data,
      }));
      // Some writers escape every slash.
      const bytes = Buffer.from(JSON.stringify({ data: items }).replaceAll("/", "\\/"));
      response.writeHead(200, { "content-type": "application/json" });
      for (let at = 0, size = 1; at < bytes.length; at += size, size = 1 + ((size * 31) % 70_001))
        response.write(bytes.subarray(at, at + size));
      response.end();
    });
    const reply = await at().send(call({ ...CAT, stream, ...(!stream && { n: 3 }) }));
    const text = await reply.text();
    if (stream) expect(JSON.parse(text.split("data: ")[1]!)).toMatchObject({ b64_json: large, output_format: "png" });
    else {
      const { data } = JSON.parse(text) as { data: { b64_json: string }[] };
      expect(data.map(({ b64_json }) => b64_json)).toEqual([large, other, "aGVsbG8="]);
    }
  });

  test.each<[string, string]>([
    ["a page in place of a picture", `${"A".repeat(5000)}<script>`],
    ["a short page", "AAAA<script>"],
    ["a line break within", `${"A".repeat(5000)}\\n${"A".repeat(5000)}`],
    ["a quote within", `${"A".repeat(5000)}\\"${"A".repeat(5000)}`],
    ["nothing", ""],
  ])("%s is none", async (_, text) => {
    upstream.expect(async (request, response) => {
      await request.complete;
      const [{ taskUUID }] = tasksOf(request.body()) as [{ taskUUID: string }];
      const body = `{"data":[{"taskUUID":"${taskUUID}","imageBase64Data":"${text}"}]}`;
      response.writeHead(200, { "content-type": "application/json" }).end(body);
    });
    await expect(at().send(call(CAT))).rejects.toMatchObject({ fields: { code: "upstream_protocol" } });
  });

  test("some of several pictures are better than none", async () => {
    results([PICTURE, PICTURE], [{ code: "providerError", message: 'one "failed"\n' }]);
    const reply = await at().send(call({ ...CAT, n: 3 }));
    expect(((await reply.json()) as { data: object[] }).data).toHaveLength(2);
    expect(reply.headers.get(LOSSES)).toBe(`n="2 of 3 came; one 'failed''"`);
  });

  test.each<[string, number, object, number, string, string | null]>([
    ["the key", 401, { code: "invalidApiKey" }, 502, "upstream_key_refused", null],
    ["the money", 402, { code: "insufficientCredits" }, 429, "insufficient_quota", null],
    ["too many", 429, { code: "rateLimitExceeded" }, 429, "rate_limit_exceeded", null],
    ["the prompt", 400, { code: "contentPolicyViolation" }, 400, "moderation_blocked", "prompt"],
    ["a field", 400, { code: "invalidParameter", parameter: "width" }, 400, "invalid_value", "size"],
    ["fields", 400, { code: "missingParameter", parameter: ["positivePrompt"] }, 400, "invalid_value", "prompt"],
    ["the model", 400, { code: "invalidModel", parameter: "model" }, 404, "model_not_found", "model"],
    ["the time", 200, { code: "timeoutProvider" }, 504, "upstream_timeout", null],
    ["the provider", 200, { code: "providerError" }, 502, "providerError", null],
    ["the service", 500, { code: "serverError" }, 500, "serverError", null],
  ])("an error about %s", async (_, status, error, expected, code, param) => {
    results([], [{ ...error, message: `It is wrong, ${KEY}.` }], status, { "retry-after": "7" });
    const refusal = (await at()
      .send(call(CAT))
      .catch((error: unknown) => error)) as Refusal;
    expect(refusal).toBeInstanceOf(Refusal);
    expect(refusal.status).toBe(expected);
    expect(refusal.fields).toMatchObject({ code });
    expect(refusal.fields.param ?? null).toBe(param);
    expect(JSON.stringify(refusal.fields)).not.toContain(KEY);
    if (status === 429) expect(refusal.headers["retry-after"]).toBe("7");
    // A task that failed is not tried again: it may have been paid.
    expect(upstream.calls).toHaveLength(1);
  });

  test.each<[string, Parameters<Upstream["expect"]>[0], string]>([
    [
      "a page",
      (_, response) => void response.writeHead(502, { "content-type": "text/html" }).end("<html>"),
      "upstream_protocol",
    ],
    [
      "a redirect",
      (_, response) => void response.writeHead(307, { location: "http://x.example" }).end(),
      "upstream_redirect",
    ],
    [
      "half an answer",
      (_, response) => void response.writeHead(200, { "content-type": "application/json" }).end('{"data":['),
      "upstream_protocol",
    ],
    ["another task's result", json({ data: [{ taskUUID: "other", ...PICTURE }] }), "upstream_protocol"],
    [
      "an address for a picture",
      (request, response) => {
        const [{ taskUUID }] = tasksOf(request.body()) as [{ taskUUID: string }];
        return json({ data: [{ taskUUID, imageURL: "http://169.254.169.254/" }] })(
          request,
          response,
          undefined as never,
        );
      },
      "upstream_protocol",
    ],
    ["a hung up line", (_, response) => void response.destroy(), "upstream_unreachable"],
  ])("what is no answer: %s", async (_, answer, code) => {
    upstream.expect(async (request, response, incoming) => {
      await request.complete;
      await answer(request, response, incoming);
    });
    await expect(at().send(call(CAT))).rejects.toMatchObject({ status: 502, fields: { code } });
    expect(upstream.calls).toHaveLength(1);
  });
});

test("an asynchronous task is asked for, ever more seldom, through failures to ask", async () => {
  waits.length = 0;
  let asked = 0;
  upstream.expect(async (request, response) => {
    await request.complete;
    const [task] = tasksOf(request.body()) as [{ taskUUID: string; taskType: string; deliveryMethod?: string }];
    const { taskUUID, taskType } = task;
    const about = { taskType: "imageInference", taskUUID };
    if (taskType === "imageInference") {
      expect(task.deliveryMethod).toBe("async");
      return json({ data: [about] })(request, response, undefined as never);
    }
    asked++;
    if (asked === 2) return void response.destroy();
    if (asked === 3) return json({ errors: [{ code: "serverError" }] }, 503)(request, response, undefined as never);
    const item = asked < 5 ? { status: "processing" } : { status: "success", ...PICTURE };
    return json({ data: [{ ...about, ...item }] })(request, response, undefined as never);
  });
  const reply = await at(true).send(call(CAT));
  expect(((await reply.json()) as { data: object[] }).data).toEqual([{ b64_json: "aGVsbG8=" }]);
  expect(asked).toBe(5);
  expect(waits).toHaveLength(5);
  expect(waits[0]).toBe(1000);
  for (const [index, ms] of waits.entries()) if (index > 0) expect(ms).toBeGreaterThan(waits[index - 1]!);
  expect(upstream.calls.filter((sent) => tasksOf(sent.body())[0]!["taskType"] === "imageInference")).toHaveLength(1);
});

test("an asynchronous task that never ends is given up, and said to be unknown", async () => {
  upstream.expect(async (request, response) => {
    await request.complete;
    const [{ taskUUID, taskType }] = tasksOf(request.body()) as [{ taskUUID: string; taskType: string }];
    const item = taskType === "getResponse" ? { status: "processing" } : {};
    return json({ data: [{ taskUUID, ...item }] })(request, response, undefined as never);
  });
  await expect(at(true).send(call(CAT))).rejects.toMatchObject({ fields: { code: "upstream_timeout" } });
});

describe.each([false, true])("with the sandbox (asynchronous: %s)", (asynchronous) => {
  let server: Awaited<ReturnType<typeof serve>>;
  beforeAll(async () => {
    server = await serve(createSandbox({ today: "2026-11-20", apiKey: KEY, asyncMs: 5 }), 0);
  });
  afterAll(() => server.close());

  test("pictures come, and failures", async () => {
    const real = runware(
      { baseURL: `http://127.0.0.1:${server.port}/v1`, apiKey: KEY, asynchronous },
      () => new Promise((resolve) => setTimeout(resolve, 10)),
    );
    const { data } = (await (await real.send(call({ ...CAT, n: 2 }))).json()) as { data: { b64_json: string }[] };
    expect(data.map(({ b64_json }) => Buffer.from(b64_json, "base64").toString("latin1", 1, 4))).toEqual([
      "PNG",
      "PNG",
    ]);
    const edited = (await (await real.send(formCall(false))).json()) as { data: object[] };
    expect(edited.data).toHaveLength(2);
    await expect(real.send(call({ ...CAT, prompt: "x [[fault:moderation]]" }))).rejects.toMatchObject({
      status: 400,
      fields: { code: "moderation_blocked" },
    });
  });
});

// Requests are checked as of today, and the models that Runware offers end one day.
describe.skipIf(OFFERED.status === "retired")("in the worker, by the model", () => {
  let server: Awaited<ReturnType<typeof serve>>;
  let worker: Running;
  beforeAll(async () => {
    server = await serve(createSandbox({ today: "2026-11-20", apiKey: KEY }), 0);
    worker = await startWorker({
      UPSTREAM: "sandbox",
      MODEL_UPSTREAMS: `${OFFERED.id}=runware`,
      RUNWARE_BASE_URL: `http://127.0.0.1:${server.port}/v1`,
      RUNWARE_API_KEY: KEY,
      DEMO_TOKEN: TOKEN,
    });
  });
  afterAll(async () => {
    await worker.close();
    await server.close();
  });

  const post = (body: object) =>
    worker.send("/v1/images/generations", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });

  test("one goes to Runware, another to the upstream of all others", async () => {
    const there = await post({ ...CAT, moderation: "low" });
    expect(there.status).toBe(200);
    expect(there.headers.get(LOSSES)).toMatch(/^moderation=/);
    const other = models().find(({ status, runware, id }) => status === "current" && !runware && id !== OFFERED.id)!;
    const here = await post({ ...CAT, model: other.id, moderation: "low" });
    expect(here.status).toBe(200);
    expect(here.headers.get(LOSSES)).toBeNull();
  });

  test("an edit as a form, larger than what is held", async () => {
    const { body, contentType } = form({
      parts: [picture(png(64, 64, { padding: 900_000 })), ...fields(CAT)],
    });
    const reply = await worker.send("/v1/images/edits", {
      method: "POST",
      headers: { "content-type": contentType },
      body,
    });
    expect(reply.status).toBe(200);
    expect(((await reply.json()) as { data: object[] }).data).toHaveLength(1);
  });
});

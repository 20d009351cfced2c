// POST /v1/images/generations: what is refused, what the upstream gets, and what of its reply comes back.

import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";

import { NAMED } from "./support/account.ts";
import { MODEL } from "./support/model.ts";
import { json, PICTURE, startUpstream, type Upstream } from "./support/upstream.ts";
import { errorOf, KEY, startWorker, TOKEN, type Running } from "./support/worker.ts";

let upstream: Upstream;
let worker: Running;

beforeAll(async () => {
  upstream = await startUpstream();
  worker = await startWorker({
    UPSTREAM: "openai",
    UPSTREAM_BASE_URL: `${upstream.address}/v1`,
    OPENAI_API_KEY: KEY,
    OPENAI_ORGANIZATION: "org-canary-1234",
    OPENAI_PROJECT: "proj-canary-1234",
    DEMO_TOKEN: TOKEN,
    UNPRICED_CALL_USD: "0.5",
  });
});
afterEach(() => upstream.verify());
afterAll(async () => {
  await worker.close();
  await upstream.close();
});

const VALID = { model: MODEL, prompt: "a cat" };
const generate = (body: unknown = VALID, headers: Record<string, string> = {}) =>
  worker.send("/v1/images/generations", {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: typeof body === "string" ? body : JSON.stringify(body),
  });

describe("what is refused never reaches the upstream", () => {
  test.each<[string, unknown, number, { param: string | null; code: string; message?: RegExp }]>([
    ["no prompt", { model: VALID.model }, 400, { param: "prompt", code: "missing_required_parameter" }],
    ["an empty prompt", { ...VALID, prompt: "" }, 400, { param: "prompt", code: "empty_string" }],
    ["a prompt that is no text", { ...VALID, prompt: 7 }, 400, { param: "prompt", code: "invalid_type" }],
    [
      "a prompt that is too long",
      { ...VALID, prompt: "x".repeat(32_001) },
      400,
      { param: "prompt", code: "string_above_max_length" },
    ],
    [
      "size 1x1",
      { ...VALID, size: "1x1" },
      400,
      { param: "size", code: "invalid_value", message: /^size: "1x1".*"\d+x\d+"/ },
    ],
    ["too many", { ...VALID, n: 11 }, 400, { param: "n", code: "integer_above_max_value" }],
    ["too few", { ...VALID, n: 0 }, 400, { param: "n", code: "integer_below_min_value" }],
    ["half an image", { ...VALID, n: 1.5 }, 400, { param: "n", code: "invalid_type" }],
    ["a number as text", { ...VALID, n: "2" }, 400, { param: "n", code: "invalid_type" }],
    ["a number beyond all", `{"model":"${MODEL}","prompt":"a","n":1e400}`, 400, { param: "n", code: "invalid_type" }],
    [
      "an unknown field",
      { ...VALID, qualty: "low" },
      400,
      { param: "qualty", code: "unknown_parameter", message: /did you mean "quality"/ },
    ],
    [
      "a field in another spelling",
      { ...VALID, outputFormat: "png" },
      400,
      { param: "outputFormat", code: "unknown_parameter", message: /output_format/ },
    ],
    [
      "a field of another model",
      { ...VALID, response_format: "url" },
      400,
      { param: "response_format", code: "unknown_parameter" },
    ],
    [
      "a prototype",
      `{"model":"${MODEL}","prompt":"a","__proto__":{"n":10}}`,
      400,
      { param: "__proto__", code: "unknown_parameter" },
    ],
    ["an image", { ...VALID, image: "x" }, 400, { param: "image", code: "unknown_parameter" }],
    [
      "transparent JPEG",
      { ...VALID, background: "transparent", output_format: "jpeg" },
      400,
      { param: "output_format", code: "invalid_value" },
    ],
    ["a field twice", `{"model":"${MODEL}","prompt":"a","n":1,"n":10}`, 400, { param: "n", code: "duplicate_key" }],
    ["broken JSON", '{"prompt":', 400, { param: null, code: "invalid_json" }],
    ["nothing", "", 400, { param: null, code: "invalid_json" }],
    ["a list", "[]", 400, { param: null, code: "invalid_json" }],
    [
      "a body of megabytes",
      JSON.stringify({ ...VALID, prompt: "x".repeat(600_000) }),
      413,
      { param: null, code: "request_too_large" },
    ],
  ])("%s", async (_, body, status, { message, ...expected }) => {
    const reply = await generate(body);
    expect(reply.status).toBe(status);
    const error = await errorOf(reply);
    expect(error).toMatchObject({ type: "invalid_request_error", ...expected });
    if (message) expect(error.message).toMatch(message);
  });

  test("all that is wrong is told at once", async () => {
    const error = await errorOf(await generate({ model: VALID.model, size: "1x1", n: 99, colour: "red" }));
    expect(error.issues!.map(({ param }) => param)).toEqual(expect.arrayContaining(["prompt", "size", "n", "colour"]));
  });

  test.each([
    ["a form", "application/x-www-form-urlencoded"],
    ["text, which a page may send without asking", "text/plain"],
    ["no type at all", ""],
    ["another charset", "application/json; charset=utf-16"],
  ])("%s", async (_, type) => {
    const reply = await generate(VALID, { "content-type": type });
    expect(reply.status).toBe(415);
    expect(await errorOf(reply)).toMatchObject({ code: "unsupported_content_type" });
  });

  test.each(["gzip", "br", "identity", "deflate"])("a body with Content-Encoding %s", async (encoding) => {
    expect((await generate(VALID, { "content-encoding": encoding })).status).toBe(415);
  });
});

describe("what the upstream gets", () => {
  test("the request as it was checked, and no header of the caller's", async () => {
    upstream.expect(json(PICTURE));
    const reply = await generate(
      { ...VALID, n: 2, stream: false, user: "ü" },
      {
        accept: "text/event-stream",
        cookie: "session=1",
        connection: "keep-alive",
        "x-api-key": "mine",
        "api-key": "mine",
        "openai-organization": "org-mine",
        "openai-project": "proj-mine",
        "openai-beta": "assistants=v2",
        "idempotency-key": "1",
        "x-forwarded-for": "203.0.113.7",
        "x-stainless-retry-count": "0",
        "x-sandbox-fault": "429",
        "accept-language": "tlh",
        "user-agent": "a caller",
        referer: "https://caller.example/",
        origin: worker.address,
        te: "trailers",
      },
    );
    expect(reply.status).toBe(200);
    expect(await reply.json()).toEqual(PICTURE);
    const [call] = upstream.calls;
    expect(call).toMatchObject({ method: "POST", path: "/v1/images/generations" });
    expect(JSON.parse(call!.body().toString())).toEqual({ ...VALID, n: 2, stream: false, ...NAMED });
    const { host, "content-length": length, connection, "accept-encoding": encoding, ...rest } = call!.headers;
    expect(rest).toEqual({
      accept: "application/json, text/event-stream",
      authorization: `Bearer ${KEY}`,
      "content-type": "application/json",
      "openai-organization": "org-canary-1234",
      "openai-project": "proj-canary-1234",
      "user-agent": expect.stringMatching(/^gpt-image-edge\//),
      // By which this call is found in the upstream's log, and in ours.
      "x-client-request-id": reply.headers.get("x-operation-id"),
      // Cloudflare's own, on every request of a worker; wrangler imitates it.
      "cf-worker": expect.any(String),
    });
    expect(`http://${host}`).toBe(upstream.address);
    expect(Number(length)).toBe(call!.body().length);
    expect(JSON.stringify(rest)).not.toMatch(new RegExp(`${TOKEN}|mine|session|caller|tlh|203`));
    void [connection, encoding];
  });

  test("a query goes nowhere", async () => {
    upstream.expect(json(PICTURE));
    await worker.send("/v1/images/generations?n=10&api-version=1", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(VALID),
    });
    expect(upstream.calls[0]!.path).toBe("/v1/images/generations");
  });

  test("a model, where none was named", async () => {
    for (const body of [{ prompt: "a" }, { prompt: "a", model: null }]) {
      upstream.expect(json(PICTURE));
      expect((await generate(body)).status).toBe(200);
      expect(JSON.parse(upstream.calls[0]!.body().toString())).toMatchObject({
        prompt: "a",
        model: expect.stringMatching(/^gpt-image-/),
      });
    }
  });

  test("models and sizes nobody knows yet", async () => {
    upstream.expect(json(PICTURE));
    expect((await generate({ ...VALID, model: "gpt-image-9" })).status).toBe(200);
  });

  test("the longest prompt in the widest spelling", async () => {
    upstream.expect(json(PICTURE));
    const escaped = "\\ud83d\\ude80".repeat(32_000);
    expect((await generate(`{"model":"${MODEL}","prompt":"${escaped}"}`)).status).toBe(200);
    expect((JSON.parse(upstream.calls[0]!.body().toString()) as { prompt: string }).prompt).toBe("🚀".repeat(32_000));
  });
});

describe("what comes back", () => {
  test("the headers that clients need, and no others", async () => {
    const passed = {
      "openai-processing-ms": "1234",
      "retry-after": "2",
      "retry-after-ms": "1500",
      "x-ratelimit-limit-requests": "5",
      "x-ratelimit-remaining-tokens": "99000",
      "x-ratelimit-reset-requests": "6m0s",
      "x-request-id": "req_abc",
      "x-should-retry": "false",
    };
    const kept = {
      "set-cookie": "a=b",
      server: "x",
      "openai-organization": "org",
      "access-control-allow-origin": "*",
      "x-powered-by": "y",
      "cache-control": "public",
      link: "</>",
      refresh: "0;url=https://evil.example",
    };
    upstream.expect(json(PICTURE, 200, { ...passed, ...kept }));
    const { headers } = await generate();
    for (const [name, value] of Object.entries(passed)) expect(headers.get(name)).toBe(value);
    for (const name of Object.keys(kept)) if (name !== "cache-control") expect(headers.get(name)).toBeNull();
    expect(headers.get("cache-control")).toBe("no-store");
    expect(headers.get("content-type")).toBe("application/json");
  });

  test("no header whose value is not of its form", async () => {
    upstream.expect(
      json(PICTURE, 200, {
        "x-request-id": "<script>",
        "retry-after": "x".repeat(100),
        "x-ratelimit-limit-requests": KEY,
        "x-ratelimit-reset-tokens": "soon",
      }),
    );
    const { headers } = await generate();
    for (const name of ["retry-after", "x-ratelimit-limit-requests", "x-ratelimit-reset-tokens"])
      expect(headers.get(name)).toBeNull();
    expect(headers.get("x-request-id")).toMatch(/^req_[0-9a-f]{32}$/);
  });

  test.each([
    [
      400,
      {
        error: {
          message: "Your request was rejected.",
          type: "image_generation_user_error",
          param: null,
          code: "moderation_blocked",
          moderation_details: { moderation_stage: "input", categories: ["violence"] },
        },
      },
    ],
    [
      403,
      {
        error: {
          message: "Your organization must be verified.",
          type: "invalid_request_error",
          param: null,
          code: null,
        },
      },
    ],
    [
      404,
      { error: { message: "No such model.", type: "invalid_request_error", param: "model", code: "model_not_found" } },
    ],
    [429, { error: { message: "Slow down.", type: "requests", param: null, code: "rate_limit_exceeded" } }],
    [500, { error: { message: "Oops.", type: "server_error", param: null, code: null } }],
    [503, { error: { message: "Busy.", type: "server_error", param: null, code: "server_is_overloaded" } }],
  ])("an error %i as it is", async (status, body) => {
    upstream.expect(json({ ...body, debug: "internal" }, status, { "x-request-id": "req_1" }));
    const reply = await generate();
    expect(reply.status).toBe(status);
    expect(reply.headers.get("x-request-id")).toBe("req_1");
    // What may have been billed says so, and that sending it again would be another call.
    const unclear = status >= 500;
    const told = unclear ? { error: { ...body.error, charged: true, retryable: false } } : body;
    expect(await reply.json()).toEqual(told);
    expect(reply.headers.get("x-should-retry")).toBe(unclear ? "false" : null);
  });

  test.each([
    ["HTML", "text/html", "<html>Bad gateway</html>"],
    ["half a JSON", "application/json", '{"error":{"message":"x'],
    ["another JSON", "application/json", '{"detail":"x"}'],
    ["nothing", "", ""],
    ["a megabyte", "application/json", JSON.stringify({ error: { message: "x".repeat(1_000_000) } })],
  ])("an error made of %s, in OpenAI's form", async (_, type, body) => {
    upstream.expect((__, response) => void response.writeHead(502, type ? { "content-type": type } : {}).end(body));
    const reply = await generate();
    expect(reply.status).toBe(502);
    expect(await errorOf(reply)).toEqual({
      message: "The upstream answered with status 502.",
      type: "server_error",
      param: null,
      code: "upstream_error",
      charged: true,
      retryable: false,
    });
  });

  test("a refused key is the operator's matter", async () => {
    upstream.expect(
      json(
        {
          error: {
            message: `Incorrect API key provided: ${KEY}.`,
            type: "invalid_request_error",
            param: null,
            code: "invalid_api_key",
          },
        },
        401,
      ),
    );
    const reply = await generate();
    expect(reply.status).toBe(502);
    expect(await errorOf(reply)).toMatchObject({
      code: "upstream_key_refused",
      message: expect.not.stringContaining(KEY),
    });
  });

  test.each([
    ["HTML", "text/html", "<html></html>"],
    ["a script", "text/javascript", "alert(1)"],
    ["SVG", "image/svg+xml", "<svg/>"],
    ["no type", "", "{}"],
  ])("200 with %s is no picture", async (_, type, body) => {
    upstream.expect((__, response) => void response.writeHead(200, type ? { "content-type": type } : {}).end(body));
    const reply = await generate();
    expect(reply.status).toBe(502);
    expect(await errorOf(reply)).toMatchObject({ code: "upstream_protocol" });
  });

  test("an upstream that hangs up", async () => {
    upstream.expect((_, response) => void response.destroy());
    const reply = await generate();
    expect(reply.status).toBe(502);
    expect(await errorOf(reply)).toMatchObject({
      code: "upstream_unreachable",
      message: expect.not.stringContaining("127.0.0.1"),
    });
  });
});

describe("redirects are not followed", () => {
  test.each([301, 302, 303, 307, 308, 300, 304])("%i", async (status) => {
    const elsewhere = await startUpstream();
    elsewhere.expect(() => undefined);
    try {
      upstream.expect(
        (_, response) =>
          void response.writeHead(status, { location: `${elsewhere.address}/v1/images/generations` }).end(),
      );
      const reply = await generate();
      expect(reply.status).toBe(502);
      expect(reply.headers.get("location")).toBeNull();
      expect(await errorOf(reply)).toMatchObject({ code: "upstream_redirect" });
      expect(elsewhere.calls).toEqual([]);
    } finally {
      await elsewhere.close();
    }
  });
});

describe("streams", () => {
  const event = (type: string, more: object) => `event: ${type}\ndata: ${JSON.stringify({ type, ...more })}\n\n`;

  test("each event arrives before the next is sent", async () => {
    const events = ["one", "two", "three"].map((b64_json) => event("image_generation.partial_image", { b64_json }));
    const steps = events.map(() => {
      let go = () => {};
      return { gone: new Promise<void>((resolve) => (go = resolve)), go: () => go() };
    });
    upstream.expect(async (call, response) => {
      await call.complete;
      response.writeHead(200, { "content-type": "text/event-stream; charset=utf-8" });
      for (const [index, text] of events.entries()) {
        response.write(text);
        await steps[index]!.gone;
      }
      response.end();
    });
    // What SDKs send: Accept says JSON even for a stream.
    const reply = await generate({ ...VALID, stream: true, partial_images: 2 }, { accept: "application/json" });
    expect(reply.headers.get("content-type")).toBe("text/event-stream; charset=utf-8");
    const reader = reply.body!.pipeThrough(new TextDecoderStream()).getReader();
    for (const [index, text] of events.entries()) {
      let got = "";
      // Were anything buffered this would wait for ever: the upstream waits for us.
      while (!got.endsWith(text)) got += (await reader.read()).value!;
      expect(got.slice(0, -text.length)).toMatch(new RegExp(`^id: op_[0-9a-f]{64}:${index + 1}\n$`));
      steps[index]!.go();
    }
    // It ended without its picture, and says so in the stream.
    expect((await reader.read()).value).toContain("upstream_cut");
    expect((await reader.read()).done).toBe(true);
  });

  test("a large reply comes through byte for byte", async () => {
    const b64_json = Buffer.alloc(6_000_000, 7).toString("base64");
    upstream.expect(json({ ...PICTURE, data: [{ b64_json }] }));
    const reply = await generate();
    expect(((await reply.json()) as typeof PICTURE).data[0]!.b64_json).toBe(b64_json);
  });

  test("a stream that breaks off between events ends with an error that says so", async () => {
    upstream.expect((_, response) => {
      response.writeHead(200, { "content-type": "text/event-stream" }).write("data: x\n\n");
      setTimeout(() => response.destroy(), 50);
    });
    const reply = await generate({ ...VALID, stream: true });
    expect(await reply.text()).toMatch(
      /^id: op_\w+:1\ndata: x\n\nid: op_\w+:2\nevent: error\ndata: .*"code":"upstream_cut","retryable":false,"charged":true/,
    );
  });

  test("a stream that breaks off inside an event breaks off", async () => {
    upstream.expect((_, response) => {
      response.writeHead(200, { "content-type": "text/event-stream" }).write(`data: ${"x".repeat(100_000)}`);
      setTimeout(() => response.destroy(), 50);
    });
    const reply = await generate({ ...VALID, stream: true });
    await expect(reply.text()).rejects.toThrow();
  });
});

describe("the key", () => {
  /** Everything that could be recognised as the key or the organisation, as far as a careless upstream would spell it. */
  const spellings = [KEY, "org-canary-1234", "proj-canary-1234"].flatMap((secret) => [
    secret,
    Buffer.from(secret).toString("base64").replace(/=+$/, ""),
    Buffer.from(secret).toString("hex"),
    encodeURIComponent(secret),
  ]);
  const leaks = (text: string) => spellings.filter((spelling) => text.includes(spelling));

  test("is not in an error that echoes it", { timeout: 120_000 }, async () => {
    for (const status of [400, 401, 403, 404, 429, 500, 503])
      for (const spelling of spellings) {
        upstream.expect(
          json(
            {
              error: {
                message: `bad ${spelling}`,
                type: spelling,
                param: spelling,
                code: spelling,
                moderation_details: { x: spelling },
              },
            },
            status,
            {
              "x-request-id": spelling,
              "retry-after": spelling,
              location: `https://evil.example/${spelling}`,
              "x-echo": spelling,
            },
          ),
        );
        const reply = await generate();
        expect(leaks(`${await reply.text()}\n${JSON.stringify([...reply.headers])}`)).toEqual([]);
      }
  });

  test("is not in a reply to a redirect, nor in the log", async () => {
    upstream.expect(
      (_, response) => void response.writeHead(307, { location: `https://evil.example/${KEY}` }).end(KEY),
    );
    const reply = await generate();
    expect(leaks(`${await reply.text()}\n${JSON.stringify([...reply.headers])}`)).toEqual([]);
    upstream.expect((_, response) => void response.destroy());
    await (await generate()).text();
    expect(leaks(worker.logs())).toEqual([]);
    expect(worker.logs()).not.toContain(TOKEN);
  });
});

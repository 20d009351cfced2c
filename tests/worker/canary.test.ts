// The key cannot get out: whatever a hostile upstream does with it, it is searched for in every byte that leaves.

import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { spellings } from "../../worker/src/operation/secrets.ts";
import { ACCOUNT, bearer, expectBalanced } from "./support/account.ts";
import { MODEL } from "./support/model.ts";
import { PICTURE, startUpstream, type Upstream } from "./support/upstream.ts";
import { KEY, startWorker, type Running } from "./support/worker.ts";

let upstream: Upstream;
let elsewhere: Upstream;
let worker: Running;

beforeAll(async () => {
  [upstream, elsewhere] = await Promise.all([startUpstream(), startUpstream()]);
  worker = await startWorker({
    ...ACCOUNT,
    UPSTREAM: "openai",
    UPSTREAM_BASE_URL: upstream.address,
    OPENAI_API_KEY: KEY,
  });
});
afterAll(async () => {
  await worker.close();
  await upstream.close();
  await elsewhere.close();
});

const FORMS = [...spellings(KEY), ...spellings(`Bearer ${KEY}`), [...KEY].join("\0")];
const holds = (text: string) => FORMS.some((form) => text.includes(form));

const JSON_TYPE = { "content-type": "application/json" };
const STREAM_TYPE = { "content-type": "text/event-stream" };
const event = (data: object) => `data: ${JSON.stringify(data)}\n\n`;
const error = (message: string) => JSON.stringify({ error: { message, type: message, code: message, param: message } });
const pad = "x".repeat(40_000);

describe.each([
  ["raw", KEY],
  ["as it was sent", `Bearer ${KEY}`],
  ["in base64", Buffer.from(KEY).toString("base64")],
  ["in base64 with its scheme", Buffer.from(`Bearer ${KEY}`).toString("base64")],
  ["in hexadecimal", Buffer.from(KEY).toString("hex")],
  ["in an address", encodeURIComponent(KEY)],
])("%s", (_, echo) => {
  test.each<[string, number, Record<string, string>, string]>([
    ["an error", 400, JSON_TYPE, error(echo)],
    ["an error of the server", 500, JSON_TYPE, error(`${pad}${echo}`)],
    ["a page", 502, { "content-type": "text/html" }, `<p>${echo}</p>`],
    ["a refusal of the key", 401, JSON_TYPE, error(echo)],
    ["a redirect", 307, { location: `/elsewhere?key=${encodeURIComponent(echo)}` }, ""],
    ["a redirect elsewhere", 308, { location: "ELSEWHERE" }, ""],
    ["headers that pass", 429, { ...JSON_TYPE, "x-request-id": echo, "retry-after": echo }, error("x")],
    ["headers of a good answer", 200, { ...JSON_TYPE, "x-request-id": echo, server: echo }, JSON.stringify(PICTURE)],
    ["its content type", 200, { "content-type": `application/json; k="${echo}"` }, JSON.stringify(PICTURE)],
    ["a good answer", 200, JSON_TYPE, JSON.stringify({ ...PICTURE, background: echo })],
    ["a long answer", 200, JSON_TYPE, JSON.stringify({ ...PICTURE, pad, echo, more: pad })],
    ["a picture", 200, JSON_TYPE, JSON.stringify({ ...PICTURE, data: [{ b64_json: `AAAA${echo}` }] })],
    ["an event", 200, STREAM_TYPE, event({ type: "image_generation.partial_image", b64_json: pad, echo })],
    ["an error event", 200, STREAM_TYPE, event({ type: "error", error: { message: echo, code: echo } })],
    ["a comment", 200, STREAM_TYPE, `: ${echo}\n\n`],
    ["the name of an event", 200, STREAM_TYPE, `event: ${echo}\ndata: 1\n\n`],
  ])("in %s", async (_, status, headers, body) => {
    const answered: Record<string, string> = {};
    for (const [name, value] of Object.entries(headers))
      answered[name] = value.replace("ELSEWHERE", `${elsewhere.address}/?${encodeURIComponent(echo)}`);
    upstream.expect(async (call, response) => {
      await call.complete;
      response.writeHead(status, answered).end(body);
    });
    const authorization = await bearer({ sub: "anybody", budget: 100 });
    const stream = headers["content-type"] === "text/event-stream";
    const reply = await worker.send("/v1/images/generations", {
      method: "POST",
      headers: { authorization, "content-type": "application/json" },
      body: JSON.stringify({ model: MODEL, prompt: "a cat", quality: "low", size: "1024x1024", stream }),
    });
    let text = [...reply.headers].join("\n");
    const reader = reply.body?.getReader();
    const decoder = new TextDecoder();
    // Also what came before an answer that was broken off.
    for (;;) {
      const chunk = await reader?.read().catch(() => undefined);
      if (!chunk || chunk.done) break;
      text += decoder.decode(chunk.value, { stream: true });
    }
    const id = reply.headers.get("x-operation-id");
    if (id)
      for (const path of [`/v1/operations/${id}`, `/v1/operations/${id}/result`]) {
        const kept = await worker.send(path, { headers: { authorization } });
        text += [...kept.headers].join("\n") + (await kept.text().catch(() => ""));
      }
    // The control: the key was in what the upstream had, and what it said.
    expect(holds(upstream.calls[0]!.headers["authorization"]!)).toBe(true);
    expect(holds(decodeURIComponent(JSON.stringify(answered) + body.replaceAll("%", "%25")))).toBe(true);
    expect(holds(text)).toBe(false);
    expect(holds(worker.logs())).toBe(false);
    expect(elsewhere.calls).toHaveLength(0);
  });
});

test("nor by any other address", async () => {
  upstream.verify();
  let text = "";
  for (const path of ["/", "/healthz", "/config.json", "/openapi.json", "/v1/models", "/v1/usage", "/metrics", "/x"]) {
    const reply = await worker.send(path, { headers: { authorization: await bearer({ sub: "a", budget: 1 }) } });
    text += [...reply.headers].join("\n") + (await reply.text());
  }
  expect(holds(text)).toBe(false);
  await expectBalanced(worker);
});

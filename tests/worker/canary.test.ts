// The key cannot get out: whatever a hostile upstream does with it, it is searched for in every byte that leaves.

import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { ACCOUNT, ADMIN, bearer, expectBalanced } from "./support/account.ts";
import { holds, startPlainProxy } from "./support/canary.ts";
import { random } from "../sim/clock.ts";
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

const JSON_TYPE = { "content-type": "application/json" };
const STREAM_TYPE = { "content-type": "text/event-stream" };
const event = (data: object) => `data: ${JSON.stringify(data)}\n\n`;
const error = (message: string) => JSON.stringify({ error: { message, type: message, code: message, param: message } });
const pad = "x".repeat(40_000);

/** Every byte that leaves because of a call: its answer, also what came before it was broken off, and what is kept of it. */
async function everything(reply: Response, authorization: string): Promise<string> {
  let text = [...reply.headers].join("\n");
  const reader = reply.body?.getReader();
  const decoder = new TextDecoder("latin1");
  for (;;) {
    const chunk = await reader?.read().catch(() => undefined);
    if (!chunk || chunk.done) break;
    text += decoder.decode(chunk.value, { stream: true });
  }
  const id = reply.headers.get("x-operation-id");
  for (const path of id ? [`/v1/operations/${id}`, `/v1/operations/${id}/result`] : []) {
    const kept = await worker.send(path, { headers: { authorization } });
    text += [...kept.headers].join("\n") + (await kept.text().catch(() => ""));
  }
  return text;
}
const ask = (address: string, authorization: string, stream: boolean) =>
  fetch(`${address}/v1/images/generations`, {
    method: "POST",
    redirect: "manual",
    headers: { authorization, "content-type": "application/json" },
    body: JSON.stringify({ model: MODEL, prompt: "a cat", quality: "low", size: "1024x1024", stream }),
  });
const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

describe.each([
  ["raw", KEY],
  ["as it was sent", `Bearer ${KEY}`],
  ["in base64", Buffer.from(KEY).toString("base64")],
  ["in base64 with its scheme", Buffer.from(`Bearer ${KEY}`).toString("base64")],
  ["in hexadecimal", Buffer.from(KEY).toString("hex")],
  ["in capital hexadecimal", Buffer.from(KEY).toString("hex").toUpperCase()],
  ["in an address, every byte of it", Buffer.from(KEY).toString("hex").replace(/../g, "%$&")],
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
    const text = await everything(reply, authorization);
    // The control: the key was in what the upstream had, and what it said.
    expect(holds(upstream.calls[0]!.headers["authorization"]!)).toBe(true);
    expect(holds(decodeURIComponent(JSON.stringify(answered) + body.replaceAll("%", "%25")))).toBe(true);
    expect(holds(text)).toBe(false);
    expect(holds(worker.logs())).toBe(false);
    expect(elsewhere.calls).toHaveLength(0);
  });
});

describe("cut in two chunks, at every fourth place", () => {
  test.each([
    ["an answer", false, (echo: string) => JSON.stringify({ ...PICTURE, echo })],
    ["an event", true, (echo: string) => event({ type: "image_generation.partial_image", b64_json: pad, echo })],
  ])("of %s", async (_, stream, body) => {
    const authorization = await bearer({ sub: "cutter", budget: 100, concurrency: 100 });
    for (const echo of [KEY, Buffer.from(KEY).toString("base64"), Buffer.from(KEY).toString("hex")])
      await Promise.all(
        Array.from({ length: Math.floor(echo.length / 4) }, async (_, part) => {
          const text = body(echo);
          const at = text.indexOf(echo) + 4 * part;
          upstream.expect(async (call, response) => {
            await call.complete;
            response.writeHead(200, stream ? STREAM_TYPE : JSON_TYPE);
            response.write(text.slice(0, at));
            await sleep(30);
            response.end(text.slice(at));
          });
          const left = await everything(await ask(worker.address, authorization, stream), authorization);
          expect(holds(left)).toBe(false);
          // Nor most of it: what could become the key waits for what follows.
          expect(left).not.toContain(echo.slice(0, 8));
        }),
      );
    expect(holds(worker.logs())).toBe(false);
  });
});

describe("a hostile upstream by chance", () => {
  const ROUNDS = Number(process.env["CANARY_ROUNDS"] ?? 60);
  const SEED = Number(process.env["SEED"] ?? 3);

  test(
    `${ROUNDS} answers: the key leaves the worker in none, and a plain proxy in most`,
    { timeout: 600_000 },
    async () => {
      const next = random(SEED);
      const among = <T>(values: readonly T[]): T => values[Math.floor(next() * values.length)]!;
      const authorization = await bearer({ sub: "chance", budget: 1000, concurrency: 100 });
      const plain = await startPlainProxy(upstream.address, KEY);
      const echoes = [KEY, `Bearer ${KEY}`].flatMap((text) => {
        const bytes = Buffer.from(text);
        const shifted = Buffer.from(`x${text}`).toString("base64");
        const escaped = bytes.toString("hex").replace(/../g, "%$&");
        return [text, bytes.toString("base64"), shifted, bytes.toString("base64url"), bytes.toString("hex"), escaped];
      });
      const junk = () => "x".repeat(Math.floor(next() ** 4 * 30_000));
      let leaked = 0;
      try {
        for (let round = 0; round < ROUNDS; round++) {
          const stream = next() < 0.5;
          const status = among([200, 200, 200, 400, 401, 403, 404, 409, 429, 500, 502, 503, 301, 302, 307, 308]);
          const headers: Record<string, string> = { ...(stream ? STREAM_TYPE : JSON_TYPE) };
          // Some of the headers that pass, many that do not.
          const flood = next() < 0.3 ? 60 : 2;
          const names = [
            "x-request-id",
            "retry-after",
            "openai-processing-ms",
            "x-ratelimit-reset-requests",
            "location",
          ];
          for (let count = 0; count < flood; count++)
            headers[next() < 0.3 ? among(names) : `x-flood-${count}`] = encodeURI(among(echoes));
          const told = () => ({ message: junk() + among(echoes) + junk(), code: among(echoes), param: among(echoes) });
          const pieces = stream
            ? Array.from({ length: 1 + Math.floor(next() * 3) }, () =>
                among([
                  event({ type: "image_generation.partial_image", b64_json: junk(), [among(echoes)]: 1 }),
                  event({
                    type: "image_generation.completed",
                    b64_json: junk(),
                    usage: PICTURE.usage,
                    x: among(echoes),
                  }),
                  event({ type: "error", error: told() }),
                  `: ${junk()}${among(echoes)}\n\n`,
                  `id: ${among(echoes)}\nevent: ${among(echoes)}\ndata: {}\n\n`,
                ]),
              )
            : [
                status >= 400
                  ? JSON.stringify({ error: told() })
                  : JSON.stringify({ ...PICTURE, x: junk() + among(echoes) }),
              ];
          const body = pieces.join("");
          const cuts = Array.from({ length: Math.floor(next() * 3) }, () => Math.floor(next() * body.length));
          const ends = [...cuts.sort((a, b) => a - b), body.length];
          upstream.expect(async (call, response) => {
            await call.complete;
            response.writeHead(status, headers);
            for (const [index, end] of ends.entries()) {
              response.write(body.slice(ends[index - 1] ?? 0, end));
              await sleep(5);
            }
            if (next() < 0.1) response.destroy();
            else response.end();
          });
          const left = await everything(await ask(worker.address, authorization, stream), authorization);
          expect(holds(left), `round ${round} of seed ${SEED}`).toBe(false);
          const reply = await ask(plain.address, authorization, stream);
          const all = [...reply.headers].join("\n") + (await reply.text().catch(() => ""));
          if (holds(all)) leaked++;
        }
      } finally {
        await plain.close();
      }
      // The positive control: what was searched for was there, and the search finds it.
      expect(leaked).toBeGreaterThan(ROUNDS * 0.9);
      expect(holds(worker.logs())).toBe(false);
    },
  );
});

test("nor by any other address", async () => {
  upstream.verify();
  let text = "";
  for (const path of ["/", "/healthz", "/config.json", "/openapi.json", "/v1/models", "/v1/usage", "/metrics", "/x"]) {
    const authorization = path === "/metrics" ? `Bearer ${ADMIN}` : await bearer({ sub: "a", budget: 1 });
    const reply = await worker.send(path, { headers: { authorization } });
    text += [...reply.headers].join("\n") + (await reply.text());
  }
  expect(holds(text)).toBe(false);
  await expectBalanced(worker);
});

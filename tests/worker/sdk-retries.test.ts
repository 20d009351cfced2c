// The SDKs with their own retries on, and a fault at every step: the upstream's book shows at most one POST that could have
// been billed for each idempotency key.

import type { ServerResponse } from "node:http";

import { createOpenAI } from "@ai-sdk/openai";
import { generateImage } from "ai";
import OpenAI, { toFile } from "openai";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { expectBalanced, ACCOUNT, bearer } from "./support/account.ts";
import { noise } from "./support/bytes.ts";
import { startFaultProxy, type Faults } from "./support/fault-proxy.ts";
import { MODEL } from "./support/model.ts";
import { png } from "./support/pictures.ts";
import { PICTURE, startUpstream, type Upstream } from "./support/upstream.ts";
import { KEY, startWorker, type Running } from "./support/worker.ts";

let upstream: Upstream;
let worker: Running;
let token: string;
/** POSTs that came whole and were not refused before any work, by the case that their prompt names. */
const book = new Map<string, number>();
/** What happens to the first POST of a case at the upstream. */
const faulty = new Map<string, (response: ServerResponse) => void>();

beforeAll(async () => {
  upstream = await startUpstream();
  upstream.expect(async (call, response) => {
    if (!(await call.complete)) return;
    const text = call.body().toString("latin1");
    const name = /case-[\w-]+/.exec(text)![0];
    const fault = faulty.get(name);
    faulty.delete(name);
    if (!(fault && UNBILLED.has(fault))) book.set(name, (book.get(name) ?? 0) + 1);
    if (fault) return fault(response);
    if (!/"stream":true/.test(text)) return answer(response, 200, whole);
    response.writeHead(200, { "content-type": "text/event-stream" });
    response.end(
      `data: ${JSON.stringify({ type: "image_generation.completed", b64_json: B64, usage: PICTURE.usage })}\n\n`,
    );
  });
  worker = await startWorker({
    ...ACCOUNT,
    UPSTREAM: "openai",
    UPSTREAM_BASE_URL: upstream.address,
    OPENAI_API_KEY: KEY,
  });
  token = (await bearer({ sub: "retries", budget: 100, concurrency: 1000 })).slice("Bearer ".length);
});
afterAll(async () => {
  await worker.close();
  await upstream.close();
});

const answer = (response: ServerResponse, status: number, body: string, headers: Record<string, string> = {}) =>
  void response.writeHead(status, { "content-type": "application/json", ...headers }).end(body);
const oops = (code: string) => JSON.stringify({ error: { message: "Oops.", type: "server_error", code } });
const limited = (response: ServerResponse) =>
  answer(response, 429, oops("rate_limit_exceeded"), { "retry-after-ms": "1" });
const UNBILLED = new Set<(response: ServerResponse) => void>([limited]);

/** Longer than all headers, also where somebody compresses it on the way. */
const B64 = Buffer.from(noise(9000)).toString("base64");
const whole = JSON.stringify({ ...PICTURE, data: [{ b64_json: B64 }] });
/** Faults of the upstream behind the whole request, and whether the SDK has a picture in the end all the same. */
const AT_THE_UPSTREAM: [string, (response: ServerResponse) => void, boolean][] = [
  ["a rate limit", limited, true],
  ["408", (response) => answer(response, 408, oops("late")), false],
  ["409", (response) => answer(response, 409, oops("conflict")), false],
  ["500", (response) => answer(response, 500, oops("oops")), false],
  [
    "503 with a hint",
    (response) => answer(response, 503, oops("busy"), { "retry-after-ms": "1", "x-should-retry": "true" }),
    false,
  ],
  ["a reset before the answer", (response) => void response.destroy(), false],
  [
    "a reset behind the head",
    (response) => {
      response.writeHead(200, { "content-type": "application/json", "content-length": "99999" }).flushHeaders();
      setTimeout(() => response.destroy(), 20);
    },
    false,
  ],
  [
    "a reset inside the answer",
    (response) => {
      response.writeHead(200, { "content-type": "application/json" }).write(whole.slice(0, whole.length / 2));
      setTimeout(() => response.destroy(), 20);
    },
    false,
  ],
  ["an answer that ends too early", (response) => answer(response, 200, whole.slice(0, -9)), false],
  [
    "an answer that is HTML",
    (response) => void response.writeHead(200, { "content-type": "text/html" }).end("<p>"),
    false,
  ],
];
/** Faults between the SDK and the worker, on its first two connections. */
const ON_THE_WAY: [string, Faults][] = [
  ["cut before the request", { up: { cutAfter: 0 } }],
  ["cut inside the headers of the request", { up: { cutAfter: 150 } }],
  ["cut behind the request", { down: { cutAfter: 0 } }],
  ["cut inside the headers of the answer", { down: { cutAfter: 40 } }],
  ["cut inside the answer", { down: { cutAfter: 3000 } }],
];

const common = { model: MODEL, size: "1024x1024", quality: "low" } as const;
/** Asks for a picture of a prompt under a key, with two retries; true when there was one. */
const SDKS: Record<string, (address: string, prompt: string) => Promise<boolean>> = {
  "openai generates": async (address, prompt) =>
    (await official(address, prompt).images.generate({ ...common, prompt })).data!.length === 1,
  "openai streams": async (address, prompt) => {
    const stream = await official(address, prompt).images.generate({ ...common, prompt, stream: true });
    for await (const event of stream) if (event.type === "image_generation.completed") return true;
    return false;
  },
  "openai edits": async (address, prompt) => {
    const image = await toFile(png(64, 64), "a.png", { type: "image/png" });
    return (await official(address, prompt).images.edit({ ...common, prompt, image })).data!.length === 1;
  },
  "ai generates": (address, prompt) => byAi(address, prompt, prompt),
  "ai edits": (address, prompt) => byAi(address, prompt, { text: prompt, images: [png(64, 64)] }),
};
const official = (address: string, key: string) =>
  new OpenAI({
    ...{ baseURL: `${address}/v1`, apiKey: token, maxRetries: 2 },
    defaultHeaders: { "idempotency-key": key },
  });
async function byAi(address: string, key: string, prompt: Parameters<typeof generateImage>[0]["prompt"]) {
  const { images } = await generateImage({
    model: createOpenAI({ baseURL: `${address}/v1`, apiKey: token }).image(MODEL),
    prompt,
    size: "1024x1024",
    providerOptions: { openai: { quality: "low" } },
    headers: { "idempotency-key": key },
    maxRetries: 2,
  });
  return images.length === 1;
}

let counter = 0;
const nextCase = () => `case-${++counter}`;

describe.each(Object.entries(SDKS))("%s", (sdk, draw) => {
  test.concurrent.each(AT_THE_UPSTREAM)("%s at the upstream", async (_, fault, good) => {
    const name = nextCase();
    faulty.set(name, fault);
    const drawn = await draw(worker.address, name).catch(() => false);
    // What is cut inside a stream is an error event, behind which the SDK ends without an error of its own.
    expect(drawn).toBe(good);
    expect(faulty.has(name)).toBe(false);
    expect(book.get(name)).toBe(1);
    // Whoever asks once more under the key is told the same, or has the same.
    expect(await draw(worker.address, name).catch(() => false)).toBe(good);
    expect(book.get(name)).toBe(1);
  });

  test.concurrent.each(ON_THE_WAY)("%s, twice, on the way to the worker", async (_, faults) => {
    const name = nextCase();
    const proxy = await startFaultProxy(worker.address);
    try {
      proxy.break(() => (proxy.connections <= 2 ? faults : {}));
      // An SDK does not ask again for an answer that broke off inside: then its user does.
      let drawn = false;
      for (let tries = 0; tries < 3 && !drawn; tries++) drawn = await draw(proxy.address, name).catch(() => false);
      expect(proxy.connections).toBeGreaterThan(1);
      expect([sdk, drawn]).toEqual([sdk, true]);
      expect(book.get(name)).toBe(1);
    } finally {
      await proxy.close();
    }
  });
});

test("all of it was paid once, and nothing is held back", async () => {
  expect(book.size).toBe(counter);
  const all = await expectBalanced(worker);
  expect(all.get('operations{state="settled"}')! + all.get('operations{state="unknown"}')!).toBe(counter);
});

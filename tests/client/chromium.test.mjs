// The client in Chromium, under a policy that allows WebAssembly and nothing else: what the browser's network says of it.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import test from "node:test";

import { chromium } from "playwright-core";

import { completed, drawn, partial, serve, stream } from "./server.mjs";

const POLICY =
  "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self' http://127.0.0.1:*; img-src 'self' blob:";
const TYPES = { js: "text/javascript", wasm: "application/wasm", html: "text/html" };

async function file(path) {
  const headers = { "content-type": TYPES[path.split(".").at(-1)], "content-security-policy": POLICY };
  if (path === "/index.html") return new Response("<!doctype html><link rel=icon href=data:,>", { headers });
  return new Response(await readFile(new URL(`../../pkg${path}`, import.meta.url)), { headers });
}

let browser;
test.before(async () => {
  const executablePath = process.env.CHROME_PATH || "/usr/bin/chromium";
  browser = await chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-gpu"] });
});
test.after(() => browser.close());

/** Opens a page whose `/v1` answers so; gives it, and what its network reports as failed. */
async function open(t, answer) {
  const server = await serve(t, (request) => {
    const { pathname } = new URL(request.url);
    return pathname.startsWith("/v1/") ? answer(request) : file(pathname);
  });
  const page = await browser.newPage();
  t.after(() => page.close());
  const failed = [];
  page.on("requestfailed", (request) => failed.push(`${request.method()} ${request.failure().errorText}`));
  page.on("pageerror", (error) => failed.push(String(error)));
  await page.goto(server.baseURL.replace("/v1", "/index.html"));
  await page.evaluate(async () => {
    const edge = await import("/index.js");
    await edge.default();
    globalThis.client = new edge.ImageClient({ baseURL: "/v1", apiKey: "token" });
  });
  return { page, failed, server };
}

const twoEvents = () => stream([partial(0), completed(), "data: [DONE]\n\n"]);

for (const [name, answer, run] of [
  [
    "a stream that is read to its end",
    twoEvents,
    async () => {
      const types = [];
      for await (const { type } of client.generateStream({ prompt: "a cat" })) types.push(type);
      return types;
    },
  ],
  [
    "a stream that is left with the finished picture",
    twoEvents,
    async () => {
      const types = [];
      for await (const { type } of client.generateStream({ prompt: "a cat" })) {
        types.push(type);
        if (type === "completed") break;
      }
      return types;
    },
  ],
  ["a whole call", () => drawn(), async () => (await client.generate({ prompt: "a cat" })).images.map(() => "image")],
])
  test(`${name} ends well in the eyes of the network`, async (t) => {
    const { page, failed, server } = await open(t, answer);
    const finished = page.waitForEvent("requestfinished", (request) => request.url().includes("/v1/"));
    const types = await page.evaluate(run);
    assert.deepEqual(types, name === "a whole call" ? ["image"] : ["partial_image", "completed"]);
    await finished;
    assert.deepEqual(failed, []);
    assert.equal(await server.requests.at(-1).gone, false);
    assert.ok(server.requests.at(-1).headers["idempotency-key"], "a page's own origin may keep answers");
  });

test("a stream that is left early ends the request", async (t) => {
  const hang = new Promise(() => {});
  const { page, failed, server } = await open(t, () => stream([partial(0), hang]));
  const ended = page.waitForEvent("requestfailed");
  await page.evaluate(async () => {
    for await (const _ of client.generateStream({ prompt: "a cat" })) break;
  });
  await ended;
  assert.equal(await server.requests.at(-1).gone, true);
  assert.deepEqual(failed, ["POST net::ERR_ABORTED"]);
});

test("a page does not send a key to another origin before it knows that it is kept", async (t) => {
  const headers = {
    "access-control-allow-origin": "*",
    "access-control-allow-headers": "authorization, content-type, idempotency-key",
    "access-control-expose-headers": "idempotency-key, x-operation-id",
  };
  const other = await serve(t, (request) =>
    request.method === "OPTIONS" ? new Response("", { headers }) : drawn({ ...headers, "x-operation-id": "op_1" }),
  );
  const { page } = await open(t, () => drawn());
  await page.evaluate(async (baseURL) => {
    const { ImageClient } = await import("/index.js");
    const client = new ImageClient({ baseURL, apiKey: "token" });
    await client.generate({ prompt: "a cat" });
    await client.generate({ prompt: "a cat" });
  }, other.baseURL);
  const keys = other.requests
    .filter(({ method }) => method === "POST")
    .map(({ headers }) => headers["idempotency-key"]);
  assert.equal(keys[0], undefined);
  assert.match(keys[1], /^[\da-f-]{36}$/);
});

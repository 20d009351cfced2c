// Requests and replies that nobody sends on purpose: each has an answer of its own, and takes nobody else's along.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import test from "node:test";

import { edge, event, PNG } from "./server.mjs";

const { ImageApiError, ImageClient } = edge;
const model = edge.models().find((found) => found.default).id;
const request = { model, prompt: "a cat" };
const clientOf = (reply, options) =>
  new ImageClient({ baseURL: "http://images.example/v1", maxRetries: 0, ...options, fetch: async () => reply() });
const failure = (promise) => promise.then(assert.fail, (error) => error);

test("a getter that calls the package is told so, or changes nothing", () => {
  const another = { model: "gpt-image-1", prompt: "another", quality: "high", size: "1536x1024" };
  const sized = (size) => ({ ...request, quality: "low", size });
  const nested = (inner) => ({
    ...request,
    quality: "low",
    get size() {
      inner();
      return "1024x1024";
    },
  });
  const { estimateCost, normalize, validate } = edge;
  // Those that want to know a few plain fields read them before anything is packed.
  for (const [outer, inner, throws] of [
    [estimateCost, estimateCost, true],
    [estimateCost, normalize, false],
    [validate, estimateCost, true],
    [validate, normalize, false],
    [normalize, estimateCost, true],
    [normalize, normalize, true],
  ]) {
    const title = `${outer.name} that calls ${inner.name}`;
    const expected = outer("generate", sized("1024x1024"));
    const call = () =>
      outer(
        "generate",
        nested(() => inner("generate", another)),
      );
    if (throws) assert.throws(call, { name: "ImageApiError", code: "nested_call", param: "size" }, title);
    else assert.deepEqual(call(), expected, title);
    assert.deepEqual(outer("generate", sized("1024x1024")), expected, title);
  }
  assert.throws(
    () => edge.normalize("generate", { ...request, user: { toJSON: () => edge.normalize("generate", another) } }),
    { code: "nested_call" },
  );
});

test("a list that claims more than anybody sends is refused", () => {
  const list = [];
  list.length = 2 ** 31;
  assert.throws(() => edge.validate("edit", { ...request, image: list }), { code: "list_too_long" });
  // So is the same list many times over, of which the caller holds one only.
  const many = Array(36).fill(new Array(1 << 22));
  assert.throws(() => edge.validate("generate", { ...request, x: many }), { code: "list_too_long" });
  const wide = Object.fromEntries(Array.from({ length: 1000 }, (_, index) => [`f${index}`, 0]));
  const deep = Array(100).fill(Array(100).fill(wide));
  assert.throws(() => edge.validate("generate", { ...request, x: deep }), { code: "list_too_long" });
  assert.equal(edge.validate("generate", request).ok, true);
});

test("a byte order mark moves no other text", async () => {
  const marked = { ...request, prompt: "\ufeffa lighthouse", user: "abc" };
  const { request: mended } = edge.normalize("generate", marked);
  assert.equal(mended.prompt, marked.prompt);
  assert.equal(mended.user, marked.user);
  const error = { message: "\ufeffhello", type: "tt", param: "pp", code: "cccc" };
  const fetch = async () => Response.json({ error }, { status: 400 });
  const client = new edge.ImageClient({ baseURL: "http://images.example/v1", fetch });
  await assert.rejects(client.generate(request), ({ type, param, code }) => {
    assert.deepEqual([type, param, code], ["tt", "pp", "cccc"]);
    return true;
  });
});

test("a tier that is no number is named, and the module goes on", () => {
  for (const tier of [Symbol("x"), 1n, "1", { valueOf: 1, toString: 1 }, undefined])
    assert.throws(() => edge.imagesPerMinute("generate", request, tier), { kind: "user", param: "tier" });
  assert.ok(edge.isReady());
});

test("an item without base64 takes nobody's picture", async () => {
  const other = Buffer.concat([Buffer.from(PNG, "base64"), Buffer.from("more")]).toString("base64");
  const data = [{ b64_json: null, url: "https://x.example" }, { b64_json: PNG }, 5, null, { b64_json: other }];
  const { images } = await clientOf(() => Response.json({ created: 1, data })).generate(request);
  const found = await Promise.all(images.map(async (image) => Buffer.from(await image.bytes()).toString("base64")));
  assert.deepEqual(found, [PNG, other]);
});

test("a reply with its picture elsewhere is an error of this package's", async () => {
  for (const body of [{ data: { b64_json: PNG } }, { images: [{ b64_json: PNG }] }, { data: [[{ b64_json: PNG }]] }]) {
    const error = await failure(clientOf(() => Response.json(body)).generate(request));
    assert.deepEqual([error.kind, error.code, error.billed], ["protocol", "unexpected_reply", "unknown"]);
  }
});

test("a reply without a stream is not waited for longer than any other", async () => {
  const never = () => ({
    status: 200,
    headers: new Headers({ "content-type": "application/json" }),
    arrayBuffer: () => new Promise(() => {}),
  });
  const slow = await failure(clientOf(never, { timeout: 50 }).generate(request));
  assert.deepEqual([slow.kind, slow.code], ["timeout", "total_timeout"]);
  const caller = new AbortController();
  setTimeout(() => caller.abort(), 20);
  const aborted = await failure(clientOf(never).generate(request, { signal: caller.signal }));
  assert.equal(aborted.kind, "aborted");
});

test("who leaves a stream alone does not keep the process", async () => {
  const source = `
    import { ImageClient } from ${JSON.stringify(new URL("../../pkg/node.js", import.meta.url).href)};
    const text = ${JSON.stringify(event({ type: "image_generation.partial_image", b64_json: PNG, partial_image_index: 0 }))};
    const body = new ReadableStream({ start: (controller) => controller.enqueue(new TextEncoder().encode(text)) });
    const fetch = async () => new Response(body, { headers: { "content-type": "text/event-stream" } });
    const client = new ImageClient({ baseURL: "http://images.example/v1", fetch });
    const { value } = await client.generateStream(${JSON.stringify(request)}).getReader().read();
    console.log(value.type);`;
  const child = spawn(process.execPath, ["--input-type=module", "-e", source], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let out = "";
  child.stdout.on("data", (chunk) => (out += chunk));
  // Were it kept, then for the ten minutes that a call may take.
  const kept = setTimeout(() => child.kill(), 30_000);
  const [code, signal] = await new Promise((resolve) => child.once("exit", (...ended) => resolve(ended)));
  clearTimeout(kept);
  assert.equal(signal, null, "it was still there after half a minute");
  assert.deepEqual([code, out], [0, "partial_image\n"]);
});

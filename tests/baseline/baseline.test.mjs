// `gpt-image-edge/baseline`: that its module needs no SIMD, and does the same. Expects
// `npm run build -- --baseline --apart`.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import test from "node:test";

import { run } from "../../.ci/steps.mjs";
import init, { estimateCost, ImageClient, validate } from "../../target/apart/baseline.js";
import * as main from "../../target/apart/node.js";
import { base64, eventStream, fetchOf, imageBytes, jsonBody } from "../bench/data.js";
import { pack, root } from "../package/install.mjs";

const built = join(root, "target", "apart");
const pkg = (name) => join(built, name);

/** Whether another validator takes a module in which SIMD is not allowed, and all else that we build with is. */
async function isWithoutSimd(name) {
  const features = ["bulk-memory", "nontrapping-float-to-int", "sign-ext", "mutable-globals", "reference-types"];
  const allowed = ["--mvp-features", ...[...features, "multivalue"].map((feature) => `--enable-${feature}`)];
  try {
    await run("wasm-opt", [pkg(name), ...allowed, "--output", "/dev/null"]);
    return true;
  } catch (error) {
    // The one reason that this test is about: any other is a failure of it.
    assert.match(error.output ?? error.message, /SIMD/);
    return false;
  }
}

test("the module needs no SIMD, which that of the package does", async () => {
  assert.equal(await isWithoutSimd("gpt_image_edge_baseline_bg.wasm"), true);
  assert.equal(await isWithoutSimd("gpt_image_edge_bg.wasm"), false);
});

test("functions say what to do before the module is there", () => {
  assert.throws(() => validate("generate", {}), { code: "not_ready" });
});

test("it checks and prices as the package does", async () => {
  await init(await readFile(pkg("gpt_image_edge_baseline_bg.wasm")));
  for (const request of [{ model: "gpt-image-2", prompt: "a lighthouse", size: "1000x1000", n: 2 }, {}]) {
    assert.deepEqual(validate("generate", request), main.validate("generate", request));
    assert.deepEqual(estimateCost("generate", request), main.estimateCost("generate", request));
  }
});

const clientOf = (body, type) =>
  new ImageClient({ apiKey: "k", baseURL: "https://images.example.com/v1", fetch: fetchOf(body, 5000, type) });
const REQUEST = { model: "gpt-image-2", prompt: "a lighthouse" };

test("it decodes pictures of every length to the byte", async () => {
  for (const length of [1, 2, 3, 44, 45, 46, 47, 48, 49, 95, 96, 97, 191, 192, 193, 100_000, 1_600_000]) {
    const { images } = await clientOf(jsonBody(length), "application/json").generate(REQUEST);
    assert.equal(Buffer.compare(await images[0].bytes(), imageBytes(length)), 0, `${length} bytes`);
  }
  let count = 0;
  const client = clientOf(eventStream(20_000), "text/event-stream");
  for await (const { image } of client.generateStream({ ...REQUEST, partial_images: 3 }))
    assert.equal(Buffer.compare(await image.bytes(), imageBytes(20_000, ++count)), 0);
  assert.equal(count, 4);
});

test("it refuses what is no base64", async () => {
  const text = base64(imageBytes(3000));
  for (const at of [0, 5, 1000, 3998]) {
    const wrong = `${text.slice(0, at)}*${text.slice(at + 1)}`;
    const body = new TextEncoder().encode(JSON.stringify({ created: 1, data: [{ b64_json: wrong }] }));
    await assert.rejects(clientOf(body, "application/json").generate(REQUEST), { kind: "protocol" });
  }
});

test("the tarball offers it", async () => {
  const { path, files } = await pack(built, join(root, "target", "package", "baseline"));
  for (const name of ["baseline.js", "baseline.d.ts", "gpt_image_edge_baseline_bg.wasm"])
    assert.ok(files.includes(name), name);
  await run("publint", [path, "--strict"]);
});

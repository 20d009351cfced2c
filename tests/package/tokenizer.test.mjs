// Exact text tokens: against replies that were billed, and what is said when there is no tokenizer.

import assert from "node:assert/strict";
import { copyFile, mkdtemp, readFile, rm } from "node:fs/promises";
import { existsSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "node:test";

import { build } from "esbuild";

import { root } from "./install.mjs";

const { default: init, countTextTokens, isReady } = await import(join(root, "pkg", "tokenizer.js"));
const { estimateCost, ImageApiError } = await import(join(root, "pkg", "node.js"));
const RECORDED = join(root, "..", "shared", "recorded", "generations-gpt-image-1.json");

const refusal = (code) => (error) => ImageApiError.isInstance(error) && error.code === code;

test("it is loaded once, and says so when it is not", async () => {
  assert.equal(isReady(), false);
  assert.throws(() => countTextTokens("x"), refusal("not_ready"));
  await assert.rejects(init({}), refusal("invalid_argument"));
  assert.equal(isReady(), false);
  await init();
  await init();
  assert.equal(isReady(), true);
});

test("tokens are those of o200k_base", async () => {
  await init();
  for (const [text, tokens] of [
    ["", 0],
    ["a siamese cat", 4],
    ["turn the logo to green", 5],
    ["a — лес 🦊", 6],
    // The words that end a conversation are eight ordinary tokens here, and no error.
    ["<|endoftext|> x", 8],
    ["a".repeat(2048), 256],
  ])
    assert.equal(countTextTokens(text), tokens, text);
  for (const given of ["a".repeat(2049), "😀".repeat(3000), "fine " + " ".repeat(2049)])
    assert.throws(() => countTextTokens(given), refusal("too_long"));
  assert.throws(() => countTextTokens(7), refusal("invalid_type"));
});

/** The text tokens that an estimate expects. */
function expected(operation, request, context) {
  const { items } = estimateCost(operation, request, { today: "2026-11-20", ...context });
  return items.find(({ kind }) => kind === "text_input").tokens;
}

test("the recorded reply is reproduced to the token", async (t) => {
  if (!existsSync(RECORDED)) return t.skip("there is no ../shared/recorded");
  await init();
  const { req, body } = JSON.parse(await readFile(RECORDED, "utf8"));
  const billed = body.usage.input_tokens_details.text_tokens;
  const tokens = expected("generate", req, { text_tokens: countTextTokens(req.prompt) });
  assert.deepEqual(tokens, { min: billed, expected: billed, max: billed });
});

test("with images, what was billed lies within the interval", async () => {
  await init();
  const image = { format: "png", width: 128, height: 128 };
  for (const [model, images, billed] of [
    ["gpt-image-1.5", 1, 27],
    ["gpt-image-1.5", 2, 43],
    ["gpt-image-2", 1, 12],
  ]) {
    const prompt = "turn the logo to green";
    const request = { model, prompt, image: Array(images).fill(new Uint8Array(8)) };
    const context = { images: Array(images).fill(image), text_tokens: countTextTokens(prompt) };
    const { min, max } = expected("edit", request, context);
    assert.ok(min <= billed && billed <= max, `${model}: ${min} <= ${billed} <= ${max}`);
  }
});

test("without gpt-tokenizer the error says what to install", async () => {
  const folder = await mkdtemp(join(tmpdir(), "tokenizer-"));
  try {
    await copyFile(join(root, "pkg", "tokenizer.js"), join(folder, "tokenizer.mjs"));
    const alone = await import(join(folder, "tokenizer.mjs"));
    await assert.rejects(
      alone.default(),
      (error) => refusal("not_installed")(error) && /npm install gpt-tokenizer/.test(error.message),
    );
    // Another tokenizer can be handed over.
    await alone.default(Promise.resolve({ countTokens: (text) => text.length }));
    assert.equal(alone.countTextTokens("abc"), 3);
  } finally {
    await rm(folder, { recursive: true });
  }
});

test("who does not use it does not bundle it", async () => {
  const sizeOf = async (source) => {
    const stdin = { contents: source, resolveDir: join(root, "pkg") };
    const options = { bundle: true, format: "esm", write: false, logLevel: "silent", minify: true };
    return (await build({ stdin, ...options })).outputFiles[0].text.length;
  };
  assert.ok((await sizeOf('import { validate } from "./index.js"; validate();')) < 100_000);
  assert.ok((await sizeOf('import init from "./tokenizer.js"; init();')) > 1_000_000);
});

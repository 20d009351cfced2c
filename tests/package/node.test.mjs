// The packed tarball in Node, Deno and Bun.

import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import test from "node:test";

import { models } from "../../pkg/node.js";
import { run } from "../../.ci/steps.mjs";
import { expected, project, runIn, tarball, text } from "./install.mjs";

/** What the client asks for where no model is named: the catalogue's default of the day. */
const usual = models().find((model) => model.default).id;

test("the program does what it should in Node", async () => {
  assert.deepEqual(await expected(), {
    issues: ['size_not_offered size: "1000x1000": both edges must be multiples of 16; nearest allowed "1008x1008"'],
    // Two images of 196 tokens: the guide's number for gpt-image-2 at low quality and 1024x1024. Several in one call have
    // been billed one token less.
    tokens: { min: 391, expected: 392, max: 392 },
    seen: [
      "POST",
      "https://images.example.com/v1/images/generations",
      "application/json",
      `{"prompt":"a cat","model":"${usual}"}`,
      "POST",
      "https://images.example.com/v1/images/edits",
      "multipart/form-data",
      true,
      "POST",
      "https://images.example.com/v1/images/generations",
      "application/json",
      `{"prompt":"a cat","stream":true,"model":"${usual}"}`,
      "POST",
      "https://images.example.com/v1/responses",
      "application/json",
      '{"input":"draw a cat","tools":[{"type":"image_generation"}]}',
      ...["one", "two"].flatMap((prompt) => [
        "POST",
        "https://images.example.com/v1/images/generations",
        "application/json",
        JSON.stringify({ prompt, model: usual }),
      ]),
    ],
    width: 1,
    height: 1,
    format: "png",
    same: true,
    streamed: ["partial_image", 70, "completed", 70],
    responded: ["resp_1", 1],
    batched: [
      [0, 1],
      [1, 1],
    ],
    refused: true,
  });
});

for (const [name, command, before] of [
  ["Deno", "deno", ["run", "--allow-read", "--allow-env"]],
  ["Bun", "bun", ["run"]],
])
  test(`the program does the same in ${name}`, async () => {
    assert.deepEqual(JSON.parse(await runIn(command, await project(name.toLowerCase()), before)), await expected());
  });

test("npx runs the command line of the tarball", async () => {
  const folder = await project("cli");
  const listed = await run("npx", ["--offline", "gpt-image-edge", "models", "--json"], { cwd: folder });
  // Warnings about the user's configuration may stand before the JSON.
  assert.ok(JSON.parse(listed.slice(listed.indexOf("["))).length > 5);
});

test("CommonJS can require it", async () => {
  const folder = await project("commonjs");
  const main = 'const { validate } = require("gpt-image-edge"); console.log(validate("generate", {}).issues[0].code);';
  await writeFile(join(folder, "main.cjs"), main);
  assert.equal((await run(process.execPath, ["--no-warnings", join(folder, "main.cjs")])).trim(), "required");
});

test("the tarball holds what is needed and nothing else", async () => {
  const { files } = await tarball();
  const needed = [
    "index.js",
    "node.js",
    "workerd.js",
    "index.d.ts",
    "generated.d.ts",
    "responses.d.ts",
    "batch.d.ts",
    "wasm.d.ts",
    "gpt_image_edge_bg.wasm",
    "core/index.js",
    "core/node.js",
    "core/workerd.js",
    "core/index.d.ts",
    "core/gpt_image_edge_core_bg.wasm",
    "pixels/index.js",
    "pixels/node.js",
    "pixels/workerd.js",
    "pixels/index.d.ts",
    "pixels/gpt_image_edge_pixels_bg.wasm",
    "tokenizer.js",
    "tokenizer.d.ts",
  ];
  const documents = ["README.md", "CHANGELOG.md", "LICENSE-MIT", "LICENSE-APACHE", "package.json"];
  const maps = needed.filter((name) => name.endsWith(".js")).map((name) => `${name}.map`);
  assert.deepEqual(files.toSorted(), [...needed, ...documents, ...maps, "cli.js"].toSorted());
});

test("the package runs nothing when it is installed and needs nothing else", async () => {
  const manifest = JSON.parse(await text("pkg/package.json"));
  assert.equal(manifest.dependencies, undefined);
  assert.ok(Object.keys(manifest.peerDependencies).every((name) => manifest.peerDependenciesMeta[name].optional));
  assert.equal(manifest.scripts, undefined);
  const [, version] = /^version = "(.*)"$/m.exec(await text("Cargo.toml"));
  assert.equal(manifest.version, version);
});

/** The entries that are the .wasm itself. */
const RAW_WASM = ["./wasm", "./core/wasm", "./pixels/wasm"];

test("publint and arethetypeswrong find nothing", async () => {
  const { path } = await tarball();
  await run("publint", [path, "--strict"]);
  // CommonJS reaches the package by require(esm), which Node has since 22.12; the raw .wasm has no types of its own.
  await run("attw", [path, "--profile", "esm-only", "--exclude-entrypoints", ...RAW_WASM, "--no-emoji"]);
});

// The second module of the packed tarball: in Node, Deno, Bun and workerd, and fetched by pages only when it is needed.

import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import test from "node:test";

import * as esbuild from "esbuild";
import { Miniflare } from "miniflare";
import * as miniflare from "miniflare";
import { build as vite } from "vite";

import { run } from "../../.ci/steps.mjs";
import { open } from "./browser.mjs";
import { project, root } from "./install.mjs";

const PACKAGE = join("node_modules", "gpt-image-edge");
const WASM = "gpt_image_edge_pixels_bg.wasm";
const SHOW =
  'import { masks } from "./masks.js";\nmasks().then((result) => (document.title = JSON.stringify(result)));\n';
const page = (script) =>
  `<!doctype html><meta charset=utf-8><link rel=icon href=data:,><script type=module src="${script}"></script>`;

const EXPECTED = {
  without: [[null], ["not_an_image", "not_an_image"]],
  before: 0,
  seen: {
    opaque: ["none", "mask_opaque"],
    again: ["none", "mask_opaque"],
    bytes: ["none", "mask_opaque"],
    transparent: ["all", "mask_transparent"],
    hole: ["some"],
    cut: ["truncated", "corrupt_image"],
  },
  after: 0,
};

for (const [name, command, before] of [
  ["Node", process.execPath, []],
  ["Deno", "deno", ["run", "--allow-read", "--allow-env"]],
  ["Bun", "bun", ["run"]],
])
  test(`masks are told apart in ${name}`, async () => {
    const folder = await project(`masks-${name.toLowerCase()}`);
    const main = join(folder, "main.mjs");
    await writeFile(main, 'import { masks } from "./masks.js";\nconsole.log(JSON.stringify(await masks()));\n');
    assert.deepEqual(JSON.parse(await run(command, [...before, main], { cwd: folder })), EXPECTED);
  });

test("a page built by Vite fetches the module for the first mask, once", async () => {
  const folder = await project("masks-vite", { "main.js": SHOW, "index.html": page("/main.js") });
  await vite({ root: folder, logLevel: "silent", configFile: false, build: { minify: true } });
  assert.deepEqual((await open(join(folder, "dist"))).result, { ...EXPECTED, after: 1 });
});

test("a plain page fetches the module for the first mask, once", async () => {
  const folder = await project("masks-plain", { "main.js": SHOW, "index.html": page("main.js") });
  let program = await readFile(join(folder, "masks.js"), "utf8");
  program = program.replaceAll('"gpt-image-edge/pixels"', `"./${PACKAGE}/pixels/index.js"`);
  await writeFile(join(folder, "masks.js"), program.replaceAll('"gpt-image-edge"', `"./${PACKAGE}/index.js"`));
  assert.deepEqual((await open(folder)).result, { ...EXPECTED, after: 1 });
});

test("masks are told apart in workerd", async () => {
  const worker =
    'import { masks } from "./masks.js";\nexport default { fetch: async () => Response.json(await masks()) };\n';
  const folder = await project("masks-workerd", { "worker.js": worker });
  const bundled = await esbuild.build({
    entryPoints: [join(folder, "worker.js")],
    bundle: true,
    format: "esm",
    write: false,
    conditions: ["workerd", "worker"],
    external: ["*.wasm"],
    logLevel: "silent",
  });
  const wasm = async (path, name) => ({
    type: "CompiledWasm",
    path: name,
    contents: await readFile(join(folder, PACKAGE, path, name)),
  });
  const modules = [
    { type: "ESModule", path: "worker.js", contents: bundled.outputFiles[0].text },
    await wasm("", "gpt_image_edge_bg.wasm"),
    await wasm("pixels", WASM),
  ];
  const { convertV4MiniflareOptions = (options) => options } = miniflare;
  const server = new Miniflare(convertV4MiniflareOptions({ compatibilityDate: "2026-07-01", modules }));
  try {
    assert.deepEqual(await (await server.dispatchFetch("http://worker/")).json(), EXPECTED);
  } finally {
    await server.dispose();
  }
});

test("arguments that cannot be worked with are named", async () => {
  const { maskTransparency, isReady } = await import(join(root, "pkg", "pixels", "node.js"));
  const { ImageApiError, inspectRequest } = await import(join(root, "pkg", "node.js"));
  const { png } = await import("./fixtures/pictures.js");
  const mask = await png(4, 4, () => [0, 0, 0, 0]);
  assert.equal(maskTransparency(mask), "all");
  assert.equal(maskTransparency(mask.buffer), "all");
  assert.equal(maskTransparency(new DataView(mask.buffer)), "all");
  for (const [given, options, code, message] of [
    ["text", {}, "invalid_type", "image: expected a Uint8Array or an ArrayBuffer"],
    [mask, { maxPixels: 15 }, "too_large", "image: is 4x4; allowed are 15 pixels and edges up to 65535"],
    [mask, { maxPixels: 0 }, "invalid_argument", "maxPixels: 0 is none; give a whole number of pixels"],
    [new Uint8Array(0), {}, "not_an_image", "image: is not an image; expected png, jpeg or webp"],
    [mask.subarray(0, 50), {}, "truncated", "image: is a png file that ends before its pixels do"],
  ])
    assert.throws(
      () => maskTransparency(given, options),
      (error) => ImageApiError.isInstance(error) && error.code === code && error.message === message,
      code,
    );
  assert.ok(isReady());
  await assert.rejects(inspectRequest({ mask }, { pixels: {} }), { code: "invalid_argument", param: "pixels" });
  const url = `data:image/png;base64,${Buffer.from(mask).toString("base64")}`;
  const context = await inspectRequest({ mask: { image_url: url } }, { pixels: { maskTransparency } });
  assert.equal(context.mask.transparency, "all");
});

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
  'import { pixels } from "./pixels.js";\npixels().then((result) => (document.title = JSON.stringify(result)));\n';
const page = (script) =>
  `<!doctype html><meta charset=utf-8><link rel=icon href=data:,><script type=module src="${script}"></script>`;

const REPORT = {
  color: "#03fa04",
  method: "hue",
  tolerance: 16,
  softness: 223,
  keyed: 0.75,
  softened: 0,
  border: 1,
  flat: true,
  width: 32,
  height: 32,
};

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
  keyed: [
    ["png", "some", { ...REPORT, format: "png" }],
    ["webp", "some", { ...REPORT, format: "webp" }],
  ],
  after: 0,
};

for (const [name, command, before] of [
  ["Node", process.execPath, []],
  ["Deno", "deno", ["run", "--allow-read", "--allow-env"]],
  ["Bun", "bun", ["run"]],
])
  test(`pixels tell the same in ${name}`, async () => {
    const folder = await project(`pixels-${name.toLowerCase()}`);
    const main = join(folder, "main.mjs");
    await writeFile(main, 'import { pixels } from "./pixels.js";\nconsole.log(JSON.stringify(await pixels()));\n');
    assert.deepEqual(JSON.parse(await run(command, [...before, main], { cwd: folder })), EXPECTED);
  });

test("a page built by Vite fetches the module for the first mask, once", async () => {
  const folder = await project("pixels-vite", { "main.js": SHOW, "index.html": page("/main.js") });
  await vite({ root: folder, logLevel: "silent", configFile: false, build: { minify: true } });
  assert.deepEqual((await open(join(folder, "dist"))).result, { ...EXPECTED, after: 1 });
});

test("a plain page fetches the module for the first mask, once", async () => {
  const folder = await project("pixels-plain", { "main.js": SHOW, "index.html": page("main.js") });
  let program = await readFile(join(folder, "pixels.js"), "utf8");
  program = program.replaceAll('"gpt-image-edge/pixels"', `"./${PACKAGE}/pixels/index.js"`);
  await writeFile(join(folder, "pixels.js"), program.replaceAll('"gpt-image-edge"', `"./${PACKAGE}/index.js"`));
  assert.deepEqual((await open(folder)).result, { ...EXPECTED, after: 1 });
});

test("pixels tell the same in workerd", async () => {
  const worker =
    'import { pixels } from "./pixels.js";\nexport default { fetch: async () => Response.json(await pixels()) };\n';
  const folder = await project("pixels-workerd", { "worker.js": worker });
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

test("the options of a chroma key do what they say", async () => {
  const { chromaKey, maskTransparency } = await import(join(root, "pkg", "pixels", "node.js"));
  const { ImageApiError } = await import(join(root, "pkg", "node.js"));
  const { png } = await import("./fixtures/pictures.js");
  const color = (x) =>
    [
      [255, 255, 255, 255],
      [250, 250, 250, 255],
      [220, 220, 220, 255],
      [0, 0, 0, 255],
    ][x];
  const picture = await png(4, 1, color);
  for (const [options, expected] of [
    [{ color: "#fff" }, { color: "#ffffff", method: "distance", keyed: 0.5, softened: 0.25, softness: 32 }],
    [
      { color: "#FFFFFF", tolerance: 0, softness: 0 },
      { keyed: 0.25, softened: 0, tolerance: 0, softness: 0 },
    ],
    [
      { color: [255, 255, 255], tolerance: 40 },
      { color: "#ffffff", keyed: 0.75, softened: 0, tolerance: 40 },
    ],
    [{ color: "#00f" }, { color: "#0000ff", method: "hue", keyed: 0, border: 0, flat: false }],
  ]) {
    const { report } = chromaKey(picture, options);
    assert.deepEqual({ ...report, ...expected }, report, JSON.stringify(options));
  }
  const before = chromaKey(picture, { color: "#fff" }).bytes;
  const { report } = chromaKey(await png(2, 2, () => [9, 9, 9, 0]));
  assert.deepEqual([report.color, report.keyed, report.flat], [null, 0, false]);
  // What was given out is a copy: later calls leave it as it is.
  assert.equal(maskTransparency(before), "some");
  for (const [given, options, code, param] of [
    [picture, { color: "green" }, "invalid_argument", "color"],
    [picture, { color: [1, 2] }, "invalid_argument", "color"],
    [picture, { color: [1, 2, 256] }, "invalid_argument", "color"],
    [picture, { tolerance: -1 }, "invalid_argument", "tolerance"],
    [picture, { softness: "1" }, "invalid_argument", "softness"],
    [picture, { format: "jpeg" }, "invalid_argument", "format"],
    [picture, { maxPixels: 3 }, "too_large", "image"],
    [picture.subarray(0, 60), {}, "truncated", "image"],
    [{}, {}, "invalid_type", "image"],
  ])
    assert.throws(
      () => chromaKey(given, options),
      (error) => ImageApiError.isInstance(error) && error.code === code && error.param === param,
      JSON.stringify(options),
    );
});

// The packed tarball through bundlers, in Chromium under a strict policy, and in workerd.

import assert from "node:assert/strict";
import { copyFile, mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import test from "node:test";
import { pathToFileURL } from "node:url";

import * as esbuild from "esbuild";
import { Miniflare } from "miniflare";
import * as miniflare from "miniflare";
import { rollup } from "rollup";
import { build as vite } from "vite";
import webpack from "webpack";

import { open } from "./browser.mjs";
import { expected, project } from "./install.mjs";

const SHOW =
  'import { program } from "./program.js";\nprogram().then((result) => (document.title = JSON.stringify(result)));\n';
const page = (script) =>
  `<!doctype html><meta charset=utf-8><link rel=icon href=data:,><script type=module src="${script}"></script>`;
const PACKAGE = join("node_modules", "gpt-image-edge");
const WASM = "gpt_image_edge_bg.wasm";

/** The .wasm files of a build: a second copy would be a second instance, and twice the download. */
async function wasmIn(folder) {
  const files = await readdir(folder, { recursive: true });
  return files.filter((file) => file.endsWith(".wasm"));
}

test("a plain page without a bundler", async () => {
  const folder = await project("plain", { "main.js": SHOW });
  const program = await readFile(join(folder, "program.js"), "utf8");
  // No import map: a strict policy forbids inline scripts, so the address is written out.
  await writeFile(join(folder, "program.js"), program.replace('"gpt-image-edge"', `"./${PACKAGE}/index.js"`));
  await writeFile(join(folder, "index.html"), page("main.js"));
  const { result, asked } = await open(folder);
  assert.deepEqual(result, await expected());
  assert.deepEqual(asked.toSorted(), ["/", "/main.js", `/${PACKAGE}/${WASM}`, `/${PACKAGE}/index.js`, "/program.js"]);
});

test("a web worker and a service worker", async () => {
  const folder = await project("workers", {
    "worker.js": 'import { program } from "./program.js";\npostMessage(await program());\n',
    "service.js": `import { program } from "./program.js";
      addEventListener("message", (event) => event.waitUntil(program().then((result) => event.source.postMessage(result))));`,
    "main.js": `const worker = new Worker("worker.js", { type: "module" });
      const fromWorker = new Promise((resolve) => worker.addEventListener("message", (event) => resolve(event.data)));
      const fromService = new Promise((resolve) => navigator.serviceWorker.addEventListener("message", (event) => resolve(event.data)));
      navigator.serviceWorker.startMessages();
      navigator.serviceWorker.register("service.js", { type: "module" });
      navigator.serviceWorker.ready.then((registration) => registration.active.postMessage("go"));
      document.title = JSON.stringify({ worker: await fromWorker, service: await fromService });`,
    "index.html": page("main.js"),
  });
  const program = await readFile(join(folder, "program.js"), "utf8");
  await writeFile(join(folder, "program.js"), program.replace('"gpt-image-edge"', `"./${PACKAGE}/index.js"`));
  const { result } = await open(folder);
  assert.deepEqual(result, { worker: await expected(), service: await expected() });
});

test("esbuild, with the .wasm copied beside the bundle", async () => {
  const folder = await project("esbuild", { "main.js": SHOW, "index.html": page("dist/main.js") });
  await esbuild.build({
    entryPoints: [join(folder, "main.js")],
    outdir: join(folder, "dist"),
    bundle: true,
    format: "esm",
    minify: true,
    logLevel: "silent",
  });
  await copyFile(join(folder, PACKAGE, WASM), join(folder, "dist", WASM));
  assert.deepEqual((await open(folder)).result, await expected());
});

test("Vite", async () => {
  const folder = await project("vite", { "main.js": SHOW, "index.html": page("/main.js") });
  await vite({ root: folder, logLevel: "silent", configFile: false, build: { minify: true } });
  assert.equal((await wasmIn(join(folder, "dist"))).length, 1);
  assert.deepEqual((await open(join(folder, "dist"))).result, await expected());
});

test("webpack", async () => {
  const folder = await project("webpack", { "main.js": SHOW });
  const compiler = webpack({
    mode: "production",
    context: folder,
    entry: "./main.js",
    output: { path: join(folder, "dist") },
    experiments: { outputModule: true },
  });
  const stats = await new Promise((resolve, reject) =>
    compiler.run((error, found) => (error ? reject(error) : resolve(found))),
  );
  assert.deepEqual(stats.toJson().errors, []);
  await writeFile(join(folder, "dist", "index.html"), page("main.js"));
  assert.equal((await wasmIn(join(folder, "dist"))).length, 1);
  assert.deepEqual((await open(join(folder, "dist"))).result, await expected());
});

for (const [kind, output, experiments] of [
  ["modules", { filename: "route.mjs", library: { type: "module" } }, { outputModule: true }],
  ["CommonJS", { filename: "route.cjs", library: { type: "commonjs2" } }, {}],
])
  test(`webpack for a server, as Next.js bundles its routes, to ${kind}`, async () => {
    const folder = await project(`server-${kind}`, { "route.js": 'export { program } from "./program.js";\n' });
    const compiler = webpack({
      mode: "production",
      target: "node20",
      context: folder,
      entry: "./route.js",
      output: { path: join(folder, "dist"), ...output },
      experiments,
    });
    const stats = await new Promise((resolve, reject) =>
      compiler.run((error, found) => (error ? reject(error) : resolve(found))),
    );
    assert.deepEqual(stats.toJson().errors, []);
    assert.equal((await wasmIn(join(folder, "dist"))).length, 1);
    const route = await import(pathToFileURL(join(folder, "dist", output.filename)));
    assert.deepEqual(await (route.program ?? route.default.program)(), await expected());
  });

test("Rollup, with the .wasm copied beside the bundle", async () => {
  const folder = await project("rollup", { "main.js": SHOW, "index.html": page("dist/main.js") });
  const resolve = {
    name: "resolve",
    resolveId: (id) => (id === "gpt-image-edge" ? join(folder, PACKAGE, "index.js") : null),
  };
  const bundle = await rollup({ input: join(folder, "main.js"), plugins: [resolve] });
  await bundle.write({ dir: join(folder, "dist"), format: "es" });
  await copyFile(join(folder, PACKAGE, WASM), join(folder, "dist", WASM));
  assert.deepEqual((await open(folder)).result, await expected());
});

test("an unused import leaves nothing in the bundle", async () => {
  const folder = await project("unused", {
    "main.js": 'import { validate } from "gpt-image-edge";\nconsole.log("nothing used");\n',
  });
  const { outputFiles } = await esbuild.build({
    entryPoints: [join(folder, "main.js")],
    bundle: true,
    format: "esm",
    write: false,
    logLevel: "silent",
  });
  assert.ok(outputFiles[0].text.length < 200, outputFiles[0].text);
});

/** Serves a worker that imports the package, and asks it. */
async function inWorkerd(name, worker, ask, module = WASM) {
  const folder = await project(name, { "worker.js": worker });
  const bundled = await esbuild.build({
    entryPoints: [join(folder, "worker.js")],
    bundle: true,
    format: "esm",
    write: false,
    conditions: ["workerd", "worker"],
    external: ["*.wasm"],
    logLevel: "silent",
  });
  const modules = [
    { type: "ESModule", path: "worker.js", contents: bundled.outputFiles[0].text },
    { type: "CompiledWasm", path: basename(module), contents: await readFile(join(folder, PACKAGE, module)) },
  ];
  const { convertV4MiniflareOptions = (options) => options } = miniflare;
  const server = new Miniflare(convertV4MiniflareOptions({ compatibilityDate: "2026-07-01", modules }));
  try {
    await ask(() => server.dispatchFetch("http://worker/"));
  } finally {
    await server.dispose();
  }
}

test("workerd", async () => {
  const worker =
    'import { program } from "./program.js";\nexport default { fetch: async () => Response.json(await program()) };\n';
  await inWorkerd("workerd", worker, async (ask) => {
    const response = await ask();
    assert.equal(response.status, 200);
    assert.deepEqual(await response.json(), await expected());
  });
});

test("one client serves many requests in workerd, made before the first or by it", async () => {
  const worker = `
    import { ImageClient } from "gpt-image-edge";
    const fetch = async () => Response.json({ created: 1, data: [{ b64_json: "AAAA" }] });
    const make = () => new ImageClient({ baseURL: "https://images.example.com/v1", apiKey: "token", fetch });
    const early = make();
    let late;
    const completed = 'data: {"type":"image_generation.completed","b64_json":"AAAA"}\\n\\n';
    const streaming = new ImageClient({
      baseURL: "https://images.example.com/v1",
      apiKey: "token",
      fetch: async () => new Response(completed, { headers: { "content-type": "text/event-stream" } }),
    });
    export default { async fetch() {
      late ??= make();
      const counts = [];
      for (const client of [early, late]) counts.push((await client.generate({ prompt: "a cat" })).images.length);
      let events = 0;
      for await (const event of streaming.generateStream({ prompt: "a cat" })) events += event.image ? 1 : 0;
      return Response.json([...counts, events]);
    } };`;
  await inWorkerd("workerd-shared", worker, async (ask) => {
    for (let request = 0; request < 3; request++) {
      const response = await ask();
      const text = await response.text();
      assert.equal(response.status, 200, text);
      assert.deepEqual(JSON.parse(text), [1, 1, 1]);
    }
  });
});

const CORE_WASM = join("core", "gpt_image_edge_core_bg.wasm");

/** What the program for `gpt-image-edge/core` gives in Node, from the tarball. */
async function expectedOfCore(folder) {
  const { core } = await import(pathToFileURL(join(folder, "core.js")));
  return JSON.parse(JSON.stringify(await core()));
}

test("gpt-image-edge/core on a plain page, with Vite and in workerd, which load its module only", async () => {
  const show = SHOW.replace("program.js", "core.js").replaceAll("program", "core");
  const folder = await project("core", { "main.js": show, "index.html": page("/main.js") });
  const wanted = await expectedOfCore(folder);
  assert.deepEqual(wanted.missing, ["respond", "respondStream", "batch"]);
  assert.deepEqual(wanted.streamed, ["partial_image", 70, "completed", 70]);

  await vite({ root: folder, logLevel: "silent", configFile: false, build: { minify: true } });
  assert.equal((await wasmIn(join(folder, "dist"))).length, 1);
  assert.deepEqual((await open(join(folder, "dist"))).result, wanted);

  const worker =
    'import { core } from "./core.js";\nexport default { fetch: async () => Response.json(await core()) };\n';
  await inWorkerd(
    "core-workerd",
    worker,
    async (ask) => assert.deepEqual(await (await ask()).json(), wanted),
    CORE_WASM,
  );

  const program = await readFile(join(folder, "core.js"), "utf8");
  await writeFile(join(folder, "core.js"), program.replace('"gpt-image-edge/core"', `"./${PACKAGE}/core/index.js"`));
  const { result, asked } = await open(folder);
  assert.deepEqual(result, wanted);
  assert.deepEqual(asked.filter((path) => path.startsWith("/node_modules")).toSorted(), [
    `/${PACKAGE}/${CORE_WASM}`,
    `/${PACKAGE}/core/index.js`,
  ]);
});

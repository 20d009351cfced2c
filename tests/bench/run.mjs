// `npm run bench`: our package against others, in Node, Chromium and workerd, interleaved; writes docs/benchmarks.md.
// `npm run bench -- stream16 wrong` runs only those groups and writes nothing.

import { createServer } from "node:http";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { arch, cpus } from "node:os";
import { join } from "node:path";

import { build } from "esbuild";
import { Miniflare } from "miniflare";
import { chromium } from "playwright-core";

import { root, setup } from "../../.ci/setup.mjs";
import { run, step } from "../../.ci/steps.mjs";

const here = join(root, "tests", "bench");
const out = join(root, "target", "bench");
const require = createRequire(import.meta.url);
const GROUP_NAMES = ["stream16", "stream64", "json2", "json8", "valid", "long", "wrong", "estimate"];
const COMPETITORS = ["openai", "eventsource-parser", "zod", "valibot", "ajv"];
const CHROMIUM_ARGS =
  "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync".split(
    " ",
  );

/** One bundle per runtime: the cases, the competitors, and our package by that runtime's own entry. */
async function bundle(runtime, conditions, options) {
  const entry = `
    import { compare } from ${JSON.stringify(join(here, "measure.js"))};
    import { GROUPS } from ${JSON.stringify(join(here, "cases.js"))};
    import * as ours from ${JSON.stringify(join(root, "pkg", `${runtime}.js`))};
    ${options.tail}`;
  await build({
    stdin: { contents: entry, resolveDir: here, loader: "js" },
    outfile: join(out, `${runtime}.bundle.js`),
    bundle: true,
    format: "esm",
    conditions,
    external: ["*.wasm", "node:*"],
    logLevel: "error",
    ...options.esbuild,
  });
}

async function inNode(groups, node, env) {
  // The package reads its wasm relative to itself, so in Node it stays outside the bundle.
  const tail = `for (const name of process.argv.slice(2)) {
    const group = GROUPS[name](ours);
    console.log(JSON.stringify({ name: group.name, results: await compare(group.contenders) }));
  }`;
  const external = ["node:*", join(root, "pkg", "node.js")];
  await bundle("node", ["node", "import"], { tail, esbuild: { platform: "node", external } });
  const output = await run(node, ["--expose-gc", join(out, "node.bundle.js"), ...groups], { env });
  return output
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
}

async function inChromium(groups, env) {
  const tail = `window.bench = async (name) => {
    await ours.default(new URL("./gpt_image_edge_bg.wasm", location.href));
    const group = GROUPS[name](ours);
    return { name: group.name, results: await compare(group.contenders) };
  };`;
  await bundle("index", ["browser", "import"], { tail, esbuild: { platform: "browser" } });
  const files = {
    "/": ["text/html", "<!doctype html><link rel=icon href=data:,><script type=module src=index.bundle.js></script>"],
    "/index.bundle.js": ["text/javascript", await readFile(join(out, "index.bundle.js"))],
    "/gpt_image_edge_bg.wasm": ["application/wasm", await readFile(join(root, "pkg", "gpt_image_edge_bg.wasm"))],
  };
  const server = createServer((request, response) => {
    const [type, body] = files[request.url] ?? ["text/plain", "not found"];
    response.writeHead(files[request.url] ? 200 : 404, { "content-type": type }).end(body);
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const browser = await chromium.launch({ executablePath: env.CHROME_PATH, args: CHROMIUM_ARGS });
  try {
    const page = await browser.newPage();
    await page.goto(`http://127.0.0.1:${server.address().port}/`);
    await page.waitForFunction("window.bench");
    const results = [];
    for (const group of groups) results.push(await page.evaluate((name) => window.bench(name), group));
    return results;
  } finally {
    await browser.close();
    server.close();
  }
}

/** workerd stops its clock while code runs, so the rounds are timed from outside, by requests that repeat the work. */
async function inWorkerd(groups) {
  const tail = `export default { async fetch(request) {
    const { group: name, at, count } = await request.json();
    const group = GROUPS[name](ours);
    if (at === undefined) return Response.json({ name: group.name, contenders: group.contenders.map((c) => c.name) });
    const { work, synchronous } = group.contenders[at];
    if (synchronous) for (let i = 0; i < count; i++) work();
    else for (let i = 0; i < count; i++) await work();
    return new Response("done");
  } };`;
  await bundle("workerd", ["workerd", "worker", "import"], {
    tail,
    esbuild: { platform: "neutral", mainFields: ["module", "main"] },
  });
  const { convertV4MiniflareOptions = (options) => options } = await import("miniflare");
  const wasm = await readFile(join(root, "pkg", "gpt_image_edge_bg.wasm"));
  const worker = new Miniflare(
    convertV4MiniflareOptions({
      compatibilityDate: "2026-07-01",
      compatibilityFlags: ["nodejs_compat"],
      modules: [
        { type: "ESModule", path: "worker.js", contents: await readFile(join(out, "workerd.bundle.js"), "utf8") },
        { type: "CompiledWasm", path: "gpt_image_edge_bg.wasm", contents: wasm },
      ],
    }),
  );
  const ask = (body) => worker.dispatchFetch("http://bench/", { method: "POST", body: JSON.stringify(body) });
  const median = (numbers) => [...numbers].sort((a, b) => a - b)[numbers.length >> 1];
  try {
    const results = [];
    for (const group of groups) {
      const { name, contenders } = await (await ask({ group })).json();
      const timed = async (at, count) => {
        const start = performance.now();
        await (await ask({ group, at, count })).text();
        return performance.now() - start;
      };
      const counts = [];
      for (const at of contenders.keys()) {
        let count = 1;
        while ((await timed(at, count)) < 250 && count < 1 << 24) count *= 2;
        counts.push(count);
      }
      const times = contenders.map(() => []);
      for (let round = 0; round < 9; round++)
        for (const at of contenders.keys()) {
          // What a request costs without any work is taken off.
          const overhead = await timed(at, 0);
          times[at].push(Math.max(0, (await timed(at, counts[at])) - overhead) / counts[at]);
        }
      results.push({ name, results: contenders.map((contender, at) => ({ name: contender, ms: median(times[at]) })) });
    }
    return results;
  } finally {
    await worker.dispose();
  }
}

const time = (ms) =>
  ms >= 1 ? `${ms.toFixed(1)} ms` : ms >= 0.001 ? `${(ms * 1000).toFixed(2)} µs` : `${(ms * 1e6).toFixed(0)} ns`;

function table(runtimes) {
  const names = runtimes[0].groups.map((group) => group.name);
  return names
    .map((name) => {
      const found = runtimes.map(({ groups }) => groups.find((group) => group.name === name));
      const rows = found[0].results.map(({ name: contender }) => {
        const cells = found.map(({ results }) => {
          const entry = results.find((result) => result.name === contender);
          return entry ? `${time(entry.ms)} (${(entry.ms / results[0].ms).toFixed(2)}×)` : "–";
        });
        return `| ${contender} | ${cells.join(" | ")} |`;
      });
      return `### ${name}\n\n| | ${runtimes.map((r) => r.title).join(" | ")} |\n|${" --- |".repeat(runtimes.length + 1)}\n${rows.join("\n")}`;
    })
    .join("\n\n");
}

const version = (name) => require(`${name}/package.json`).version;
const versionOf = async (name) => {
  try {
    return version(name);
  } catch {
    return JSON.parse(await readFile(join(root, "node_modules", name, "package.json"), "utf8")).version;
  }
};

async function main() {
  const chosen = process.argv.slice(2);
  const groups = chosen.length ? chosen : GROUP_NAMES;
  const { env, node } = await setup({ chromium: true });
  await mkdir(out, { recursive: true });
  const runtimes = [];
  const measure = (title, work) =>
    step(`measuring in ${title}`, async () => void runtimes.push({ title, groups: await work() }));
  await measure("Chromium", () => inChromium(groups, env));
  await measure(`Node ${(await run(node, ["--version"])).trim().slice(1)}`, () => inNode(groups, node, env));
  await measure("workerd", () => inWorkerd(groups));
  const text = table(runtimes);
  console.log(`\n${text}`);
  if (chosen.length) return;
  const versions = await Promise.all(COMPETITORS.map(async (name) => `${name} ${await versionOf(name)}`));
  const head = `# Benchmarks

Written by \`npm run bench\` on ${new Date().toISOString().slice(0, 10)} (${cpus().length} × ${cpus()[0].model.trim()}, ${arch()}, shared with others: only ratios count).
Times are medians of interleaved rounds; in brackets the time over ours, so more than 1 means slower than this package.
Against: ${versions.join(", ")}. ajv compiles code at run time, which workerd forbids.`;
  await writeFile(join(root, "docs", "benchmarks.md"), `${head}\n\n${text}\n`);
}

await main();

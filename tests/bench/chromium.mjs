// Chromium: one page for all groups, a fresh browser for each measurement of memory, a fresh page for each start.

import { readFile, readdir } from "node:fs/promises";
import { join } from "node:path";

import { build } from "esbuild";
import { chromium } from "playwright-core";

import { root } from "../../.ci/setup.mjs";
import { bundle, here, MEMORY_TAIL, out } from "./bundle.mjs";
import { median } from "./measure.js";
import { peaks } from "./memory.mjs";
import { serve } from "./server.mjs";

const ARGS = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];
const launch = (env) => chromium.launch({ executablePath: env.CHROME_PATH, args: ARGS });
const page = (script) => [
  "text/html",
  `<!doctype html><link rel=icon href=data:,><script type=module>${script}</script>`,
];
const WASM = "gpt_image_edge_bg.wasm";
const CORE_WASM = "gpt_image_edge_core_bg.wasm";
const wasmFile = async () => ["application/wasm", await readFile(join(root, "pkg", WASM))];

const TAIL = `
  ${MEMORY_TAIL}
  window.start = () => ours.default(new URL("./${WASM}", location.href));
  window.bench = async (name, options) => {
    const group = GROUPS[name](ours, location.origin);
    return { name: group.name, results: await compare(group.contenders, options) };
  };
  window.memoryNames = memoryNames;
  window.prepare = async (kind, at) => void (window.work = await prepare(location.origin, kind, at));`;

async function site() {
  const file = await bundle("index", TAIL, { platform: "browser", conditions: ["browser", "import"] });
  return {
    "/": page('import "./bundle.js"'),
    "/bundle.js": ["text/javascript", await readFile(file)],
    [`/${WASM}`]: await wasmFile(),
  };
}

async function open(browser, origin) {
  const opened = await browser.newPage();
  await opened.goto(`${origin}/`);
  await opened.waitForFunction("window.start");
  await opened.evaluate("start()");
  return opened;
}

export async function timesInChromium(groups, { env, options }) {
  const { origin, close } = await serve(await site());
  const browser = await launch(env);
  try {
    const opened = await open(browser, origin);
    const results = [];
    for (const group of groups)
      results.push(await opened.evaluate(([name, how]) => window.bench(name, how), [group, options]));
    return results;
  } finally {
    await browser.close();
    close();
  }
}

/** The processes of a browser: which of them show pages, and all. */
async function processesOf(browser) {
  const session = await browser.newBrowserCDPSession();
  const { processInfo } = await session.send("SystemInfo.getProcessInfo");
  return { all: processInfo.map(({ id }) => id), pages: processInfo.map(({ type }) => type === "renderer") };
}

/** MB above what the page's process had, and all processes together, by contender. */
export async function memoryInChromium(kind, { env, repeats }) {
  const { origin, close } = await serve(await site());
  try {
    const results = [];
    for (let at = 0, names; names === undefined || at < names.length; at++) {
      const found = [];
      for (let i = 0; i < repeats; i++) {
        const browser = await launch(env);
        try {
          const opened = await open(browser, origin);
          names ??= await opened.evaluate((which) => window.memoryNames(which), kind);
          await opened.evaluate(([which, index]) => window.prepare(which, index), [kind, at]);
          await (await opened.context().newCDPSession(opened)).send("HeapProfiler.collectGarbage");
          // Compilers and the collector may still be at work.
          await new Promise((done) => setTimeout(done, 500));
          const { all, pages } = await processesOf(browser);
          const grown = await peaks(all, () => opened.evaluate("work()"));
          // A browser keeps processes of pages that are not shown; those do not grow.
          const page = Math.max(...grown.filter((_, index) => pages[index]));
          found.push([page, grown.reduce((sum, one) => sum + one, 0)]);
        } finally {
          await browser.close();
        }
      }
      results.push({ name: names[at], cells: [0, 1].map((which) => median(found.map((each) => each[which]))) });
    }
    return results;
  } finally {
    close();
  }
}

const REQUEST = JSON.stringify({ model: "gpt-image-2", prompt: "a lighthouse at dusk", size: "1024x1536", n: 2 });

/** What a page runs to import a validator and check its first request. */
const ours = (entry) => `const { default: init, validate } = await import("/pkg/${entry}"); await init();
  if (!validate("generate", ${REQUEST}).ok) throw new Error("not valid");`;
const STARTS = {
  "gpt-image-edge": ours("index.js"),
  "gpt-image-edge/core": ours("core/index.js"),
  ...Object.fromEntries(
    ["zod", "valibot", "ajv"].map((name) => [
      name,
      `const { problems } = await import("/peers/${name}.js"); if (problems(${REQUEST})) throw new Error("not valid");`,
    ]),
  ),
  "(floor) an empty module": 'await import("/empty.js");',
};

/** Milliseconds from the import to the first answer, in fresh pages whose files are in the browser's cache. */
export async function startsInChromium({ env, repeats }) {
  const peers = join(out, "peers");
  const entryPoints = (await readdir(join(here, "peers"))).map((name) => join(here, "peers", name));
  await build({ entryPoints, outdir: peers, bundle: true, minify: true, format: "esm", logLevel: "error" });
  const names = Object.keys(STARTS);
  const files = {
    "/pkg/index.js": ["text/javascript", await readFile(join(root, "pkg", "index.js"))],
    [`/pkg/${WASM}`]: await wasmFile(),
    "/pkg/core/index.js": ["text/javascript", await readFile(join(root, "pkg", "core", "index.js"))],
    [`/pkg/core/${CORE_WASM}`]: ["application/wasm", await readFile(join(root, "pkg", "core", CORE_WASM))],
    "/empty.js": ["text/javascript", "export {};"],
  };
  for (const name of ["zod", "valibot", "ajv"])
    files[`/peers/${name}.js`] = ["text/javascript", await readFile(join(peers, `${name}.js`))];
  for (const [index, name] of names.entries())
    files[`/${index}`] = page(
      `const begin = performance.now(); ${STARTS[name]} window.took = performance.now() - begin;`,
    );
  const { origin, close } = await serve(files);
  const browser = await launch(env);
  try {
    const context = await browser.newContext();
    const times = names.map(() => []);
    // The first three visits fill the caches: that of HTTP, and V8's of compiled code.
    for (let round = -3; round < repeats; round++)
      for (const index of names.keys()) {
        const opened = await context.newPage();
        await opened.goto(`${origin}/${index}`);
        const took = await (await opened.waitForFunction("window.took")).jsonValue();
        if (round >= 0) times[index].push(took);
        await opened.close();
      }
    return names.map((name, index) => ({ name, cells: [median(times[index])] }));
  } finally {
    await browser.close();
    close();
  }
}

export async function versionOfChromium(env) {
  const browser = await launch(env);
  try {
    return browser.version();
  } finally {
    await browser.close();
  }
}

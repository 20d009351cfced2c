// What `init` takes in a page: whatever can become the module. And what it says of what cannot.

import assert from "node:assert/strict";
import { test } from "node:test";

import { chromium } from "playwright-core";

import { serve } from "./browser.mjs";
import { root } from "./install.mjs";

const ENTRIES = [
  ["/pkg/index.js", "/pkg/gpt_image_edge_bg.wasm"],
  ["/pkg/core/index.js", "/pkg/core/gpt_image_edge_core_bg.wasm"],
  ["/pkg/pixels/index.js", "/pkg/pixels/gpt_image_edge_pixels_bg.wasm"],
];
const SOURCES = {
  nothing: () => undefined,
  text: (wasm) => wasm,
  "an address": (wasm) => new URL(wasm, location.href),
  "a request": (wasm) => new Request(wasm),
  "a reply": (wasm) => fetch(wasm),
  bytes: async (wasm) => (await fetch(wasm)).arrayBuffer(),
  "a view of bytes": async (wasm) => new Uint8Array(await (await fetch(wasm)).arrayBuffer()),
  "a module": (wasm) => WebAssembly.compileStreaming(fetch(wasm)),
};

let browser;
let site;
test.before(async () => {
  const executablePath = process.env.CHROME_PATH || "/usr/bin/chromium";
  browser = await chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-gpu"] });
  site = await serve(root);
});
test.after(async () => {
  await browser.close();
  site.stop();
});

/** A page of the site without anything in it. */
async function empty(t) {
  const page = await browser.newPage();
  t.after(() => page.close());
  await page.goto(`${site.address}/tests/package/fixtures/empty.html`);
  return page;
}

for (const [entry, wasm] of ENTRIES)
  test(`${entry} starts with whatever can become its module`, async (t) => {
    for (const [name, source] of Object.entries(SOURCES)) {
      const page = await empty(t);
      const ready = await page.evaluate(
        async ([address, given]) => {
          const { default: init, isReady } = await import(address);
          const before = isReady();
          await Promise.all([init(given === undefined ? undefined : Promise.resolve(given)), init()]);
          return [before, isReady()];
        },
        [entry, await page.evaluateHandle(source, wasm)],
      );
      assert.deepEqual(ready, [false, true], name);
    }
  });

test("engines that do not let a page compile and start at once are waited for", async (t) => {
  for (const [entry] of ENTRIES) {
    const page = await empty(t);
    const ready = await page.evaluate(async (address) => {
      for (const name of ["Module", "Instance"])
        WebAssembly[name] = new Proxy(WebAssembly[name], {
          construct() {
            throw new RangeError(
              `WebAssembly.${name} is disallowed on the main thread, if the buffer size is larger than 4KB`,
            );
          },
        });
      const { default: init, isReady } = await import(address);
      await init();
      return isReady();
    }, entry);
    assert.equal(ready, true, entry);
  }
});

test("what cannot become one is said, and the next try may be better", async (t) => {
  for (const [entry] of ENTRIES) {
    const page = await empty(t);
    const told = await page.evaluate(async (address) => {
      const { default: init, isReady } = await import(address);
      const errors = [];
      for (const source of [42, "/nothing.wasm", new Uint8Array([1, 2, 3])])
        await init(source).catch(({ message }) => errors.push(message));
      await init();
      return [...errors, isReady()];
    }, entry);
    assert.equal(told[0], "init: a module is expected, its bytes, its address or a Response, not Number");
    assert.match(told[1], /nothing\.wasm answered 404; serve the \.wasm next to the entry$/);
    assert.match(told[2], /WebAssembly/);
    assert.equal(told[3], true);
  }
});

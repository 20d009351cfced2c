// What every part of the page has to be: small, strict about where things come from, there without a network, usable
// with keys alone and in every mode of display.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { brotliCompressSync } from "node:zlib";

import { PICTURE_TIMEOUT_MS, RESULT, drawn } from "./actions.mjs";
import { accessible, site } from "./site.mjs";

const running = site();
const craft = running.part("Craft");
const { open } = running;
/** The page's own part of what is needed to compose, in brotli. The package's is checked where it is built. */
const OWN_BYTES = 21_500;
/** All of it, the package's script and module included. */
const FIRST_LOAD_BYTES = 115_000;

test("the first load is small beside the module, and from this server alone", async () => {
  // The worker that keeps the page for later loads what nobody waits for.
  const { page, close } = await open({ serviceWorkers: "block" });
  const loaded = new Set();
  page.on("request", (request) => loaded.add(request.url()));
  await page.reload({ waitUntil: "networkidle" });
  let own = 0;
  let all = 0;
  for (const url of loaded) {
    if (/^(blob|data):/.test(url)) continue;
    const { origin, pathname } = new URL(url);
    assert.equal(origin, running.address, url);
    const bytes = brotliCompressSync(await (await page.request.get(url)).body()).length;
    all += bytes;
    if (!/^\/(gpt-image-edge|v1)\//.test(pathname)) own += bytes;
  }
  assert.ok(loaded.size >= 5, `only ${loaded.size} files`);
  assert.ok(own <= OWN_BYTES, `the page's own: ${own} bytes with brotli, at most ${OWN_BYTES}`);
  assert.ok(all <= FIRST_LOAD_BYTES, `all: ${all} bytes with brotli, at most ${FIRST_LOAD_BYTES}`);
  await close();
});

test("the policy allows no inline code but what the build wrote, and nothing from elsewhere", async () => {
  const reply = await fetch(running.address);
  const policy = reply.headers.get("content-security-policy");
  const text = await reply.text();
  const digests = (tag) =>
    [...text.matchAll(new RegExp(`<${tag}>(.*?)</${tag}>`, "gs"))].map(
      ([, inside]) => `'sha256-${createHash("sha256").update(inside).digest("base64")}'`,
    );
  const rules = new Map(policy.split("; ").map((rule) => [rule.split(" ")[0], rule.split(" ").slice(1)]));
  assert.deepEqual(rules.get("default-src"), ["'none'"]);
  assert.deepEqual(rules.get("script-src"), ["'self'", "'wasm-unsafe-eval'", ...digests("script")]);
  assert.deepEqual(rules.get("style-src"), ["'self'", ...digests("style")]);
  assert.doesNotMatch(policy, /'unsafe-|https?:|\*/);
  // One of each, without attributes: nothing else is inline.
  assert.equal(text.match(/<script/gi).length, 1);
  assert.equal(text.match(/<style/gi).length, 1);
  assert.equal(digests("script").length + digests("style").length, 2);
  assert.doesNotMatch(text, /<[^>]*\s(style|on\w+)=/);
});

test("an inline script that the build did not write does not run", async () => {
  const { page, close } = await open({ expectedErrors: [/Content Security Policy/] });
  const ran = await page.evaluate(() => {
    document.body.append(Object.assign(document.createElement("script"), { textContent: "window.ran = true" }));
    return "ran" in window;
  });
  assert.equal(ran, false);
  await close();
});

craft("without a network the page is there, up to sending", async ({ open }) => {
  const { page, context, close } = await open({ expectedErrors: [/ERR_INTERNET_DISCONNECTED/, /Failed to fetch/] });
  await page.evaluate(async () => {
    const { active } = await navigator.serviceWorker.ready;
    if (active.state !== "activated")
      await new Promise((resolve) =>
        active.addEventListener("statechange", () => active.state === "activated" && resolve()),
      );
  });
  // Once more, so that what the worker of the page hands out has passed through its hands.
  await page.reload();
  await page.waitForSelector("html[data-ready]");
  await context.setOffline(true);
  await page.reload();
  await page.waitForSelector("html[data-ready]");
  await page.fill("#field-prompt", "a cat");
  assert.match(await page.innerText("#expected"), /^\$0\.\d+$/);
  assert.ok(await page.isVisible("#offline"));
  await page.click('[data-view="batch"]');
  await page.waitForSelector("#view-batch:not([hidden])");
  await close();
});

craft("the page can be installed", async ({ open }) => {
  const { page, close } = await open();
  const manifest = await page.evaluate(async () => (await fetch("manifest.webmanifest")).json());
  assert.deepEqual([manifest.display, manifest.start_url], ["standalone", "./"]);
  for (const { src, sizes, type } of manifest.icons) {
    const found = await page.evaluate(async (src) => {
      const blob = await (await fetch(src)).blob();
      const image = new Image();
      image.src = URL.createObjectURL(blob);
      await image.decode();
      return { type: blob.type, width: image.naturalWidth };
    }, src);
    assert.equal(found.type, type);
    if (sizes !== "any") assert.equal(`${found.width}x${found.width}`, sizes);
  }
  await close();
});

test("colours that the system forces leave everything to be told apart", async () => {
  const { page, close } = await open({ forcedColors: "active", hash: { size: "1536x1024", quality: "low" } });
  await accessible(page, "forced colours");
  const style = (selector, name) => page.$eval(selector, (element, name) => getComputedStyle(element)[name], name);
  const border = (selector) => style(selector, "borderTopColor");
  assert.notEqual(
    await border('.choice input[name="quality"]:checked + span'),
    await border('.choice input[name="quality"]:not(:checked) + span'),
  );
  await page.click("#tab-prices");
  await page.waitForSelector(".whisker");
  assert.notEqual(await border('.dot[aria-pressed="true"]'), await border('.dot[aria-pressed="false"]'));
  assert.notEqual(await style(".whisker", "backgroundColor"), await style(".stage", "backgroundColor"));
  await close();
});

test("who wants less motion gets none", async () => {
  const moves = async (page) => {
    await page.focus("#field-prompt");
    await page.waitForFunction(() => [...document.styleSheets].some(({ href }) => href?.endsWith("later.css")));
    return page.evaluate(() => {
      const spinner = Object.assign(document.createElement("span"), { className: "spinner" });
      document.body.append(spinner);
      const { animationName } = getComputedStyle(spinner);
      spinner.remove();
      return animationName !== "none";
    });
  };
  for (const [reducedMotion, expected] of [
    ["reduce", false],
    ["no-preference", true],
  ]) {
    const { page, close } = await open({ reducedMotion });
    assert.equal(await moves(page), expected, reducedMotion);
    await close();
  }
});

craft("keys alone are enough to draw and to take the picture as input", async ({ open }) => {
  const { page, close } = await open({ hash: { quality: "low", size: "1024x1024" } });
  const focused = () => page.evaluate(() => document.activeElement.id || document.activeElement.textContent.trim());
  const tabTo = async (wanted) => {
    for (let pressed = 0; pressed < 80; pressed++) {
      if ((await focused()) === wanted) return;
      await page.keyboard.press("Tab");
    }
    assert.fail(`${wanted} is not reached by Tab`);
  };
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  assert.equal(await focused(), "field-prompt");
  await page.keyboard.type("a red apple");
  await page.keyboard.press("Control+Enter");
  await page.waitForSelector(RESULT, { timeout: PICTURE_TIMEOUT_MS });
  assert.match(await page.innerText("#status"), /^The picture is ready after/);
  await tabTo("Edit this");
  await page.keyboard.press("Enter");
  await page.waitForSelector(".thumbnails li");
  assert.equal(await focused(), "field-prompt");
  await close();
});

craft("a new user gets from nothing to an edited, masked and downloaded picture", async ({ open }) => {
  const { page, close } = await open();
  await drawn(page, "A lighthouse above the sea at dusk");
  await page.click(".run >> text=Edit this");
  await page.waitForSelector(".thumb-text small:has-text('×')");
  await page.click('[data-param="mask"] >> text=Paint');
  const box = await page.locator("#mask-dialog canvas").boundingBox();
  await page.waitForFunction(() => document.querySelector("#mask-dialog canvas").width > 300);
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width * 0.6, box.y + box.height * 0.55, { steps: 5 });
  await page.mouse.up();
  await page.click("text=Use the mask");
  await page.waitForSelector(".mask-preview[src]");
  await page.fill("#field-prompt", "Add a sailing boat");
  await page.click("#send");
  await page.waitForFunction(
    (selector) =>
      document.querySelectorAll(`.run:first-child ${selector}`).length === 1 &&
      document.querySelectorAll(".run").length === 2,
    RESULT,
    { timeout: PICTURE_TIMEOUT_MS },
  );
  const [file] = await Promise.all([
    page.waitForEvent("download"),
    page.locator(".run").first().locator("text=Download").click(),
  ]);
  assert.equal(file.suggestedFilename(), "add-a-sailing-boat.png");
  assert.equal((await readFile(await file.path())).toString("latin1", 1, 4), "PNG");
  await close();
});

craft("what is left of the budget is what the worker says, before a call and after it", async ({ open }) => {
  const left = async () => {
    const reply = await fetch(`${running.address}/v1/usage`, { headers: { authorization: `Bearer ${running.token}` } });
    return (await reply.json()).today;
  };
  const shown = async (page) =>
    Number(/^\$([\d,.]+) of \$1,000,000 left today$/.exec(await page.innerText("#budget"))?.[1].replaceAll(",", ""));
  const before = await left();
  const { page, close } = await open({ hash: { size: "1536x1024", quality: "high" } });
  await page.waitForSelector("#budget:not([hidden])");
  const text = await page.innerText("#budget");
  const first = await shown(page);
  // Other tests spend at the same time, so that what is shown lies between two answers of the worker.
  const between = await left();
  const cent = 0.01;
  assert.ok(first <= before.left_usd + cent && first >= between.left_usd - cent, `${first}`);
  await drawn(page, "a cat");
  const [, usd] = /Cost\s+\$([\d.]+)/.exec(await page.innerText(".run .facts"));
  await page.waitForFunction((text) => document.getElementById("budget").textContent !== text, text);
  const second = await shown(page);
  assert.ok(second <= first - Number(usd) + cent, `${first} - ${usd} = ${second}`);
  assert.ok(second >= (await left()).left_usd - cent, `${second}`);
  assert.match(
    await page.getAttribute("#budget", "title"),
    /^\$[\d.,]+ spent, \$[\d.,]+ held back for running calls; anew /,
  );
  await close();
});

craft("what is left of the minute is counted down, and then forgotten", async ({ open }) => {
  const { page, close } = await open({ expectedErrors: [/status of 429/] });
  await page.fill("#field-prompt", "a cat [[fault:429]]");
  await page.click("#send");
  const rate = await page.waitForSelector("#rate:not([hidden])", { timeout: PICTURE_TIMEOUT_MS });
  assert.match(await rate.innerText(), /^0 calls left for \d+ s$/);
  await page.waitForSelector("#rate", { state: "hidden" });
  await close();
});

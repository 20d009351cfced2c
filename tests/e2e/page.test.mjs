// The page in a real browser, with the real worker and the sandbox behind it.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";

import { PICTURE_TIMEOUT_MS, RESULT, choose, draw, drawn } from "./actions.mjs";
import { decoded, photograph } from "./browser.mjs";
import { LOOKS, accessible, site } from "./site.mjs";

const running = site();
const results = running.part("Results");
const errors = running.part("Errors");
/** What the sandbox draws soonest. */
const SMALL = { size: "1024x640", quality: "low" };

results("a prompt becomes a picture of the asked size and format, and a file", async ({ open }) => {
  const { page, close } = await open();
  await choose(page, "size", "1536x1024");
  await choose(page, "quality", "low");
  await choose(page, "output_format", "webp");
  await draw(page, "a lighthouse at dusk");
  await page.waitForSelector(RESULT, { timeout: PICTURE_TIMEOUT_MS });
  const found = await decoded(page, RESULT);
  assert.deepEqual([found.width, found.height, found.type], [1536, 1024, "image/webp"]);
  assert.ok(found.colors > 20, `only ${found.colors} colours`);

  const [download] = await Promise.all([page.waitForEvent("download"), page.click("text=Download")]);
  assert.equal(download.suggestedFilename(), "a-lighthouse-at-dusk.webp");
  const bytes = await readFile(await download.path());
  assert.equal(bytes.toString("latin1", 0, 4) + bytes.toString("latin1", 8, 12), "RIFFWEBP");
  const facts = (await page.innerText(".run .facts")).replace(/\s+/g, " ");
  assert.match(
    facts,
    /Time [\d.]+ s Cost \$0\.00\d+ Tokens \d+ Size 1536 × 1024 Quality low Format webp .*Request req_\w+/,
  );
  await close();
});

results("several pictures come at once, and transparent ones are", async ({ open }) => {
  const { page, close } = await open();
  await choose(page, "size", "1024x1024");
  await choose(page, "background", "transparent");
  await page.fill("#field-n", "3");
  await draw(page, "a red apple");
  await page.waitForFunction((selector) => document.querySelectorAll(selector).length === 3, RESULT, {
    timeout: PICTURE_TIMEOUT_MS,
  });
  const found = await decoded(page, RESULT);
  assert.equal(found.type, "image/png");
  assert.ok(found.transparent > 1000, `${found.transparent} transparent pixels`);
  await close();
});

results("partial images are seen before the finished one", async ({ open }) => {
  const { page, close } = await open();
  await choose(page, "size", "1024x1536");
  await choose(page, "partial_images", "2");
  // The sandbox may send all at once, and then a preview stands for less than a frame: whoever watches the page sees it.
  await page.evaluate(() => {
    window.previews = new Set();
    const look = () => {
      const preview = document.querySelector(".picture.partial img");
      if (preview) window.previews.add(preview.src);
    };
    new MutationObserver(look).observe(document.getElementById("runs"), { childList: true, subtree: true });
  });
  await draw(page, "a forest in the morning");
  await page.waitForSelector(RESULT, { timeout: PICTURE_TIMEOUT_MS });
  assert.equal(await page.getAttribute(".run", "data-partials"), "2");
  assert.ok((await page.evaluate(() => window.previews.size)) >= 1, "no preview stood on the page");
  const found = await decoded(page, RESULT);
  assert.deepEqual([found.width, found.height], [1024, 1536]);
  await close();
});

results("photographs are edited, with a mask", async ({ open }) => {
  const { page, close } = await open();
  const shape = { width: 600, height: 400 };
  await page.setInputFiles("#image-files", [
    await photograph(page, { ...shape, type: "image/jpeg", seed: 1 }),
    await photograph(page, { ...shape, type: "image/webp", seed: 2 }),
  ]);
  await page.waitForSelector(".thumbnails li:nth-child(2)");
  await page.setInputFiles("#mask-file", await photograph(page, { ...shape, type: "image/png", hole: true }));
  assert.equal(await page.innerText("#send"), "Edit");
  await choose(page, "output_format", "jpeg");
  await choose(page, "size", "1536x1024");
  await draw(page, "add a boat");
  await page.waitForSelector(RESULT, { timeout: PICTURE_TIMEOUT_MS });
  const found = await decoded(page, RESULT);
  assert.deepEqual([found.width, found.height, found.type], [1536, 1024, "image/jpeg"]);
  await page.click("text=Edit this");
  await page.waitForFunction(() => document.querySelectorAll(".thumbnails li").length === 1);
  await close();
});

/** What the sandbox is told to do, and what the page makes of it. */
const FAULTS = [
  ["429", { whose: /too many at once/, billed: "No.", again: true }],
  ["moderation", { whose: /moderation refused it/, billed: "No.", again: false }],
  ["500", { whose: /The service's/, billed: /./, again: true }],
];

for (const [fault, { whose, billed, again }] of FAULTS)
  errors(`an error says what happened, whose fault it is and whether it was billed: ${fault}`, async ({ open }) => {
    const { page, close } = await open({ expectedErrors: [/status of [45]\d\d/] });
    await draw(page, `something [[fault:${fault}]]`);
    await page.waitForSelector(".failure", { timeout: PICTURE_TIMEOUT_MS });
    const facts = Object.fromEntries(
      await page.$$eval(".failure .facts > div", (rows) =>
        rows.map((row) => [...row.children].map((cell) => cell.innerText)),
      ),
    );
    assert.match(facts["Whose fault"], whose);
    assert.ok(facts["What to do"]);
    assert.match(facts.Billed, new RegExp(billed.source ?? `^${billed}$`));
    assert.match(await page.innerText(".failure .meta"), /^Request req_\w+$/);
    assert.equal(await page.locator(".failure button", { hasText: "Try again" }).count(), again ? 1 : 0);
    await close();
  });

errors("a wrong token is named as such", async ({ open }) => {
  const { page, close } = await open({ expectedErrors: [/status of 401/] });
  await page.route("**/v1/**", (route) =>
    route.continue({ headers: { ...route.request().headers(), authorization: "Bearer wrong" } }),
  );
  await draw(page, "a cat");
  await page.waitForSelector(".failure");
  assert.match(await page.innerText(".failure"), /Whose fault\s+The token's/);
  await close();
});

/** Begins to write, upon which everything that a call needs is loaded. */
async function settle(page) {
  const loaded = page.waitForResponse(/\/later\.css$/);
  await page.focus("#field-prompt");
  await (await loaded).finished();
  await page.waitForLoadState("networkidle");
}

errors("without a connection the page says so, and works again with one", async ({ open }) => {
  const { page, context, close } = await open({ hash: SMALL, expectedErrors: [/ERR_INTERNET_DISCONNECTED/] });
  await settle(page);
  await context.setOffline(true);
  await page.waitForSelector("#offline:not([hidden])");
  await draw(page, "a cat");
  await page.waitForSelector(".failure", { timeout: PICTURE_TIMEOUT_MS });
  assert.match(await page.innerText(".failure"), /The connection's/);
  await context.setOffline(false);
  await page.waitForSelector("#offline", { state: "hidden" });
  await page.locator(".failure button", { hasText: "Try again" }).click();
  await page.waitForSelector(RESULT, { timeout: PICTURE_TIMEOUT_MS });
  await close();
});

errors(
  "a part of the page that cannot be loaded is told of, and loads when there is a connection",
  async ({ open }) => {
    const { page, context, close } = await open({
      serviceWorkers: "block",
      expectedErrors: [/ERR_INTERNET_DISCONNECTED/],
    });
    await context.setOffline(true);
    await page.click("#tab-prices");
    await page.waitForSelector("#missing:not([hidden])");
    assert.match(await page.innerText("#missing"), /could not be loaded/);
    await context.setOffline(false);
    await page.click("#tab-code");
    await page.waitForSelector("#code pre");
    assert.equal(await page.isVisible("#missing"), false);
    await close();
  },
);

errors("a call whose connection breaks is asked for once more by the same key", async ({ open }) => {
  const { page, close } = await open({ hash: SMALL, expectedErrors: [/ERR_CONNECTION_RESET/] });
  const keys = [];
  await page.route("**/v1/images/generations", (route) => {
    keys.push(route.request().headers()["idempotency-key"]);
    return keys.length === 1 ? route.abort("connectionreset") : route.continue();
  });
  await drawn(page, "a cat");
  assert.equal(keys.length, 2);
  assert.ok(keys[0]);
  assert.equal(keys[1], keys[0]);
  await close();
});

results("a picture is shared as a file, and copied where sharing is refused", async ({ open }) => {
  const { page, context, close } = await open({ hash: { ...SMALL, output_format: "webp" } });
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await page.evaluate(() => {
    navigator.canShare = ({ files }) => files.every((file) => file instanceof File);
    navigator.share = async ({ files }) => {
      window.shared = files.map(({ name, type, size }) => ({ name, type, size }));
      if (window.refusal) throw new DOMException("refused", window.refusal);
    };
  });
  await drawn(page, "a cat");
  const share = page.locator(".run button", { hasText: "Share" });
  await share.click();
  const [file] = await page.evaluate(() => window.shared);
  assert.deepEqual([file.name, file.type], ["a-cat.webp", "image/webp"]);
  assert.ok(file.size > 1000);
  const copied = () =>
    page.evaluate(async () => {
      const [item] = await navigator.clipboard.read();
      return (await createImageBitmap(await item.getType("image/png"))).width;
    });
  // Whoever changes their mind gets no copy.
  await page.evaluate(() => navigator.clipboard.writeText("words"));
  await page.evaluate(() => (window.refusal = "AbortError"));
  await share.click();
  assert.equal(await page.evaluate(() => navigator.clipboard.readText()), "words");
  await page.evaluate(() => (window.refusal = "NotAllowedError"));
  await share.click();
  await page.locator(".run button", { hasText: "Copied" }).first().waitFor();
  assert.equal(await copied(), 1024);
  await close();
});

errors("a call that the page did not see the end of is told of, and asked for by its key", async ({ open }) => {
  const { page, close } = await open();
  const keys = [];
  page.on("request", (request) => request.method() === "POST" && keys.push(request.headers()["idempotency-key"]));
  await draw(page, "a slow cat [[fault:slow ms:4000 once:e2e-reload]]");
  await page.waitForSelector(".waiting");
  while (keys.length === 0) await page.waitForTimeout(20);
  await page.reload();
  await page.waitForSelector(".notice:not([hidden])");
  assert.match(await page.innerText(".run .notice"), /under way when the page was closed[\s\S]*may have been billed/);
  await page.locator(".notice button", { hasText: "Ask for it again" }).click();
  await page.waitForSelector(RESULT, { timeout: PICTURE_TIMEOUT_MS });
  assert.equal(keys.length, 2);
  assert.equal(keys[0], keys[1]);
  await page.reload();
  await page.waitForSelector("html[data-ready]");
  assert.equal(await page.locator(".run").count(), 0);
  await close();
});

errors("a call can be cancelled", async ({ open }) => {
  const { page, close } = await open();
  await draw(page, "a slow cat [[fault:hang]]");
  await page.click("#cancel");
  await page.waitForSelector(".failure");
  assert.match(await page.innerText(".failure"), /^Cancelled[\s\S]*Billed\s+Perhaps/);
  assert.ok(await page.isEnabled("#send"));
  await close();
});

results("a flat background is cut out, and one that is not is named", async ({ open }) => {
  const { page, close } = await open({ hash: { size: "1024x1024", quality: "low" } });
  await drawn(page, "a harbour");
  await page.click(".run >> text=Cut out");
  await page.waitForFunction(() => /more than one colour/.test(document.querySelector(".picture .hint").textContent));

  // The sandbox draws no flat backgrounds: this reply is a red square on green.
  const b64 = await page.evaluate(() => {
    const canvas = Object.assign(document.createElement("canvas"), { width: 200, height: 200 });
    const context = canvas.getContext("2d");
    context.fillStyle = "#00ff00";
    context.fillRect(0, 0, 200, 200);
    context.fillStyle = "#c00";
    context.fillRect(50, 50, 100, 100);
    return canvas.toDataURL("image/png").split(",")[1];
  });
  const reply = { created: 1, data: [{ b64_json: b64 }], background: "opaque", output_format: "png", size: "200x200" };
  await page.route("**/v1/images/generations", (route) => route.fulfill({ json: reply }));
  await page.click("#send");
  await page.waitForFunction(() => document.querySelectorAll(".run .picture:not(.waiting)").length === 2);
  await page.locator(".run").first().locator("text=Cut out").click();
  await page.waitForSelector(".cut-out img");
  const found = await decoded(page, ".cut-out img");
  assert.deepEqual([found.width, found.height, found.type], [200, 200, "image/png"]);
  assert.equal(found.transparent, 30_000);
  assert.match(await page.locator(".run").first().locator(".picture .hint").first().innerText(), /^75 % /);
  await close();
});

for (const { name, options } of LOOKS)
  test(`a result is accessible: ${name}`, async () => {
    const { page, close } = await running.open(options);
    await drawn(page, "a harbour");
    await accessible(page, "with a result");
    await close();
  });

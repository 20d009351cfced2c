// The page in a real browser, with the real worker and the sandbox behind it.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, test } from "node:test";

import { AxeBuilder } from "@axe-core/playwright";

import { DESKTOP, PHONE, decoded, launch, open, photograph } from "./browser.mjs";
import { start } from "./server.mjs";

const RESULT = ".picture:not(.partial):not(.waiting) img";
const PICTURE_TIMEOUT_MS = 60_000;

let server;
let browser;

before(async () => {
  [server, browser] = await Promise.all([start(), launch()]);
});

after(async () => {
  await browser?.close();
  await server?.stop();
});

const choose = (page, name, value) => page.locator(`label.choice:has(input[name="${name}"][value="${value}"])`).click();
const problems = (page, param) => page.locator(`[data-param="${param}"] .field-problems li`).allInnerTexts();

async function draw(page, prompt) {
  await page.fill("#field-prompt", prompt);
  await page.click("#send");
}

test("a prompt becomes a picture of the asked size and format, and a file", async () => {
  const { page, close } = await open(browser, server.address);
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
  assert.match(await page.innerText(".run .meta"), /1536x1024 · low · webp .*\$0\.00\d+ .* s · req_/);
  await close();
});

test("several pictures come at once, and transparent ones are", async () => {
  const { page, close } = await open(browser, server.address);
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

test("partial images are seen before the finished one", async () => {
  const { page, close } = await open(browser, server.address);
  await choose(page, "size", "1024x1536");
  await choose(page, "partial_images", "2");
  const partial = page.waitForSelector(".picture.partial img", { timeout: PICTURE_TIMEOUT_MS });
  await draw(page, "a forest in the morning");
  await partial;
  await page.waitForSelector(RESULT, { timeout: PICTURE_TIMEOUT_MS });
  assert.equal(await page.getAttribute(".run", "data-partials"), "2");
  const found = await decoded(page, RESULT);
  assert.deepEqual([found.width, found.height], [1024, 1536]);
  await close();
});

test("photographs are edited, with a mask", async () => {
  const { page, close } = await open(browser, server.address);
  const shape = { width: 600, height: 400 };
  await page.setInputFiles("#image-files", [
    await photograph(page, { ...shape, type: "image/jpeg", seed: 1 }),
    await photograph(page, { ...shape, type: "image/webp", seed: 2 }),
  ]);
  await page.waitForSelector(".thumbnails li:nth-child(2)");
  await page.setInputFiles("#mask-file", await photograph(page, { ...shape, type: "image/png", hole: true }));
  assert.match(await page.innerText("#send"), /^Edit\s+about \$0\.\d+$/);
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

test("problems stand beside their field, and nothing is sent", async () => {
  const { page, close } = await open(browser, `${server.address}/#size=1x1&quality=ultra`);
  let sent = 0;
  page.on("request", (request) => (sent += request.method() === "POST" ? 1 : 0));
  assert.match((await problems(page, "size"))[0], /"1x1"/);
  assert.match((await problems(page, "quality"))[0], /"ultra" is not accepted/);
  await page.click("#send");
  assert.match((await problems(page, "prompt"))[0], /is empty; say what to draw/);
  assert.equal(await page.evaluate(() => document.activeElement.id), "field-prompt");

  const text = { name: "notes.png", mimeType: "image/png", buffer: Buffer.from("these are words") };
  await page.setInputFiles("#image-files", text);
  await page.waitForSelector('[data-param="image"] li.error');
  assert.match((await problems(page, "image"))[0], /is no image by its content/);
  const photo = await photograph(page, { width: 64, height: 64, type: "image/png" });
  await page.setInputFiles("#image-files", Array(16).fill(photo));
  await page.waitForFunction(() =>
    /17 images; at most 16/.test(document.querySelector('[data-param="image"]').textContent),
  );
  assert.equal(sent, 0);
  await close();
});

test("a fix is one press", async () => {
  const { page, close } = await open(browser, `${server.address}/#model=gpt-image-2&size=1000x1000`);
  await page.click('[data-param="size"] .fix');
  assert.deepEqual(await problems(page, "size"), []);
  assert.match(page.url(), /size=1008x1008/);
  await close();
});

test("what was typed survives a reload", async () => {
  const { page, close } = await open(browser, server.address);
  await page.fill("#field-prompt", "a boat & a bird = friends");
  await choose(page, "quality", "high");
  await page.reload();
  await page.waitForSelector("html[data-ready]");
  assert.equal(await page.inputValue("#field-prompt"), "a boat & a bird = friends");
  assert.ok(await page.isChecked('input[name="quality"][value="high"]'));
  await close();
});

test("errors of the upstream say what happened and whose fault it is", async () => {
  const { page, close } = await open(browser, server.address, { expectedErrors: [/status of 4\d\d|status of 500/] });
  await draw(page, "something [[fault:moderation]]");
  await page.waitForSelector(".failure");
  assert.match(await page.innerText(".failure"), /refused by moderation[\s\S]*moderation_blocked · Request req_/i);
  await close();
});

test("a wrong token is named as such", async () => {
  const { page, close } = await open(browser, server.address, { expectedErrors: [/status of 401/] });
  await page.route("**/v1/**", (route) =>
    route.continue({ headers: { ...route.request().headers(), authorization: "Bearer wrong" } }),
  );
  await draw(page, "a cat");
  await page.waitForSelector(".failure");
  assert.match(await page.innerText(".failure"), /token is not valid/);
  await close();
});

test("a call can be cancelled", async () => {
  const { page, close } = await open(browser, server.address);
  await draw(page, "a slow cat [[fault:hang]]");
  await page.click("#cancel");
  await page.waitForSelector(".failure");
  assert.match(await page.innerText(".failure"), /may still be billed/);
  assert.ok(await page.isEnabled("#send"));
  await close();
});

for (const [device, options] of Object.entries({ desktop: DESKTOP, phone: PHONE }))
  for (const colorScheme of ["light", "dark"])
    test(`no accessibility violation on the ${device}, ${colorScheme}`, async () => {
      const { page, close } = await open(browser, server.address, { ...options, colorScheme });
      const check = async (state) => {
        const { violations } = await new AxeBuilder({ page })
          .withTags(["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"])
          .analyze();
        const told = violations.map(({ id, nodes }) => `${state}: ${id}: ${nodes.map((node) => node.html).join(" ")}`);
        assert.deepEqual(told, []);
      };
      await check("empty");
      assert.ok(
        await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth),
        "the page scrolls sideways",
      );
      await page.click("#send");
      await check("with problems");
      await draw(page, "a harbour");
      await page.waitForSelector(RESULT, { timeout: PICTURE_TIMEOUT_MS });
      await check("with a result");
      await close();
    });

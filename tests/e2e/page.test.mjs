// The page in a real browser, with the real worker and the sandbox behind it.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";

import { PICTURE_TIMEOUT_MS, RESULT, choose, draw, drawn } from "./actions.mjs";
import { decoded, photograph } from "./browser.mjs";
import { LOOKS, accessible, site } from "./site.mjs";

const { open } = site();

test("a prompt becomes a picture of the asked size and format, and a file", async () => {
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
  assert.match(await page.innerText(".run .meta"), /1536x1024 · low · webp .*\$0\.00\d+ .* s · req_/);
  await close();
});

test("several pictures come at once, and transparent ones are", async () => {
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

test("partial images are seen before the finished one", async () => {
  const { page, close } = await open();
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

test("errors of the upstream say what happened and whose fault it is", async () => {
  const { page, close } = await open({ expectedErrors: [/status of 4\d\d|status of 500/] });
  await draw(page, "something [[fault:moderation]]");
  await page.waitForSelector(".failure");
  assert.match(await page.innerText(".failure"), /refused by moderation[\s\S]*moderation_blocked · Request req_/i);
  await close();
});

test("a wrong token is named as such", async () => {
  const { page, close } = await open({ expectedErrors: [/status of 401/] });
  await page.route("**/v1/**", (route) =>
    route.continue({ headers: { ...route.request().headers(), authorization: "Bearer wrong" } }),
  );
  await draw(page, "a cat");
  await page.waitForSelector(".failure");
  assert.match(await page.innerText(".failure"), /token is not valid/);
  await close();
});

test("a call can be cancelled", async () => {
  const { page, close } = await open();
  await draw(page, "a slow cat [[fault:hang]]");
  await page.click("#cancel");
  await page.waitForSelector(".failure");
  assert.match(await page.innerText(".failure"), /may still be billed/);
  assert.ok(await page.isEnabled("#send"));
  await close();
});

for (const { name, options } of LOOKS)
  test(`a result is accessible: ${name}`, async () => {
    const { page, close } = await open(options);
    await drawn(page, "a harbour");
    await accessible(page, "with a result");
    await close();
  });

// The gallery: what was drawn is kept in the browser, found, used again, exported and deleted.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";

import { choose, drawn, settings } from "./actions.mjs";
import { LOOKS, accessible, site } from "./site.mjs";
import { entries } from "./zip.mjs";

const running = site();
const gallery = running.part("Gallery");
const CARDS = "#gallery-list .card";

const show = async (page, count) => {
  await page.click('[data-view="gallery"]');
  await page.waitForFunction(([cards, count]) => document.querySelectorAll(cards).length === count, [CARDS, count]);
};

/** Draws, and waits until the gallery has it. */
async function kept(page, prompt) {
  const before = await page.locator(".run[data-kept]").count();
  await drawn(page, prompt);
  await page.waitForFunction((before) => document.querySelectorAll(".run[data-kept]").length > before, before);
}

gallery("pictures are kept over a reload, with what they came from", async ({ open }) => {
  const { page, close } = await open({ hash: { quality: "low", size: "1024x1024" } });
  await kept(page, "a red apple");
  await page.reload();
  await page.waitForSelector("html[data-ready]");
  await show(page, 1);
  assert.match(
    await page.innerText("#gallery-space"),
    /^1 picture, [\d.]+ [kM]B, kept in this browser alone; .* free\.$/,
  );
  await page.click(".card-open");
  assert.match(
    (await page.innerText("#gallery-dialog")).replace(/\s+/g, " "),
    /a red apple Drawn .* Cost \$0\.00\d+ Time [\d.]+ s Size 1024 × 1024 Quality low Format png .* Request req_/,
  );
  await page.keyboard.press("Escape");
  assert.equal(await page.isVisible("#gallery-dialog"), false);
  await close();
});

gallery("search finds by prompt, and says when nothing matches", async ({ open }) => {
  const { page, close } = await open({ hash: { quality: "low", size: "1024x1024" } });
  await page.click('[data-view="gallery"]');
  await page.waitForSelector("#view-gallery[data-ready]");
  assert.match(await page.innerText("#gallery-empty"), /kept here, in this browser alone/);
  assert.equal(await page.isVisible("#gallery-tools"), false);
  await page.click('[data-view="compose"]');
  await kept(page, "a red apple");
  await kept(page, "a blue boat");
  await show(page, 2);
  for (const [words, count] of [
    ["BOAT", 1],
    ["a", 2],
    ["red boat", 0],
  ]) {
    await page.fill("#gallery-search", words);
    assert.equal(await page.locator(CARDS).count(), count, words);
  }
  assert.match(await page.innerText("#gallery-empty"), /No picture matches/);
  await close();
});

gallery("a picture is deleted, and comes back with one press", async ({ open }) => {
  const { page, close } = await open({ hash: { quality: "low", size: "1024x1024" } });
  await kept(page, "a red apple");
  await show(page, 1);
  await page.click(".card-open");
  await page.click("#gallery-dialog >> text=Delete");
  await show(page, 0);
  await page.click("#gallery-undo button");
  await show(page, 1);
  await close();
});

gallery("the ZIP has every picture as it was, and a file that tells of them", async ({ open }) => {
  const { page, close } = await open({ hash: { quality: "low", size: "1024x1024", output_format: "webp" } });
  await kept(page, "a red apple");
  await page.evaluate(() => document.querySelector(".run").remove());
  await kept(page, "a red apple");
  await show(page, 2);
  const [download] = await Promise.all([page.waitForEvent("download"), page.click("#gallery-export")]);
  assert.match(download.suggestedFilename(), /^gpt-image-edge-\d{4}-\d\d-\d\d\.zip$/);
  const files = entries(await readFile(await download.path()));
  assert.deepEqual([...files.keys()].sort(), ["a-red-apple-2.webp", "a-red-apple.webp", "metadata.json"]);
  for (const [name, bytes] of files) if (name.endsWith(".webp")) assert.equal(bytes.toString("latin1", 8, 12), "WEBP");
  const metadata = JSON.parse(files.get("metadata.json"));
  assert.equal(metadata.length, 2);
  for (const { file, prompt, settings: asked, size, usd, requestId } of metadata) {
    assert.ok(files.has(file));
    assert.deepEqual([prompt, asked.quality, size], ["a red apple", "low", "1024x1024"]);
    assert.ok(usd > 0 && requestId.startsWith("req_"));
  }
  await close();
});

gallery("a picture goes back into the form, and so do its settings", async ({ open }) => {
  const { page, close } = await open({ hash: { size: "1024x1024" } });
  await choose(page, "quality", "low");
  await kept(page, "a red apple");
  await choose(page, "quality", "high");
  await show(page, 1);
  await page.click(".card-open");
  await page.click("#gallery-dialog >> text=Use its settings");
  assert.equal(settings(page).quality, "low");
  assert.ok(await page.isVisible("#compose"));
  await show(page, 1);
  await page.click(".card-open");
  await page.click("#gallery-dialog >> text=Edit this");
  await page.waitForSelector(".thumbnails li");
  assert.equal(await page.innerText("#send"), "Edit");
  assert.equal(await page.evaluate(() => document.activeElement.id), "field-prompt");
  await close();
});

for (const { name, options } of LOOKS)
  test(`the gallery is accessible: ${name}`, async () => {
    const { page, close } = await running.open({ ...options, hash: { quality: "low", size: "1024x1024" } });
    await page.click('[data-view="gallery"]');
    await accessible(page, "empty");
    await page.click('[data-view="compose"]');
    await kept(page, "a red apple");
    await show(page, 1);
    await accessible(page, "with a picture");
    await page.click(".card-open");
    await accessible(page, "with the dialog");
    await close();
  });

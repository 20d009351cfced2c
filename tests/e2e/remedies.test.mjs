// Problems that no value of a field mends: the page offers what it can do itself, with one press.

import assert from "node:assert/strict";

import { catalogue, problems } from "./actions.mjs";
import { photograph } from "./browser.mjs";
import { site } from "./site.mjs";

const running = site();
const remedy = running.part("Remedies");

const press = async (page, param, text) => {
  await page.locator(`[data-param="${param}"] .field-problems .fix`, { hasText: text }).first().click();
};
const add = async (page, ...files) => {
  await page.setInputFiles("#image-files", files);
  await page.waitForFunction((count) => document.querySelectorAll(".thumb-name").length >= count, files.length);
};
const names = (page) => page.locator(".thumb-name").allInnerTexts();
const none = (page) => page.waitForFunction(() => document.querySelectorAll(".field-problems .error").length === 0);
const png = (page, more) => photograph(page, { width: 64, height: 64, type: "image/png", ...more });

remedy("an empty prompt, one that is too long, and what is no value at all", async ({ open }) => {
  const { page, close } = await open();
  await page.click("#send");
  await press(page, "prompt", "Use an example");
  await page.waitForFunction(() => document.getElementById("field-prompt").value.length > 20);
  const most = (await catalogue(page))[0].params.prompt.max_characters;
  await page.fill("#field-prompt", "🐈".repeat(most + 3));
  await press(page, "prompt", "Cut it");
  await none(page);
  assert.equal(await page.inputValue("#field-prompt"), "🐈".repeat(most));
  // What an address may hold.
  await page.evaluate(() => (location.hash += "&size=banana&n=1.5"));
  await press(page, "size", "Leave it out");
  await press(page, "n", "Leave it out");
  await none(page);
  await close();
});

remedy("pictures that are none, too many, or of another type than they say", async ({ open }) => {
  const { page, close } = await open();
  await page.fill("#field-prompt", "make it snow");
  const good = await png(page);
  const text = { name: "notes.png", mimeType: "image/png", buffer: Buffer.from("no picture at all") };
  await add(page, good, text);
  await press(page, "image", "Take it out");
  await none(page);
  assert.equal((await names(page)).length, 1);

  await add(page, ...Array.from({ length: 18 }, (_, at) => ({ ...good, name: `${at}.png` })));
  await press(page, "image", "Keep the first ones");
  await none(page);
  assert.equal((await names(page)).length, 16);
  await close();
});

remedy("a picture of a format that is not taken is converted, and named as what it is", async ({ open }) => {
  const { page, close } = await open();
  await page.fill("#field-prompt", "make it snow");
  // One black pixel.
  const gif = Buffer.from("R0lGODlhAQABAIAAAAAAAP///ywAAAAAAQABAAACAUwAOw==", "base64");
  await add(page, { name: "dot.gif", mimeType: "image/gif", buffer: gif });
  await press(page, "image", "Convert it");
  await none(page);
  assert.equal((await names(page)).length, 1);

  await page.locator(".thumb-tools button").last().click();
  const jpeg = await photograph(page, { width: 64, height: 64, type: "image/jpeg" });
  await add(page, { ...jpeg, name: "photo.png", mimeType: "image/png" });
  // It is said once the file has been read.
  await page.waitForSelector('[data-param="image"] .field-problems li');
  assert.match((await problems(page, "image"))[0], /declared as "image\/png" but holds "image\/jpeg"/);
  await press(page, "image", "Name its type rightly");
  await page.waitForFunction(() => document.querySelectorAll('[data-param="image"] .field-problems li').length === 0);
  await close();
});

remedy("a picture that is named or turned keeps its mask", async ({ open }) => {
  const { page, close } = await open();
  await page.fill("#field-prompt", "make it snow");
  const jpeg = await photograph(page, { width: 64, height: 64, type: "image/jpeg" });
  await add(page, { ...jpeg, name: "photo.png", mimeType: "image/png" });
  await page.setInputFiles("#mask-file", await png(page, { hole: true }));
  await page.waitForSelector(".mask-preview[src]");
  await press(page, "image", "Name its type rightly");
  await page.waitForFunction(() => document.querySelectorAll('[data-param="image"] .field-problems li').length === 0);
  assert.ok(await page.isVisible(".mask-preview"));
  await close();
});

remedy("a picture that is taken out leaves the mask of another", async ({ open }) => {
  const { page, close } = await open();
  await page.fill("#field-prompt", "make it snow");
  const text = { name: "notes.png", mimeType: "image/png", buffer: Buffer.from("no picture at all") };
  await add(page, await png(page), text);
  await page.setInputFiles("#mask-file", await png(page, { hole: true }));
  await page.waitForSelector(".mask-preview[src]");
  await press(page, "image", "Take it out");
  await none(page);
  assert.equal((await names(page)).length, 1);
  assert.ok(await page.isVisible(".mask-preview"));
  await close();
});

remedy("a mask of another size, and one that hides nothing", async ({ open }) => {
  const { page, close } = await open();
  await page.fill("#field-prompt", "make it snow");
  await add(page, await png(page));
  await page.setInputFiles("#mask-file", await png(page, { width: 32, hole: true }));
  await press(page, "mask", "Scale it");
  await none(page);
  assert.ok(await page.isVisible(".mask-preview"));
  await page.setInputFiles("#mask-file", await png(page));
  await press(page, "mask", "Remove the mask");
  await none(page);
  assert.equal(await page.isVisible(".mask-preview"), false);
  await close();
});

// `npm run screenshots`: the main states of the page, into docs/screenshots/, for the README and for a person's eye.
// `npm run screenshots -- refine phone` takes only those whose names contain a word.

import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";

import { root } from "../../.ci/setup.mjs";
import { RESULT, drawn } from "./actions.mjs";
import { DESKTOP, PHONE, launch, open } from "./browser.mjs";
import { start } from "./server.mjs";

const folder = join(root, "docs", "screenshots");
/** One pixel for each of the phone's: large pictures help nobody. */
const SMALL_PHONE = { ...PHONE, deviceScaleFactor: 1 };
const PROMPT = "A lighthouse above the sea at dusk, warm light";

await mkdir(folder, { recursive: true });
// A budget that looks like one that somebody was given, and of which little is spent.
const STATE_FOLDER = "screenshots";
await rm(join(root, "target", STATE_FOLDER), { recursive: true, force: true });
const [server, browser] = await Promise.all([start({ STATE_FOLDER, ORGANIZATION_DAILY_USD: "100" }), launch()]);
try {
  const words = process.argv.slice(2);
  const shot = async (name, options, hash, prepare) => {
    if (words.length > 0 && !words.some((word) => name.includes(word))) return;
    const { page, close } = await open(browser, `${server.address}/#${new URLSearchParams(hash)}`, options);
    await prepare(page);
    await page.screenshot({ path: join(folder, `${name}.png`), animations: "disabled" });
    await close();
  };
  const light = { ...DESKTOP, colorScheme: "light" };
  const dark = { ...DESKTOP, colorScheme: "dark" };
  const drawTop = async (page, prompt) => {
    await drawn(page, prompt);
    await page.evaluate(() => scrollTo(0, 0));
  };
  const wide = { size: "1536x1024", quality: "medium" };

  for (const [name, options] of [
    ["page-light", light],
    ["page-dark", dark],
  ])
    await shot(name, options, wide, (page) => drawTop(page, PROMPT));
  await shot("phone", { ...SMALL_PHONE, colorScheme: "light" }, { size: "1024x1024", quality: "low" }, async (page) => {
    await drawn(page, "A forest in the morning");
    await page.locator(".run").scrollIntoViewIfNeeded();
  });
  await shot("phone-dark", { ...SMALL_PHONE, colorScheme: "dark" }, { prompt: PROMPT }, async () => {});
  await shot(
    "problems",
    light,
    { model: "gpt-image-1-mini", size: "1000x1000", quality: "ultra", n: 40 },
    async (page) => {
      await page.click("#send");
      await page.locator("#problems").scrollIntoViewIfNeeded();
    },
  );
  await shot("prices", light, { ...wide, prompt: PROMPT }, async (page) => {
    await page.click("#tab-prices");
    await page.waitForSelector(".dots-row");
  });
  await shot("code", dark, { ...wide, prompt: PROMPT }, async (page) => {
    await page.click("#tab-code");
    await page.waitForSelector("#code pre");
  });
  await shot("mask", light, wide, async (page) => {
    await drawn(page, PROMPT);
    await page.click(".run >> text=Edit this");
    await page.click('[data-param="mask"] >> text=Paint');
    const box = await page.locator("#mask-dialog canvas").boundingBox();
    await page.waitForFunction(() => document.querySelector("#mask-dialog canvas").width > 300);
    await page.mouse.move(box.x + box.width * 0.4, box.y + box.height * 0.5);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width * 0.6, box.y + box.height * 0.45, { steps: 12 });
    await page.mouse.up();
  });
  await shot("refine", dark, { size: "1536x1024", quality: "low" }, async (page) => {
    await drawn(page, PROMPT);
    await page.click(".run >> text=Refine");
    await page.fill(".refine textarea", "Make it night");
    await page.click(".refine button[type=submit]");
    await page.waitForSelector(`.turns ${RESULT}`);
    await page.fill(".refine textarea", "Add a sailing boat");
    await page.locator(".turns").scrollIntoViewIfNeeded();
    await page.evaluate(() => document.querySelector(".refine").scrollIntoView({ block: "end" }));
  });
  await shot("gallery", light, { size: "1024x1024", quality: "low", output_format: "webp" }, async (page) => {
    const prompts = ["A red apple", "A harbour at noon", "A forest in the morning", PROMPT];
    for (const [count, prompt] of prompts.entries()) {
      await page.fill("#field-prompt", prompt);
      await page.click("#send");
      await page.waitForFunction(
        ([selector, count]) => document.querySelectorAll(selector).length === count,
        [RESULT, count + 1],
      );
      await page.waitForFunction((count) => document.querySelectorAll(".run[data-kept]").length === count, count + 1);
    }
    await page.click('[data-view="gallery"]');
    await page.waitForSelector("#view-gallery[data-ready]");
    await page.waitForFunction(() => [...document.images].every((image) => image.complete));
  });
  await shot(
    "batch",
    { ...light, expectedErrors: [/status of 400/] },
    { view: "batch", size: "1024x1024", quality: "low" },
    async (page) => {
      await page.waitForSelector("#view-batch[data-ready]");
      await page.fill("#batch-text", "a red apple\na blue boat\nsomething [[fault:moderation]]");
      await page.click("#batch-start");
      await page.waitForSelector("#batch-retry:not([hidden])");
    },
  );
  await shot("empty-dark", dark, {}, async () => {});
} finally {
  await browser.close();
  await server.stop();
}

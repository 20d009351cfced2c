// Many requests at once: read, priced before, drawn, tried again, and written for the Batch API.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";

import { PICTURE_TIMEOUT_MS } from "./actions.mjs";
import { LOOKS, accessible, site } from "./site.mjs";

// The batch loads when it is first looked at.
const running = site({ ready: "#view-batch[data-ready]" });
const batch = running.part("Batch");
/** A model that the Batch API takes and that has a price. */
const hash = { view: "batch", model: "gpt-image-2", quality: "low", size: "1024x1024" };

const rows = (page) =>
  page.$$eval("#batch-rows tr", (all) => all.map((row) => [...row.cells].slice(1).map((cell) => cell.innerText)));
const total = async (page) => Number((await page.innerText("#batch-total strong")).replace("$", ""));
const download = async (page) => {
  const [file] = await Promise.all([page.waitForEvent("download"), page.click("#batch-download")]);
  const text = await readFile(await file.path(), "utf8");
  return text
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
};

const TEXTS = [
  ["lines", "a red apple\n\n  a blue boat  \n", ["a red apple", "a blue boat"]],
  ["jsonl", '{"prompt":"a red apple"}\n{"prompt":"a blue boat","quality":"high"}', ["a red apple", "a blue boat"]],
  [
    "csv",
    'prompt,quality\n"a red apple, with a ""leaf""\nin two lines",low\na blue boat,high\n',
    ['a red apple, with a "leaf"\nin two lines', "a blue boat"],
  ],
];

for (const [format, text, prompts] of TEXTS)
  batch(`prompts are read as ${format}, priced before and written for the Batch API`, async ({ open }) => {
    const { page, close } = await open({ hash });
    assert.ok(await page.isVisible("#batch-empty"));
    await page.fill("#batch-text", text);
    assert.deepEqual(
      (await rows(page)).map(([prompt]) => prompt),
      // A cell shows a line break as a space.
      prompts.map((prompt) => prompt.replaceAll("\n", " ")),
    );
    const each = (await rows(page)).map(([, price]) => Number(price.replace("$", "")));
    // What is shown is rounded.
    const sum = each.reduce((all, price) => all + price, 0);
    assert.ok(Math.abs((await total(page)) - sum) < sum / 50, `${await total(page)}, ${sum}`);
    const half = Number(/^\$([\d.]+) through the Batch API/.exec(await page.innerText("#batch-half"))[1]);
    assert.ok(Math.abs(half * 2 - sum) < sum / 50, `${half}, ${sum}`);
    const lines = await download(page);
    assert.deepEqual(
      lines.map(({ body }) => body.prompt),
      prompts,
    );
    for (const { method, url, body } of lines)
      assert.deepEqual([method, url, body.model, body.size], ["POST", "/v1/images/generations", hash.model, hash.size]);
    assert.equal(new Set(lines.map(({ custom_id: id }) => id)).size, lines.length);
    if (format !== "lines") assert.equal(lines[1].body.quality, "high");
    await close();
  });

batch("what would be refused is named with its line and left out", async ({ open }) => {
  const { page, close } = await open({ hash });
  await page.fill("#batch-text", '{"prompt":"a cat"}\n{"prompt":"a dog","size":"1x1"}\n{"prompt":\n{"prompt":""}');
  const told = await rows(page);
  assert.equal(told.length, 4);
  assert.match(told[1].at(-1), /refused[\s\S]*Line 2: size: "1x1"/);
  assert.match(told[2].at(-1), /refused[\s\S]*Line 3: /);
  assert.match(told[3].at(-1), /refused[\s\S]*Line 4: prompt: is empty/);
  assert.match(await page.innerText("#batch-total"), /expected for 1 request; 3 would be refused/);
  assert.equal(await page.innerText("#batch-start"), "Start 1");
  assert.equal((await download(page)).length, 1);
  await close();
});

batch("a batch is drawn into the gallery; what failed is tried again alone", async ({ open }) => {
  const { page, close } = await open({ hash, expectedErrors: [/status of 400/] });
  let sent = 0;
  page.on("request", (request) => (sent += request.method() === "POST" ? 1 : 0));
  await page.waitForSelector("#budget:not([hidden])");
  const left = await page.innerText("#budget");
  await page.fill("#batch-text", "a red apple\na blue boat [[fault:moderation once:e2e-batch]]\na green hill");
  await page.click("#batch-start");
  await page.waitForSelector("#batch-retry:not([hidden])", { timeout: PICTURE_TIMEOUT_MS });
  assert.match(await page.innerText("#batch-told"), /^3 of 3: 2 done, 1 failed; \$0\.01\d* spent/);
  assert.equal(sent, 3);
  await page.click("#batch-retry");
  await page.waitForSelector("#batch-retry", { state: "hidden" });
  await page.waitForFunction(() => /^3 of 3: 3 done;/.test(document.getElementById("batch-told").textContent), {
    timeout: PICTURE_TIMEOUT_MS,
  });
  assert.equal(sent, 4);
  assert.equal(await page.$eval("#batch-progress", ({ value, max }) => value / max), 1);
  await page.waitForFunction((left) => document.getElementById("budget").textContent !== left, left);
  await page.click('[data-view="gallery"]');
  await page.waitForFunction(() => document.querySelectorAll("#gallery-list .card").length === 3);
  await close();
});

batch("a batch is cancelled, and goes on where it was", async ({ open }) => {
  const { page, close } = await open({ hash });
  await page.fill("#batch-lanes", "1");
  await page.fill("#batch-text", "a slow cat [[fault:hang once:e2e-batch-cancel]]\na red apple");
  await page.click("#batch-start");
  await page.waitForSelector(".batch-status.running");
  await page.click("#batch-cancel");
  await page.waitForSelector(".batch-status.failed");
  assert.equal(await page.innerText("#batch-start"), "Start 1");
  await page.click("#batch-start");
  await page.waitForSelector(".batch-status.done", { timeout: PICTURE_TIMEOUT_MS });
  await close();
});

batch("a file of prompts is opened", async ({ open }) => {
  const { page, close } = await open({ hash });
  const buffer = Buffer.from("prompt,n\na cat,2\na dog,\n");
  await page.setInputFiles("#batch-file", { name: "prompts.csv", mimeType: "text/csv", buffer });
  await page.waitForFunction(() => document.querySelectorAll("#batch-rows tr").length === 2);
  assert.match(await page.innerText("#batch-settings"), /^Read as CSV; gpt-image-2 unless/);
  assert.deepEqual(
    (await download(page)).map(({ body }) => body.n),
    [2, undefined],
  );
  await close();
});

for (const { name, options } of LOOKS)
  test(`the batch is accessible: ${name}`, async () => {
    const { page, close } = await running.open({ ...options, hash });
    await page.waitForSelector("#batch-empty");
    await accessible(page, "empty");
    await page.fill("#batch-text", "a red apple\na blue boat");
    await accessible(page, "read");
    await page.click("#batch-start");
    await page.waitForFunction(() => document.querySelectorAll(".batch-status.done").length === 2, {
      timeout: PICTURE_TIMEOUT_MS,
    });
    await accessible(page, "drawn");
    await close();
  });

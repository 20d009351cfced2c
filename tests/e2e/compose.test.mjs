// Composing: what is chosen, what is wrong with it, and how it is mended.

import assert from "node:assert/strict";
import { test } from "node:test";

import { catalogue, choose, problems, settings } from "./actions.mjs";
import { photograph } from "./browser.mjs";
import { LOOKS, accessible, site } from "./site.mjs";

const running = site();
const compose = running.part("Compose");
const checks = running.part("Checks");
const cost = running.part("Cost");

compose("the prompt is counted in characters as the API counts them", async ({ open }) => {
  const { page, close } = await open();
  for (const [prompt, count] of [
    ["", "0 / 32,000"],
    ["a cat", "5 / 32,000"],
    ["🐈‍⬛ é", "5 / 32,000"],
    ["x".repeat(32_001), "32,001 / 32,000"],
  ]) {
    await page.fill("#field-prompt", prompt);
    assert.equal(await page.innerText('[data-param="prompt"] .count'), count);
  }
  assert.match((await problems(page, "prompt"))[0], /32,?001/);
  await close();
});

compose("a key changes nothing on the page but what it makes another", async ({ open }) => {
  const { page, close } = await open({ hash: { prompt: "a cat on a wal", size: "1x1" } });
  // What the worker says of the budget comes whenever it comes.
  await page.waitForSelector("#budget:not([hidden])");
  const changed = await page.evaluate(async () => {
    const told = [];
    new MutationObserver((all) =>
      told.push(...all.map(({ type, target }) => [type, target.parentElement.className])),
    ).observe(document.documentElement, { subtree: true, childList: true, attributes: true, characterData: true });
    const prompt = document.getElementById("field-prompt");
    prompt.setRangeText("l", 14, 14, "end");
    prompt.dispatchEvent(new InputEvent("input", { bubbles: true }));
    await new Promise(requestAnimationFrame);
    return told;
  });
  // Neither price nor problem depends on this letter.
  assert.deepEqual(changed, [["characterData", "count"]]);
  await close();
});

compose("every model can be chosen and says how long it lasts", async ({ open }) => {
  const { page, close } = await open();
  const models = await catalogue(page);
  const offered = await page.$$eval("#field-model option", (options) => options.map(({ value }) => value));
  assert.deepEqual([...offered].sort(), models.map(({ id }) => id).sort());
  for (const model of models) {
    await page.selectOption("#field-model", model.id);
    const told = await page.innerText(".model-card .status");
    assert.match(
      told,
      model.status === "retired" ? /^Ended on / : model.shutdown_on ? /^Ends on / : /^Current/,
      model.id,
    );
    assert.equal(await page.isVisible(".migration"), Boolean(model.shutdown_on), model.id);
    assert.equal(settings(page).model, model.id);
  }
  await close();
});

checks(
  "the page begins with a model that does not end, and an ending one moves on with one press",
  async ({ open }) => {
    const { page, close } = await open({ hash: { prompt: "a cat" } });
    const models = await catalogue(page);
    const first = await page.inputValue("#field-model");
    assert.equal(models.find(({ id }) => id === first).shutdown_on, undefined);
    for (const model of models.filter(({ shutdown_on: end }) => end)) {
      await page.selectOption("#field-model", model.id);
      assert.match(await page.innerText(".migration"), /Expected price: .* becomes/);
      await page.click(".migration button");
      const moved = models.find(({ id }) => id === settings(page).model);
      assert.equal(moved.shutdown_on, undefined, model.id);
      assert.equal(await page.isVisible(".migration"), false);
      assert.equal(await page.isVisible("#jump"), false, `${model.id} moved to something that is refused`);
    }
    await close();
  },
);

compose("what the model does not take is shown with who does", async ({ open }) => {
  const { page, close } = await open();
  const models = (await catalogue(page)).filter(({ status }) => status !== "retired");
  for (const model of models) {
    await page.selectOption("#field-model", model.id);
    const others = models.flatMap((other) => other.params.quality.values);
    const lacking = [...new Set(others)].filter((word) => !model.params.quality.values.includes(word));
    const off = await page.$$eval('[data-param="quality"] input:disabled', (inputs) =>
      inputs.map(({ value }) => value),
    );
    assert.deepEqual(off.sort(), lacking.sort(), model.id);
    const why = page.locator('[data-param="quality"] .lacking');
    assert.equal(await why.isVisible(), lacking.length > 0, model.id);
    for (const word of lacking) assert.match(await why.innerText(), new RegExp(`\\b${word}\\b.*only with`));
  }
  await close();
});

compose("free sizes snap to what the model draws, and say why", async ({ open }) => {
  const { page, close } = await open();
  for (const [width, height, expected] of [
    ["1000", "1000", "1008x1008"],
    ["4000", "100", /^\d+x\d+$/],
    ["1024", "640", "1024x640"],
  ]) {
    await page.fill(".free label:first-of-type input", width);
    await page.press(".free label:first-of-type input", "Tab");
    await page.fill(".free label:last-of-type input", height);
    await page.press(".free label:last-of-type input", "Tab");
    const { size } = settings(page);
    assert.match(size, expected instanceof RegExp ? expected : new RegExp(`^${expected}$`));
    assert.deepEqual(await problems(page, "size"), []);
    assert.equal(await page.locator(".snapped").isVisible(), size !== `${width}x${height}`);
  }
  await close();
});

test("a size is dragged on the plane, with mouse and finger alike", async () => {
  for (const { options } of LOOKS) {
    const { page, close } = await running.open(options);
    const plane = page.locator(".plane");
    await plane.evaluate((element) => element.scrollIntoView({ block: "center" }));
    const box = await plane.boundingBox();
    await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width * 0.6, box.y + box.height * 0.4);
    await page.mouse.up();
    const [width, height] = settings(page).size.split("x").map(Number);
    assert.ok(width > height && width % 16 === 0 && height % 16 === 0, `${width}x${height}`);
    assert.deepEqual(await problems(page, "size"), []);
    await close();
  }
});

checks("problems stand beside their field and in one list, and nothing is sent", async ({ open }) => {
  const { page, close } = await open({ hash: { size: "1x1", quality: "ultra" } });
  let sent = 0;
  page.on("request", (request) => (sent += request.method() === "POST" ? 1 : 0));
  assert.match((await problems(page, "size"))[0], /"1x1"/);
  assert.match((await problems(page, "quality"))[0], /"ultra" is not accepted/);
  await page.click("#send");
  assert.match((await problems(page, "prompt"))[0], /is empty; say what to draw/);
  assert.equal(await page.evaluate(() => document.activeElement.id), "field-prompt");
  assert.equal(await page.locator(".checks li").count(), 3);
  assert.equal(await page.innerText("#jump"), "3 problems");
  for (const link of await page.locator(".checks .reason a").all())
    assert.match(await link.getAttribute("href"), /^https:/);

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

checks(
  "every fix is one press, and leaves nothing that would be refused",
  async ({ open }) => {
    const wrong = { model: "gpt-image-2", prompt: "a cat", size: "1000x1000", n: "40", complexity: "high" };
    const more = { background: "transparent", output_format: "jpeg", partial_images: "2", moderation: "strict" };
    const { page, close } = await open({ hash: { ...wrong, ...more } });
    for (let pressed = 0; pressed < 12 && (await page.locator(".checks .error .fix").count()); pressed++)
      await page.locator(".checks .error .fix").first().click();
    assert.equal(await page.isVisible("#jump"), false);
    const left = settings(page);
    assert.equal(left.size, "1008x1008");
    assert.equal(left.complexity, undefined);
    await close();
  },
  { everywhere: true },
);

compose("what was typed survives a reload, and the way back in the browser", async ({ open }) => {
  const { page, close } = await open();
  await page.fill("#field-prompt", "a boat & a bird = friends");
  await choose(page, "quality", "high");
  await page.reload();
  await page.waitForSelector("html[data-ready]");
  assert.equal(await page.inputValue("#field-prompt"), "a boat & a bird = friends");
  assert.ok(await page.isChecked('input[name="quality"][value="high"]'));
  await page.evaluate(() => (location.hash = "#prompt=a+bird&quality=low"));
  await page.waitForFunction(() => document.getElementById("field-prompt").value === "a bird");
  assert.ok(await page.isChecked('input[name="quality"][value="low"]'));
  await close();
});

cost(
  "the price follows every key, and the chart takes a model and a quality",
  async ({ open }) => {
    const { page, close } = await open({ hash: { size: "1536x1024", quality: "low", prompt: "a cat" } });
    const price = () => page.innerText("#expected");
    const low = await price();
    assert.match(low, /^\$0\.00\d+$/);
    await choose(page, "quality", "high");
    assert.notEqual(await price(), low);
    assert.match(await page.innerText(".cheapest"), /Cheapest in this shape: \d+ × \d+, about \$0\.\d+ each/);
    await page.click(".cheapest button");
    assert.match(await page.innerText(".cheapest"), /the cheapest size/);

    await page.click("#tab-prices");
    await page.waitForSelector(".dots-row");
    const names = await page
      .locator(".dots-row")
      .evaluateAll((rows) => rows.map((row) => row.getAttribute("aria-label")));
    const models = await catalogue(page);
    const namesOf = (isEnded) =>
      models.filter(({ status }) => (status === "retired") === isEnded).map(({ name }) => name);
    assert.deepEqual(names, namesOf(false));
    const told = await page.innerText("#prices");
    for (const name of namesOf(true)) assert.ok(told.includes(name), name);
    const dots = page.locator(".dot");
    for (const at of [0, (await dots.count()) - 1]) {
      const [model, quality] = (await dots.nth(at).getAttribute("data-point")).split("/");
      const [, expected] = /about (\S+)$/.exec(await dots.nth(at).getAttribute("aria-label"));
      await dots.nth(at).click();
      await page.waitForSelector(`.dot[data-point="${model}/${quality}"][aria-pressed="true"]`);
      assert.deepEqual([settings(page).model, settings(page).quality], [model, quality]);
      assert.equal(await price(), expected);
    }
    await page.click(".bill summary");
    await page.waitForSelector("#bill tr");
    assert.match(await page.innerText("#bill"), /Prompt\s+\d+ – \d+ tokens[\s\S]*Pictures/);
    await close();
  },
  { everywhere: true },
);

compose("tabs are worked with the arrow keys", async ({ open }) => {
  const { page, close } = await open();
  await page.focus("#tab-results");
  await page.keyboard.press("ArrowRight");
  assert.equal(await page.evaluate(() => document.activeElement.id), "tab-prices");
  await page.waitForSelector("#prices .dots-row");
  await page.keyboard.press("Home");
  assert.ok(await page.isVisible("#results"));
  await close();
});

for (const { name, options } of LOOKS)
  test(`composing is accessible: ${name}`, async () => {
    const { page, close } = await running.open(options);
    await accessible(page, "empty");
    await page.click("#send");
    await page.click(".more summary");
    await page.click(".bill summary");
    await page.waitForSelector("#bill tr");
    await accessible(page, "with a problem");
    await page.click("#tab-prices");
    await page.waitForSelector(".dots-row");
    await accessible(page, "prices");
    await page.selectOption(
      "#field-model",
      await page.locator("optgroup").last().locator("option").first().getAttribute("value"),
    );
    await accessible(page, "with a model that has ended");
    await close();
  });

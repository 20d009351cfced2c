// Editing: pictures come in, are put in order and made smaller; the mask is painted; before and after are compared.

import assert from "node:assert/strict";
import { test } from "node:test";

import { PICTURE_TIMEOUT_MS, RESULT, catalogue, choose, draw, problems } from "./actions.mjs";
import { PHONE, decoded, photograph, turned } from "./browser.mjs";
import { LOOKS, accessible, site } from "./site.mjs";

const running = site();
const edit = running.part("Edit");
const NAMES = ".thumb-name";
const CANVAS = "#mask-dialog canvas";

const price = async (page) => Number((await page.innerText("#expected")).replace("$", ""));

async function add(page, ...photos) {
  const before = await page.locator(NAMES).count();
  await page.setInputFiles("#image-files", photos);
  await page.waitForFunction(
    ([names, count]) => document.querySelectorAll(names).length === count,
    [NAMES, before + photos.length],
  );
  await page.waitForSelector(".thumb-text small:has-text('×')");
}

/** Opens the brush on a picture of 600 to 400. */
async function brush(page, type = "image/png") {
  await add(page, await photograph(page, { width: 600, height: 400, type }));
  await page.click('[data-param="mask"] >> text=Paint');
  await page.waitForSelector(CANVAS);
  await page.waitForFunction(() => document.querySelector("#mask-dialog canvas").width > 300);
}

/** A stroke across the middle. */
async function stroke(page) {
  const box = await page.locator(CANVAS).boundingBox();
  const at = (x) => [box.x + box.width * x, box.y + box.height / 2];
  await page.mouse.move(...at(0.4));
  await page.mouse.down();
  await page.mouse.move(...at(0.6), { steps: 8 });
  await page.mouse.up();
}

const share = (page) => page.innerText(".mask-told");
const NOTHING = /^Nothing is painted/;

edit("pictures are chosen, dropped and pasted", async ({ open }) => {
  const { page, close } = await open();
  const photo = await photograph(page, { width: 320, height: 200, type: "image/png", seed: 1 });
  await add(page, photo);
  for (const kind of ["drop", "paste"]) {
    const before = await page.locator(NAMES).count();
    await page.evaluate(
      ({ kind, base64 }) => {
        const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
        const carried = new DataTransfer();
        carried.items.add(new File([bytes], `${kind}.png`, { type: "image/png" }));
        const [Kind, key] = kind === "drop" ? [DragEvent, "dataTransfer"] : [ClipboardEvent, "clipboardData"];
        document.body.dispatchEvent(new Kind(kind, { [key]: carried, bubbles: true, cancelable: true }));
      },
      { kind, base64: photo.buffer.toString("base64") },
    );
    await page.waitForFunction(
      ([names, count]) => document.querySelectorAll(names).length === count,
      [NAMES, before + 1],
    );
  }
  assert.deepEqual(await page.locator(NAMES).allInnerTexts(), ["First: photo-1.png", "drop.png", "paste.png"]);
  assert.deepEqual(await problems(page, "image"), []);
  await close();
});

edit("the order is changed with buttons, and each picture says what it costs", async ({ open }) => {
  const { page, close } = await open({ hash: { prompt: "a cat" } });
  const shape = { width: 640, height: 480, type: "image/png" };
  await add(page, await photograph(page, { ...shape, seed: 1 }), await photograph(page, { ...shape, seed: 2 }));
  await page.click('[aria-label="Move photo-2.png earlier"]');
  assert.deepEqual(await page.locator(NAMES).allInnerTexts(), ["First: photo-2.png", "photo-1.png"]);
  await page.waitForSelector(".thumb-text small:has-text('tokens')");
  for (const text of await page.locator(".thumb-text small").allInnerTexts())
    assert.match(text, /^640 × 480 · [\d.]+ kB · [\d,]+ tokens · \$0\.\d+$/);
  const both = await price(page);
  await page.click('[aria-label="Remove photo-2.png"]');
  await page.waitForFunction((before) => document.getElementById("expected").textContent !== before, `$${both}`);
  assert.ok((await price(page)) < both);
  await close();
});

edit("a picture that a camera turned is stored upright", async ({ open }) => {
  const { page, close } = await open();
  const photo = await photograph(page, { width: 600, height: 400, type: "image/jpeg" });
  for (const [orientation, size] of [
    [1, "600 × 400"],
    [3, "600 × 400"],
    [6, "400 × 600"],
    [8, "400 × 600"],
  ]) {
    await add(page, turned(photo, orientation));
    assert.ok((await page.innerText(".thumb-text small")).startsWith(size), `orientation ${orientation}`);
    assert.deepEqual(await problems(page, "image"), [], `orientation ${orientation}`);
    await page.click(".thumb-tools button");
  }
  await close();
});

edit("a picture is made smaller where that saves money", async ({ open }) => {
  const { page, close } = await open({ hash: { prompt: "a cat" } });
  await add(page, await photograph(page, { width: 2400, height: 1600, type: "image/jpeg" }));
  const offer = page.locator(".thumbnails .fix");
  await offer.waitFor();
  const [, size, saved] = /^Shrink to (.*): saves \$(.*)$/.exec(await offer.innerText());
  const before = await price(page);
  await offer.click();
  await page.waitForFunction((size) => document.querySelector(".thumb-text small").textContent.startsWith(size), size);
  const shown = Number(before.toPrecision(2));
  assert.ok(Math.abs(before - (await price(page)) - Number(saved)) <= shown * 0.05, `${before}, ${saved}`);
  await close();
});

edit("a painted mask is a PNG of the picture's size, transparent where it was painted", async ({ open }) => {
  const { page, close } = await open();
  await brush(page);
  assert.match(await share(page), NOTHING);
  assert.ok(await page.isDisabled("text=Use the mask"));
  await stroke(page);
  await page.click("text=Use the mask");
  await page.waitForSelector(".mask-preview[src]");
  const mask = await decoded(page, ".mask-preview");
  assert.deepEqual([mask.width, mask.height, mask.type], [600, 400, "image/png"]);
  assert.ok(mask.transparent > 2000 && mask.transparent < 60_000, `${mask.transparent} transparent pixels`);
  assert.deepEqual(await problems(page, "mask"), []);

  // What was painted is there when the brush is opened again, and goes when it is removed.
  await page.click('[data-param="mask"] >> text=Paint');
  await page.waitForFunction(() => /%/.test(document.querySelector(".mask-told")?.textContent));
  await page.click("#mask-dialog >> text=Cancel");
  await page.click('[data-param="mask"] >> text=Remove');
  assert.equal(await page.isVisible(".mask-preview"), false);
  await close();
});

edit("a mask that leaves nothing to change is told of, by a module that loads for masks alone", async ({ open }) => {
  const { page, close } = await open({ hash: { prompt: "a boat" } });
  const loaded = [];
  page.on("request", (request) => /pixels\//.test(request.url()) && loaded.push(request.url()));
  const shape = { width: 320, height: 200, type: "image/png" };
  await add(page, await photograph(page, shape));
  assert.deepEqual(loaded, []);
  await page.setInputFiles("#mask-file", await photograph(page, shape));
  await page.waitForSelector('[data-param="mask"] .field-problems li');
  assert.match((await problems(page, "mask"))[0], /has no transparent pixel/);
  assert.ok(loaded.length >= 2, `${loaded}`);
  await page.setInputFiles("#mask-file", await photograph(page, { ...shape, hole: true }));
  await page.waitForSelector('[data-param="mask"] .field-problems li', { state: "detached" });
  await close();
});

edit("strokes are undone, redone, erased, inverted and cleared", async ({ open }) => {
  const { page, close } = await open();
  await brush(page);
  const steps = [
    [() => stroke(page), /^\d %/],
    [() => page.keyboard.press("Control+z"), NOTHING],
    [() => page.keyboard.press("Control+Shift+z"), /^\d %/],
    [() => page.click("#mask-dialog >> text=Invert"), /^9\d %/],
    [() => page.click("#mask-dialog >> text=Undo"), /^\d %/],
    [() => page.click("#mask-dialog >> text=Clear"), NOTHING],
    [() => page.click("#mask-dialog >> text=Undo"), /^\d %/],
    [() => page.click("#mask-dialog >> text=Erase").then(() => stroke(page)), NOTHING],
  ];
  for (const [at, [act, expected]] of steps.entries()) {
    await act();
    assert.match(await share(page), expected, `step ${at}`);
  }
  await close();
});

edit("the brush is worked with keys alone", async ({ open }) => {
  const { page, close } = await open();
  await brush(page);
  assert.equal(await page.evaluate(() => document.activeElement.tagName), "CANVAS");
  await page.keyboard.press("]");
  await page.keyboard.press("ArrowLeft");
  assert.match(await share(page), NOTHING);
  await page.keyboard.press(" ");
  const one = await share(page);
  assert.match(one, /^(\d+|Less than 1) %/);
  for (let step = 0; step < 6; step++) await page.keyboard.press("Shift+ArrowRight");
  assert.notEqual(await share(page), one);
  await page.keyboard.press("Escape");
  assert.equal(await page.locator(".mask-preview[src]").count(), 0);
  await close();
});

edit(
  "one finger paints, two zoom and move, and leave no paint behind",
  async ({ open }) => {
    const { page, context, close } = await open(PHONE);
    await brush(page);
    const touch = await context.newCDPSession(page);
    const box = await page.locator(CANVAS).boundingBox();
    const point = (x, y, id) => ({ x: box.x + box.width * x, y: box.y + box.height * y, id });
    const send = (type, ...touchPoints) => touch.send("Input.dispatchTouchEvent", { type, touchPoints });
    await send("touchStart", point(0.4, 0.5, 0));
    await send("touchStart", point(0.4, 0.5, 0), point(0.6, 0.5, 1));
    await send("touchMove", point(0.2, 0.5, 0), point(0.8, 0.5, 1));
    await send("touchEnd");
    assert.match(await share(page), NOTHING);
    await send("touchStart", point(0.45, 0.5, 0));
    await send("touchMove", point(0.55, 0.5, 0));
    await send("touchEnd");
    const zoomed = await share(page);
    assert.match(zoomed, /%/);
    // The same finger at the usual size paints further across the picture than it did zoomed in.
    await page.click("#mask-dialog >> text=Clear");
    await page.click("#mask-dialog >> text=Fit");
    await send("touchStart", point(0.45, 0.5, 0));
    await send("touchMove", point(0.55, 0.5, 0));
    await send("touchEnd");
    assert.ok(
      Number.parseInt(await share(page)) > (Number.parseInt(zoomed) || 0),
      `${zoomed}, then ${await share(page)}`,
    );
    await close();
  },
  { on: "phone, light" },
);

edit("an edit with a painted mask is drawn, and compared with what was before", async ({ open }) => {
  const { page, close } = await open({ hash: { quality: "low", size: "1536x1024" } });
  await brush(page);
  await stroke(page);
  // A mask makes the picture no other: what is known of it stands, and so does its price.
  const known = await page.evaluateHandle(() => {
    const told = new Set();
    const look = () => told.add(document.querySelector(".thumb-text small").textContent);
    look();
    new MutationObserver(look).observe(document.querySelector('[data-param="image"]'), {
      subtree: true,
      childList: true,
      characterData: true,
    });
    return told;
  });
  await page.click("text=Use the mask");
  await page.waitForSelector(".mask-preview[src]");
  assert.match((await known.evaluate((told) => [...told])).join("|"), /^[^|]* tokens · \$[\d.]+$/);
  await draw(page, "add a boat");
  await page.waitForSelector(RESULT, { timeout: PICTURE_TIMEOUT_MS });
  await page.click("text=Before and after");
  const slider = page.locator(".slider input");
  await slider.focus();
  for (let step = 0; step < 20; step++) await page.keyboard.press("ArrowLeft");
  assert.equal(await page.$eval(".slider", (slider) => slider.style.getPropertyValue("--at")), "30%");
  await page.click("text=Before and after");
  assert.equal(await page.locator(".slider").count(), 0);
  await close();
});

edit("only edits are told how close to keep to the input", async ({ open }) => {
  const { page, close } = await open();
  // Served or not: those that have the field end sooner than those that do not.
  const models = await catalogue(page);
  const { id } = models.find(({ params }) => params.input_fidelity?.values.includes("low"));
  await page.selectOption("#field-model", id);
  await page.click(".more summary");
  assert.equal(await page.isVisible('[data-param="input_fidelity"]'), false);
  await add(page, await photograph(page, { width: 64, height: 64, type: "image/png" }));
  await choose(page, "input_fidelity", "low");
  assert.deepEqual(await problems(page, "input_fidelity"), []);
  await close();
});

for (const { name, options } of LOOKS)
  test(`editing is accessible: ${name}`, async () => {
    const { page, close } = await running.open(options);
    await add(
      page,
      await photograph(page, { width: 2400, height: 1600, type: "image/jpeg", seed: 1 }),
      await photograph(page, { width: 64, height: 64, type: "image/png", seed: 2 }),
    );
    await accessible(page, "with pictures");
    await page.click('[data-param="mask"] >> text=Paint');
    await page.waitForSelector(CANVAS);
    await accessible(page, "with the brush");
    await page.click("#mask-dialog >> text=Cancel");
    await close();
  });

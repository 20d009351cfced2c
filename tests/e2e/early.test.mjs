// Before its scripts and the package are there, the page is the document alone: what a person does then is not lost.

import assert from "node:assert/strict";
import { test } from "node:test";
import { brotliCompressSync } from "node:zlib";

import { PICTURE_TIMEOUT_MS, RESULT, choose, settings } from "./actions.mjs";
import { photograph } from "./browser.mjs";
import { LOOKS, accessible, site } from "./site.mjs";

const running = site();
const { open } = running;
/** All that is not in the document itself. */
const REST = /\.(js|css|wasm|json|svg|webmanifest)$/;
/** What a server may send before it hears from the other side: ten packets (RFC 6928), headers included. */
const FIRST_FLIGHT_BYTES = 14_600;
const HEADERS_BYTES = 1_500;
const held = { held: REST, serviceWorkers: "block" };

for (const { name, options } of LOOKS)
  test(`the document alone shows the whole form and takes what is done to it: ${name}`, async () => {
    const { page, close, release } = await open({ ...held, ...options });
    await page.fill("#field-prompt", "a cat");
    await choose(page, "quality", "low");
    await choose(page, "size", "1536x1024");
    await page.fill("#field-n", "3");
    // Another than the suggested one, whose prices are known.
    const model = await page.locator("#field-model option").nth(4).getAttribute("value");
    await page.selectOption("#field-model", model);
    await accessible(page, "before the scripts");
    const expected = { prompt: "a cat", model, size: "1536x1024", quality: "low", n: "3" };
    // The address has it already, but for what is still being typed.
    await page.locator("#field-prompt").focus();
    assert.deepEqual({ prompt: "a cat", ...settings(page) }, expected);
    assert.equal(await page.locator("html[data-ready]").count(), 0);
    await release();
    assert.deepEqual(settings(page), expected);
    assert.equal(await page.inputValue("#field-prompt"), "a cat");
    assert.ok(await page.isChecked('input[name="quality"][value="low"]'));
    assert.match(await page.innerText("#expected"), /^\$0\.\d+$/);
    assert.match(await page.innerText(".count"), /^5 \//);
    await close();
  });

test("the document comes in one flight, and nothing has to come before it is seen", async () => {
  const { page, close, release } = await open(held);
  await page.waitForFunction(() => performance.getEntriesByName("first-contentful-paint").length > 0);
  const html = await (await fetch(running.address)).text();
  const bytes = brotliCompressSync(html).length + HEADERS_BYTES;
  assert.ok(bytes <= FIRST_FLIGHT_BYTES, `${bytes} bytes with brotli and headers, at most ${FIRST_FLIGHT_BYTES}`);
  await release();
  const blocking = await page.evaluate(() =>
    performance
      .getEntriesByType("resource")
      .filter(({ renderBlockingStatus }) => renderBlockingStatus === "blocking")
      .map(({ name }) => name),
  );
  assert.deepEqual(blocking, []);
  await close();
});

test("the form that the build wrote is the one that the page makes: it stays where it is", async () => {
  const { page, close, release } = await open(held);
  await page.evaluate(() => {
    window.changed = [];
    new MutationObserver((list) =>
      window.changed.push(...list.map(({ target }) => target.outerHTML ?? target.data)),
    ).observe(document.getElementById("fields"), { childList: true, characterData: true, subtree: true });
    window.fields = [...document.querySelectorAll("#fields *")];
  });
  const shown = () =>
    page.$$eval("#fields *", (all) => all.map((element) => `${element.localName} ${element.checkVisibility()}`));
  const before = await shown();
  await release();
  assert.ok(before.length > 200, `only ${before.length} elements`);
  assert.deepEqual(await page.evaluate(() => window.changed), []);
  assert.ok(await page.evaluate(() => window.fields.every((field) => field.isConnected)));
  assert.deepEqual(await shown(), before);
  await close();
});

test("a page whose document was changed on the way makes its form anew", async () => {
  const { page, close, release } = await open(held);
  await page.evaluate(() => {
    document.querySelector('[data-param="size"] legend').textContent = "Größe";
    document.querySelector("#field-model").after(document.createElement("x-reader"));
  });
  await release();
  assert.equal(await page.innerText('[data-param="size"] legend'), "Size");
  assert.equal(await page.locator("x-reader").count(), 0);
  await choose(page, "quality", "low");
  await page.fill("#field-prompt", "a cat");
  assert.match(await page.innerText("#expected"), /^\$0\.\d+$/);
  assert.equal(settings(page).quality, "low");
  await close();
});

/** What is done before the scripts are there, and what has come of it when they are. */
const DEEDS = {
  "a press on Draw": async (page) => {
    await page.fill("#field-prompt", "a cat");
    await choose(page, "quality", "low");
    await page.click("#send");
    assert.equal(await page.getAttribute("#send", "aria-busy"), "true");
    assert.equal(await page.innerText("#total"), "One moment: the rest of the page is loading.");
    return async () => {
      await page.waitForSelector(RESULT, { timeout: PICTURE_TIMEOUT_MS });
      assert.equal(await page.locator(".run").count(), 1);
      assert.equal(await page.getAttribute("#send", "aria-busy"), null);
    };
  },
  "Control and Enter in the prompt": async (page) => {
    await page.fill("#field-prompt", "a cat");
    await page.press("#field-prompt", "Control+Enter");
    return async () => {
      await page.waitForSelector(RESULT, { timeout: PICTURE_TIMEOUT_MS });
      assert.equal(await page.locator(".run").count(), 1);
    };
  },
  "Enter on the button": async (page) => {
    await page.fill("#field-prompt", "a cat");
    await page.press("#send", "Enter");
    return async () => {
      await page.waitForSelector(RESULT, { timeout: PICTURE_TIMEOUT_MS });
      assert.equal(await page.locator(".run").count(), 1);
    };
  },
  "Enter in a field": async (page) => {
    await page.fill("#field-prompt", "a cat");
    await page.fill("#field-n", "2");
    await page.press("#field-n", "Enter");
    return async () => {
      await page.waitForSelector(`${RESULT} >> nth=1`, { timeout: PICTURE_TIMEOUT_MS });
      assert.equal(await page.locator(".run").count(), 1);
    };
  },
  "a press on Draw without a prompt": async (page) => {
    await page.click("#send");
    return async () => {
      await page.waitForFunction(() => document.activeElement.id === "field-prompt");
      assert.equal(await page.locator('[data-param="prompt"] .field-problems li').count(), 1);
      assert.equal(await page.locator(".run").count(), 0);
    };
  },
  "a size that is no size": async (page) => {
    await page.fill(".pair input >> nth=0", "1000");
    await page.fill(".pair input >> nth=1", "1500");
    await page.press(".pair input >> nth=1", "Enter");
    return async () => {
      assert.equal(settings(page).size, "1008x1504");
      assert.equal(await page.inputValue(".pair input >> nth=0"), "1008");
      assert.equal(await page.locator(".run").count(), 0);
    };
  },
  "one more picture": async (page) => {
    await page.click('[aria-label="One more"]');
    await page.click('[aria-label="One more"]');
    return async () => assert.equal(settings(page).n, "3");
  },
  "another tab": async (page) => {
    await page.focus("#tab-results");
    await page.keyboard.press("ArrowRight");
    return () => page.waitForSelector("#prices:not([hidden]) button");
  },
  "another view": async (page) => {
    await page.click('[data-view="batch"]');
    return () => page.waitForSelector("#view-batch[data-ready]:not([hidden])");
  },
  "a picture that is chosen": async (page) => {
    await page.setInputFiles(
      "#image-files",
      await photograph(page, { width: 640, height: 400, type: "image/png", seed: 1 }),
    );
    return async () => {
      await page.waitForSelector(".thumbnails li");
      assert.equal(await page.innerText("#send"), "Edit");
    };
  },
  "two pictures that are dropped and pasted": async (page) => {
    await page.evaluate(async () => {
      const canvas = new OffscreenCanvas(64, 64);
      canvas.getContext("2d").fillRect(0, 0, 64, 64);
      const blob = await canvas.convertToBlob();
      for (const [Kind, type, key] of [
        [DragEvent, "drop", "dataTransfer"],
        [ClipboardEvent, "paste", "clipboardData"],
      ]) {
        const files = new DataTransfer();
        files.items.add(new File([blob], `${type}.png`, { type: blob.type }));
        const event = new Kind(type, { [key]: files, bubbles: true, cancelable: true });
        // Else the browser leaves the page for the file.
        if (document.body.dispatchEvent(event)) throw new Error(`${type} was left to the browser`);
      }
    });
    return () => page.waitForSelector(".thumbnails li:nth-child(2)");
  },
};

for (const [deed, act] of Object.entries(DEEDS))
  test(`what is done before the scripts are there is done with them: ${deed}`, async () => {
    const { page, close, release } = await open(held);
    const check = await act(page);
    await release();
    await check();
    await close();
  });

test("what is done while half of the page is there is done once, and what is typed stays", async () => {
  const { page, close, release } = await open({ held: "**/config.json", serviceWorkers: "block" });
  await page.fill("#field-prompt", "a");
  // The form is the page's own by now; what sends is not there yet.
  await page.waitForFunction(() => document.getElementById("expected"));
  await page.locator("#field-prompt").focus();
  await page.keyboard.type("bc");
  await choose(page, "quality", "low");
  await page.click('[aria-label="One more"]');
  await page.fill(".pair input >> nth=0", "1000");
  await page.fill(".pair input >> nth=1", "1500");
  assert.equal(await page.inputValue("#field-prompt"), "abc");
  assert.equal(await page.locator("html[data-ready]").count(), 0);
  await release();
  assert.equal(await page.inputValue("#field-prompt"), "abc");
  assert.match(await page.innerText(".count"), /^3 \//);
  await page.press(".pair input >> nth=1", "Enter");
  const { model: _model, ...others } = settings(page);
  assert.deepEqual(others, { prompt: "abc", size: "1008x1504", quality: "low", n: "2" });
  assert.match(await page.innerText("#expected"), /^\$0\.\d+$/);
  await close();
});

test("a page whose scripts do not come says so", async () => {
  const { page, close } = await open({ ...held, held: "**/nothing", expectedErrors: [/ERR_FAILED/] });
  await page.waitForSelector("html[data-ready]");
  await page.route("**/app.js", (route) => route.abort());
  await page.reload({ waitUntil: "domcontentloaded" });
  await page.waitForSelector("#missing:not([hidden])");
  assert.match(await page.innerText("#missing"), /^The rest of the page could not be loaded\./);
  await close();
});

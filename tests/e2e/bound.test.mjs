// A service that sends only what it can afford for certain: what nothing bounds the price of is a problem before it is sent.

import assert from "node:assert/strict";

import * as edge from "../../pkg/node.js";
import { PICTURE_TIMEOUT_MS, RESULT, catalogue, draw, drawn, problems, settings } from "./actions.mjs";
import { photograph } from "./browser.mjs";
import { accessible, site } from "./site.mjs";

const running = site();
const bound = running.part("Bound");
const SMALL = { size: "1024x640", quality: "low" };
const NOTHING = /^Nothing is published that bounds the price of/;

/** Has the worker say so, and counts what is sent to it. */
async function opened(open, hash) {
  const found = await open({
    hash,
    serviceWorkers: "block",
    prepare: (context) =>
      context.route("**/config.json", async (route) => {
        const response = await route.fetch();
        // The token is for the page alone, and this request is not the page's.
        const config = { ...(await response.json()), token: running.token, requires_price_bound: true };
        await route.fulfill({ response, json: config });
      }),
  });
  // What says so loads after all else.
  await found.page.waitForLoadState("networkidle");
  const sent = [];
  found.page.on("request", (request) => request.method() === "POST" && sent.push(request.url()));
  return { ...found, sent };
}

/** The first model in service of whose drawings, or edits, nothing bounds the price. */
const unboundedModel = (operation, more, context) =>
  edge
    .models()
    .filter(({ status }) => status !== "retired")
    .find(({ id }) => edge.estimateCost(operation, { ...SMALL, model: id, prompt: "x", ...more }, context).max === null)
    ?.id;

bound("a drawing by a model without published prices", async ({ open, t }) => {
  const { page, close, sent } = await opened(open, SMALL);
  const unbounded = unboundedModel("generate");
  if (unbounded === undefined) t.skip("every model in service has published prices");
  else {
    await page.selectOption("#field-model", unbounded);
    await draw(page, "a cat");
    const [problem] = await problems(page, "model");
    assert.match(problem, NOTHING);
    assert.ok(problem.includes((await catalogue(page)).find(({ id }) => id === unbounded).name));
    assert.deepEqual(sent, []);
    await accessible(page, "without a bound");
    await page.locator("#problems .fix").click();
    assert.deepEqual(await problems(page, "model"), []);
    await drawn(page, "a cat");
    assert.equal(sent.length, 1);
  }
  await close();
});

bound("an edit moves to a model that bounds it with one press", async ({ open, t }) => {
  const unbounded = unboundedModel("edit", { image: {} }, { images: [{ format: "png", width: 64, height: 64 }] });
  if (unbounded === undefined) return t.skip("every model in service has a bound for its edits");
  const { page, close, sent } = await opened(open, { ...SMALL, model: unbounded });
  await page.setInputFiles("#image-files", [await photograph(page, { width: 64, height: 64, type: "image/png" })]);
  await page.waitForSelector(".thumb-text small:has-text('×')");
  // Without a prompt, too: that it is missing is said when somebody sends.
  assert.match((await problems(page, "model"))[0], NOTHING);
  await page.locator('[data-param="model"] .fix').click();
  assert.deepEqual(await problems(page, "model"), []);
  assert.notEqual(settings(page).model, unbounded);
  assert.equal(await page.isVisible("#jump"), false);
  await draw(page, "add a boat");
  await page.waitForSelector(RESULT, { timeout: PICTURE_TIMEOUT_MS });
  assert.equal(sent.length, 1);
  await close();
});

bound("a line of a batch", async ({ open, t }) => {
  const { page, close } = await opened(open, SMALL);
  const unbounded = unboundedModel("generate");
  if (unbounded === undefined) t.skip("every model in service has published prices");
  else {
    await page.click('[data-view="batch"]');
    await page.waitForSelector("#view-batch[data-ready]");
    await page.fill("#batch-text", `{"prompt":"a cat"}\n{"prompt":"a dog","model":"${unbounded}"}`);
    await page.waitForSelector(".batch-status.refused");
    assert.match(await page.innerText(".batch-status.refused"), /Line 2: Nothing is published that bounds/);
    assert.equal(await page.innerText("#batch-start"), "Start 1");
  }
  await close();
});

bound("a turn, of which nothing bounds what the language model writes", async ({ open }) => {
  const { page, close, sent } = await opened(open, SMALL);
  await drawn(page, "a harbour");
  await page.locator(".run figcaption button", { hasText: "Refine" }).first().click();
  await page.fill(".refine textarea", "make it night");
  await page.click(".refine button[type=submit]");
  assert.match(await page.innerText(".refine .field-problems"), /^Nothing bounds what a language model writes/);
  assert.equal(sent.length, 1);
  await close();
});

// A picture that is changed in words, turn by turn, through the Responses API.

import assert from "node:assert/strict";
import { test } from "node:test";

import { PICTURE_TIMEOUT_MS, RESULT, drawn } from "./actions.mjs";
import { decoded } from "./browser.mjs";
import { LOOKS, accessible, site } from "./site.mjs";

const running = site();
const refine = running.part("Refine");
const HASH = { size: "1024x1024", quality: "low", output_format: "jpeg" };
const TURN = ".turns > .run";

/** The bodies of all requests of a path. */
function bodies(page, path) {
  const found = [];
  page.on("request", (request) => {
    if (request.method() === "POST" && new URL(request.url()).pathname === path)
      found.push({ ...request.postDataJSON(), key: request.headers()["idempotency-key"] });
  });
  return found;
}

async function say(page, said) {
  await page.fill(".refine textarea", said);
  await page.click(".refine button[type=submit]");
}

/** Says the next turn and waits for its picture. */
async function turn(page, said) {
  const before = await page.locator(`${TURN} ${RESULT}`).count();
  await say(page, said);
  await page.waitForFunction(
    ([selector, count]) => document.querySelectorAll(selector).length === count,
    [`${TURN} ${RESULT}`, before + 1],
    { timeout: PICTURE_TIMEOUT_MS },
  );
}

const begin = (page, prompt = "a harbour") =>
  drawn(page, prompt).then(() => page.locator(".run figcaption button", { hasText: "Refine" }).first().click());

refine("turns go on from the response before them, each with its picture and its cost", async ({ open }) => {
  const { page, close } = await open({ hash: HASH });
  const sent = bodies(page, "/v1/responses");
  await begin(page);
  assert.match(await page.innerText(".refine .total"), /^(about|at least) \$0\.\d+$/);
  await turn(page, "make it night");
  await page.waitForFunction(() => document.querySelector(".refine .total").textContent.startsWith("about"));
  const told = Number((await page.innerText(".refine .total")).replace(/^about \$/, ""));
  await turn(page, "add a boat");
  const facts = await page.locator(`${TURN}:last-child .facts`).innerText();
  const billed = Number(/Cost\s+\$([\d.]+)/.exec(facts)[1]);
  assert.ok(billed > told * 0.8 && billed < told * 1.2, `told $${told}, billed $${billed}`);
  assert.match(await page.innerText(".refine form"), /A turn takes \$1 off the budget here/);

  const [first, second] = sent;
  assert.equal(first.previous_response_id, undefined);
  assert.match(first.input[0].content[1].image_url, /^data:image\/jpeg;base64,/);
  assert.deepEqual(first.tool_choice, { type: "image_generation" });
  assert.equal(first.tools[0].action, "edit");
  assert.match(second.previous_response_id, /^resp_/);
  assert.equal(second.input, "add a boat");
  assert.equal(second.tools[0].quality, "low");

  const pictures = await page.$$eval(`${RESULT}`, (images) => images.map(({ src }) => src));
  assert.equal(new Set(pictures).size, 3);
  const found = await decoded(page, `${TURN}:last-child ${RESULT}`);
  assert.deepEqual([found.width, found.height, found.type], [1024, 1024, "image/jpeg"]);
  const costs = [];
  for (const facts of await page.locator(".run .facts").allInnerTexts())
    costs.push(Number(/Cost\s+\$([\d.]+)/.exec(facts)[1]));
  assert.equal(costs.length, 3);
  const [, sum] = /^3 turns, \$([\d.]+) in all\.$/.exec(await page.innerText(".turns-sum"));
  assert.ok(Math.abs(Number(sum) - costs.reduce((all, cost) => all + cost)) < 0.002, `${sum}: ${costs}`);
  await close();
});

refine("what is typed while a turn is drawn is kept for the next one", async ({ open }) => {
  const { page, close } = await open({ hash: HASH });
  await begin(page);
  await say(page, "make it night [[fault:slow ms:1000]]");
  await page.fill(".refine textarea", "add a boat");
  await page.waitForSelector(`${TURN}[data-kept]`, { timeout: PICTURE_TIMEOUT_MS });
  await page.waitForFunction(() => !document.querySelector(".refine button[type=submit]").disabled);
  assert.equal(await page.inputValue(".refine textarea"), "add a boat");
  await page.click(".refine button[type=submit]");
  await page.waitForSelector(`${TURN}:nth-child(2)[data-kept]`, { timeout: PICTURE_TIMEOUT_MS });
  assert.equal(await page.inputValue(".refine textarea"), "");
  await close();
});

refine("a turn may go on from an earlier one", async ({ open }) => {
  const { page, close } = await open({ hash: HASH });
  const sent = bodies(page, "/v1/responses");
  await begin(page);
  await turn(page, "make it night");
  await turn(page, "add a boat");
  await page.locator(TURN).first().locator("button", { hasText: "Refine" }).click();
  await turn(page, "add a whale");
  assert.equal(sent[2].previous_response_id, sent[1].previous_response_id);
  assert.match(await page.locator(TURN).last().innerText(), /^Turn 4, from turn 2/);
  await close();
});

refine("previews of a turn sharpen in place", async ({ open }) => {
  const { page, close } = await open({ hash: { ...HASH, partial_images: "2" } });
  const sent = bodies(page, "/v1/responses");
  await begin(page);
  await turn(page, "make it night");
  assert.equal(sent[0].stream, true);
  assert.equal(sent[0].tools[0].partial_images, 2);
  assert.equal(await page.locator(TURN).getAttribute("data-partials"), "2");
  await close();
});

refine("what is wrong with a turn is said, mended in one press, and not sent", async ({ open }) => {
  const { page, close } = await open({ hash: HASH });
  const sent = bodies(page, "/v1/responses");
  await begin(page);
  await page.click(".refine button[type=submit]");
  assert.match(await page.innerText(".refine .field-problems"), /Say what to change/);
  assert.equal(await page.evaluate(() => document.activeElement.getAttribute("aria-invalid")), "true");
  await page.evaluate(() => (location.hash += "&background=transparent"));
  await page.waitForSelector(".refine .field-problems .fix");
  await page.fill(".refine textarea", "make it night");
  await page.locator(".refine .field-problems .error .fix").first().click();
  await page.waitForSelector(".refine .field-problems .error", { state: "detached" });
  assert.equal(sent.length, 0);
  await close();
});

refine("a turn that fails says why, and the same turn can be asked for again", async ({ open }) => {
  const { page, context, close } = await open({
    hash: HASH,
    expectedErrors: [/status of [45]\d\d/, /ERR_INTERNET_DISCONNECTED/],
  });
  await begin(page);
  await say(page, "make it night [[fault:moderation]]");
  await page.waitForSelector(".turns .failure", { timeout: PICTURE_TIMEOUT_MS });
  assert.match(await page.innerText(".turns .failure"), /moderation refused it[\s\S]*Billed\s+No\./);
  assert.equal(await page.inputValue(".refine textarea"), "make it night [[fault:moderation]]");
  await context.setOffline(true);
  await say(page, "make it night");
  await page.waitForFunction(() => document.querySelectorAll(".turns .failure").length === 2, undefined, {
    timeout: PICTURE_TIMEOUT_MS,
  });
  await context.setOffline(false);
  await page.locator(`${TURN}:last-child .failure button`, { hasText: "Try again" }).click();
  await page.waitForSelector(`${TURN} ${RESULT}`, { timeout: PICTURE_TIMEOUT_MS });
  await close();
});

refine("a turn whose past the service has forgotten goes on from the picture itself", async ({ open }) => {
  const { page, close } = await open({ hash: HASH, expectedErrors: [/status of 400/] });
  await begin(page);
  await turn(page, "make it night");
  // As after the days for which responses are kept: the id is unknown there.
  await page.route("**/v1/responses", (route) => {
    const body = route.request().postDataJSON();
    if (body.previous_response_id) body.previous_response_id = "resp_forgotten";
    return route.continue({ postData: JSON.stringify(body) });
  });
  await say(page, "add a boat");
  await page.locator(".failure button", { hasText: "Go on from the picture itself" }).click();
  await page.waitForFunction((selector) => document.querySelectorAll(selector).length === 2, `${TURN} ${RESULT}`, {
    timeout: PICTURE_TIMEOUT_MS,
  });
  await close();
});

refine("a reload in the middle loses neither the turns nor the one under way", async ({ open }) => {
  const { page, close } = await open({ hash: HASH });
  const sent = bodies(page, "/v1/responses");
  await begin(page);
  await turn(page, "make it night");
  await say(page, "add a boat [[fault:slow ms:4000 once:e2e-refine-reload]]");
  while (sent.length < 2) await page.waitForTimeout(20);
  await page.reload();
  await page.locator(".notice button", { hasText: "Ask for it again" }).click();
  await page.waitForFunction((selector) => document.querySelectorAll(selector).length === 2, `${TURN} ${RESULT}`, {
    timeout: PICTURE_TIMEOUT_MS,
  });
  assert.deepEqual(sent[2], sent[1]);
  assert.match(await page.locator(TURN).first().innerText(), /make it night/);
  assert.match(await page.innerText(".turns-sum"), /^3 turns/);
  await close();
});

refine("the first turn is asked for again with the same picture", async ({ open }) => {
  const { page, close } = await open({ hash: HASH });
  const sent = bodies(page, "/v1/responses");
  await begin(page);
  await say(page, "make it night [[fault:slow ms:4000 once:e2e-refine-first]]");
  while (sent.length < 1) await page.waitForTimeout(20);
  await page.reload();
  await page.locator(".notice button", { hasText: "Ask for it again" }).click();
  await page.waitForSelector(`${TURN} ${RESULT}`, { timeout: PICTURE_TIMEOUT_MS });
  assert.deepEqual(sent[1], sent[0]);
  await close();
});

refine("a turn can be cancelled, and a picture of the gallery goes on with its turns", async ({ open }) => {
  const { page, close } = await open({ hash: HASH });
  const sent = bodies(page, "/v1/responses");
  await begin(page);
  await say(page, "[[fault:hang]] and nothing more");
  await page.locator(".refine-actions button", { hasText: "Cancel" }).click();
  await page.waitForSelector(".turns .failure");
  assert.match(await page.innerText(".turns .failure"), /^Cancelled/);
  await turn(page, "make it night");
  await page.click('[data-view="gallery"]');
  await page.locator(".card-open", { hasText: "make it night" }).click();
  await page.locator("#gallery-dialog button", { hasText: "Refine" }).click();
  await page.waitForFunction(() => document.querySelectorAll(".runs > .run").length === 2);
  await page.locator(".refine textarea").first().fill("add a boat");
  await page.locator(".refine button[type=submit]").first().click();
  await page.waitForFunction(
    (selector) => document.querySelectorAll(selector).length === 2,
    `.runs > .run:first-child ${TURN} ${RESULT}`,
    { timeout: PICTURE_TIMEOUT_MS },
  );
  assert.match(sent.at(-1).previous_response_id, /^resp_/);
  await close();
});

for (const { name, options } of LOOKS)
  test(`a conversation is accessible: ${name}`, async () => {
    const { page, close } = await running.open({ ...options, hash: HASH });
    await begin(page);
    await accessible(page, "before the first turn");
    await turn(page, "make it night");
    await page.click(".turn-code summary");
    await page.waitForFunction(() => document.querySelector(".turn-code code").textContent.includes("resp_"));
    await accessible(page, "with a turn and its code");
    await close();
  });

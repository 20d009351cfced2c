// Somebody without an account: the page shows the operator's widget, and draws with the token that the worker gives for it.
// The worker has the widget's keys here; its script and its verdict come from stand-ins.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { SITE_SECRET, startSiteverify } from "../worker/support/siteverify.ts";
import { PICTURE_TIMEOUT_MS, RESULT, draw } from "./actions.mjs";
import { DESKTOP, PHONE, launch, open } from "./browser.mjs";
import { start } from "./server.mjs";
import { accessible } from "./site.mjs";

const SITE_KEY = "0x4AAAAAAA-site";
const SCRIPT = "https://challenges.cloudflare.com/turnstile/v0/api.js?render=explicit";
/** What stands in for the widget: a box to tick that gives what was put into `solved`. It tells how it was asked. */
const WIDGET = `globalThis.turnstile = {
  render(place, options) {
    const box = document.createElement("input");
    box.type = "checkbox";
    box.setAttribute("aria-label", "I am a person");
    box.dataset.asked = JSON.stringify([options.sitekey, options.action]);
    box.onchange = () => options.callback(globalThis.solved.shift());
    place.append(box);
    this.box = box;
    return "widget-1";
  },
  reset() { turnstile.box.checked = false; },
  remove() { turnstile.box.remove(); },
};`;

let siteverify;
let server;
let browser;
before(async () => {
  siteverify = await startSiteverify("127.0.0.1", "anonymous");
  [server, browser] = await Promise.all([
    start({
      STATE_FOLDER: "e2e-anonymous",
      JWT_ALGORITHM: "HS256",
      JWT_KEY: "a secret of forty characters for tests..",
      JWT_ISSUER: "https://app.example.com",
      JWT_AUDIENCE: "https://images.example.com",
      TURNSTILE_SITE_KEY: SITE_KEY,
      TURNSTILE_SECRET_KEY: SITE_SECRET,
      TURNSTILE_HOSTNAMES: "127.0.0.1",
      TURNSTILE_VERIFY_URL: siteverify.address,
      ANONYMOUS_DAILY_USD: "1000",
      ANONYMOUS_TOKENS_PER_DAY: "999999",
    }),
    launch(),
  ]);
});
after(() => Promise.all([browser?.close(), server?.stop(), siteverify?.close()]));

for (const [name, options, fails] of [
  ["desktop, light", { ...DESKTOP, colorScheme: "light" }, true],
  ["phone, dark", { ...PHONE, colorScheme: "dark" }, false],
])
  test(`whoever has no account draws once the widget takes them for a person (${name})`, async () => {
    const { page, context, close } = await open(browser, `${server.address}/#size=1024x640&quality=low`, {
      ...options,
      serviceWorkers: "block",
      expectedErrors: [/status of 40[13]/, /ERR_FAILED/],
      // As anywhere but on the operator's own machine, the page brings no token: the worker gives it to the page alone.
      prepare: (context) =>
        context.route("**/config.json", async (route) => {
          const response = await route.fetch();
          assert.deepEqual(Object.keys(await response.json()), [
            "baseURL",
            "upstream",
            "unpriced_call_usd",
            "turnstile",
          ]);
          await route.fulfill({ response });
        }),
    });
    const elsewhere = [];
    page.on("request", (request) => {
      if (!request.url().startsWith(server.address) && /^http/.test(request.url())) elsewhere.push(request.url());
    });
    let reachable = !fails;
    await context.route("https://challenges.cloudflare.com/**", (route) =>
      reachable ? route.fulfill({ contentType: "text/javascript", body: WIDGET }) : route.abort(),
    );
    await page.evaluate(() => (globalThis.solved = []));
    const solve = (token) => page.evaluate((token) => globalThis.solved.push(token), token);
    const sent = [];
    page.on("request", (request) => request.method() === "POST" && sent.push(request));

    // Nothing comes from elsewhere before somebody draws.
    await page.waitForLoadState("networkidle");
    assert.deepEqual(elsewhere, []);
    await draw(page, "a cat");
    const dialog = page.getByRole("dialog", { name: "Are you a person?" });
    await dialog.waitFor();
    if (fails) {
      await dialog.getByText("could not be loaded").waitFor();
      await accessible(page, "the widget could not be loaded");
      reachable = true;
      await dialog.getByRole("button", { name: "Try again" }).click();
    }
    const box = dialog.getByRole("checkbox");
    await box.waitFor();
    assert.deepEqual([...new Set(elsewhere)], [SCRIPT]);
    assert.deepEqual(JSON.parse(await box.getAttribute("data-asked")), [SITE_KEY, "anonymous"]);
    if (fails) {
      await solve("made up");
      await box.check();
      await dialog.getByText("the token is not good").waitFor();
      await dialog.getByRole("button", { name: "Try again" }).click();
    }
    await accessible(page, "the widget");
    await solve(siteverify.solve());
    await box.check();
    // What was asked for is drawn, without another press.
    await page.waitForSelector(RESULT, { timeout: PICTURE_TIMEOUT_MS });
    assert.equal(await dialog.count(), 0);
    const drawn = sent.at(-1);
    assert.match(drawn.url(), /\/v1\/images\/generations$/);
    const claims = JSON.parse(Buffer.from(drawn.headers().authorization.split(".")[1], "base64url"));
    assert.ok(claims.anonymous);

    // The token is good for a while, and then another is needed.
    const before = siteverify.asked.length;
    await draw(page, "a dog");
    await page.waitForFunction((selector) => document.querySelectorAll(selector).length === 2, RESULT, {
      timeout: PICTURE_TIMEOUT_MS,
    });
    assert.equal(siteverify.asked.length, before);
    await page.evaluate(() => sessionStorage.setItem("gpt-image-edge-token-until", String(Date.now())));
    await draw(page, "a bird");
    await dialog.waitFor();
    await dialog.getByRole("button", { name: "I have a token" }).click();
    await page.fill("#token", server.token);
    await page.click("#token-dialog .primary");
    await page.waitForFunction((selector) => document.querySelectorAll(selector).length === 3, RESULT, {
      timeout: PICTURE_TIMEOUT_MS,
    });
    assert.equal(sent.at(-1).headers().authorization, `Bearer ${server.token}`);
    await close();
  });

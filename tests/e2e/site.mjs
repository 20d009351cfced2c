// The page with its worker and sandbox, and a browser, for all tests of a file.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import axe from "axe-core";

import { DESKTOP, PHONE, launch, open } from "./browser.mjs";
import { shared } from "./server.mjs";

const TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

/** What the page is looked at on. Each state is looked at in both colour schemes: `accessible` sees to it. */
export const LOOKS = Object.entries({ desktop: DESKTOP, phone: PHONE }).map(([name, options]) => ({ name, options }));
const SCHEMES = ["dark", "light"];
/** The rules that the colour scheme can change; all others are the same in both. */
const COLORS = ["color-contrast", "link-in-text-block"];

/**
 * What the page is used on. Each test takes the next of them, so that the tests of one part have used it on all four; the name
 * of a test says on which. `E2E_LOOK="phone, dark"` runs all of them on one.
 */
const USES = {
  "desktop, light": { ...DESKTOP, colorScheme: "light", reducedMotion: "reduce" },
  "phone, dark": { ...PHONE, colorScheme: "dark", reducedMotion: "reduce" },
  "desktop, dark": { ...DESKTOP, colorScheme: "dark", reducedMotion: "no-preference" },
  "phone, light": { ...PHONE, colorScheme: "light", reducedMotion: "no-preference" },
};
const only = process.env.E2E_LOOK;
if (only && !USES[only]) throw new Error(`E2E_LOOK: "${only}"; allowed are ${Object.keys(USES).join("; ")}`);
const NAMES = only ? [only] : Object.keys(USES);

/**
 * Starts everything before the tests of a file and ends it after them. Gives what opens a page.
 * @param {{ ready?: string }} [about] what has to be there before a page counts as opened
 */
export function site({ ready } = {}) {
  const running = {};
  before(async () => {
    [running.server, running.browser] = await Promise.all([shared(), launch()]);
  });
  after(async () => {
    await running.browser?.close();
    await running.server?.stop();
  });
  /** `hash` are settings for the address; the rest are Playwright's options of a context. */
  const openPage = async ({ hash = "", ...options } = {}) => {
    const address = `${running.server.address}/${hash && `#${new URLSearchParams(hash)}`}`;
    const opened = await open(running.browser, address, options);
    if (ready) await opened.page.waitForSelector(ready);
    return opened;
  };

  /**
   * A part of the page: gives what declares a test of it. The test is called with what opens the page, and its own context.
   * A part whose tests are fewer than what it is used on has one that is run on each: `{ everywhere: true }`. What only one
   * can do says so: `{ on: "phone, light" }`.
   */
  function part(title) {
    const used = new Set();
    let count = 0;
    const declare = (name, use, work) => {
      used.add(use);
      test(`${name} (${use})`, (t) => work({ open: (options) => openPage({ ...USES[use], ...options }), use, t }));
    };
    after(() => assert.deepEqual([...used].sort(), [...NAMES].sort(), `${title} is not used on all of these`));
    return (name, work, { everywhere = false, on } = {}) => {
      if (on) declare(name, only ?? on, work);
      else if (everywhere) for (const use of NAMES) declare(name, use, work);
      else declare(name, NAMES[count++ % NAMES.length], work);
    };
  }
  return {
    part,
    open: openPage,
    get address() {
      return running.server.address;
    },
    get token() {
      return running.server.token;
    },
  };
}

/** Fails with every violation axe finds, in light and dark, and when the page scrolls sideways. */
export async function accessible(page, state) {
  if (!(await page.evaluate(() => "axe" in window))) await page.evaluate(axe.source);
  const told = [];
  for (const colorScheme of SCHEMES) {
    await page.emulateMedia({ colorScheme });
    const runOnly = colorScheme === "light" ? { type: "tag", values: TAGS } : { type: "rule", values: COLORS };
    const violations = await page.evaluate(
      async (runOnly) =>
        (await window.axe.run(document, { runOnly, resultTypes: ["violations"] })).violations.map(({ id, nodes }) => [
          id,
          nodes.map(({ html }) => html).join(" "),
        ]),
      runOnly,
    );
    told.push(...violations.map(([id, where]) => `${state}, ${colorScheme}: ${id}: ${where}`));
  }
  assert.deepEqual(told, []);
  // A phone zooms out until all of it fits, so that its own idea of the window's width says nothing.
  const width = await page.evaluate(() => document.documentElement.scrollWidth);
  assert.ok(width <= page.viewportSize().width, `${state}: the page is ${width} wide and scrolls sideways`);
}

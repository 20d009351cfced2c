// The page with its worker and sandbox, and a browser, for all tests of a file.

import assert from "node:assert/strict";
import { after, before } from "node:test";

import axe from "axe-core";

import { DESKTOP, PHONE, launch, open } from "./browser.mjs";
import { shared } from "./server.mjs";

const TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

/** What the page is looked at on. Each state is looked at in both colour schemes: `accessible` sees to it. */
export const LOOKS = Object.entries({ desktop: DESKTOP, phone: PHONE }).map(([name, options]) => ({ name, options }));
const SCHEMES = ["dark", "light"];
/** The rules that the colour scheme can change; all others are the same in both. */
const COLORS = ["color-contrast", "link-in-text-block"];

/** Starts everything before the tests of a file and ends it after them. Gives what opens a page. */
export function site() {
  const running = {};
  before(async () => {
    [running.server, running.browser] = await Promise.all([shared(), launch()]);
  });
  after(async () => {
    await running.browser?.close();
    await running.server?.stop();
  });
  return {
    /** `hash` are settings for the address; the rest are Playwright's options of a context. */
    open: ({ hash = "", ...options } = {}) =>
      open(running.browser, `${running.server.address}/${hash && `#${new URLSearchParams(hash)}`}`, options),
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
  assert.ok(
    await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth),
    `${state}: the page scrolls sideways`,
  );
}

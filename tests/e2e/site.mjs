// The page with its worker and sandbox, and a browser, for all tests of a file.

import assert from "node:assert/strict";
import { after, before } from "node:test";

import { AxeBuilder } from "@axe-core/playwright";

import { DESKTOP, PHONE, launch, open } from "./browser.mjs";
import { start } from "./server.mjs";

const TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

/** Both devices in both colour schemes. */
export const LOOKS = Object.entries({ desktop: DESKTOP, phone: PHONE }).flatMap(([device, options]) =>
  ["light", "dark"].map((colorScheme) => ({ name: `${device}, ${colorScheme}`, options: { ...options, colorScheme } })),
);

/** Starts everything before the tests of a file and ends it after them. Gives what opens a page. */
export function site() {
  const running = {};
  before(async () => {
    [running.server, running.browser] = await Promise.all([start(), launch()]);
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

/** Fails with every violation axe finds, and when the page scrolls sideways. */
export async function accessible(page, state) {
  const { violations } = await new AxeBuilder({ page }).withTags(TAGS).analyze();
  const told = violations.map(({ id, nodes }) => `${state}: ${id}: ${nodes.map((node) => node.html).join(" ")}`);
  assert.deepEqual(told, []);
  assert.ok(
    await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth),
    `${state}: the page scrolls sideways`,
  );
}

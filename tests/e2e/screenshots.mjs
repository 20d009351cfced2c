// `npm run screenshots`: the main states of the page, into docs/screenshots/, for the README and for a person's eye.

import { mkdir } from "node:fs/promises";
import { join } from "node:path";

import { root } from "../../.ci/setup.mjs";
import { DESKTOP, PHONE, launch, open } from "./browser.mjs";
import { start } from "./server.mjs";

const folder = join(root, "docs", "screenshots");
const RESULT = ".picture:not(.partial):not(.waiting) img";

await mkdir(folder, { recursive: true });
const [server, browser] = await Promise.all([start(), launch()]);
try {
  const shot = async (name, options, prepare) => {
    const { page, close } = await open(browser, server.address, options);
    await prepare(page);
    await page.screenshot({ path: join(folder, `${name}.png`), animations: "disabled" });
    await close();
  };
  const draw = async (page, prompt, ...choices) => {
    for (const [name, value] of choices)
      await page.locator(`label.choice:has(input[name="${name}"][value="${value}"])`).click();
    await page.fill("#field-prompt", prompt);
    await page.click("#send");
    await page.waitForSelector(RESULT, { timeout: 60_000 });
    await page.evaluate(() => scrollTo(0, 0));
  };
  const harbour = (page) =>
    draw(page, "A lighthouse above the sea at dusk, warm light", ["size", "1536x1024"], ["quality", "medium"]);
  await shot("page-light", { ...DESKTOP, colorScheme: "light" }, harbour);
  await shot("page-dark", { ...DESKTOP, colorScheme: "dark" }, harbour);
  await shot("phone", { ...PHONE, colorScheme: "light" }, async (page) => {
    await draw(page, "A forest in the morning", ["size", "1024x1536"]);
    await page.locator(".run").scrollIntoViewIfNeeded();
  });
  await shot("problems", { ...DESKTOP, colorScheme: "light" }, async (page) => {
    await page.goto(`${server.address}/#size=1000x1000&quality=ultra&n=40`);
    await page.reload();
    await page.waitForSelector("html[data-ready]");
    await page.click("#send");
  });
  await shot("empty-dark", { ...DESKTOP, colorScheme: "dark" }, async () => {});
} finally {
  await browser.close();
  await server.stop();
}

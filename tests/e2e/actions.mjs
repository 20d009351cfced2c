// What a person does on the page, by the words that are on it.

export const RESULT = ".picture:not(.partial):not(.waiting) img";
export const PICTURE_TIMEOUT_MS = 60_000;

/** The models as the page's package knows them. */
export const catalogue = (page) => page.evaluate(async () => (await import("/gpt-image-edge/index.js")).models());

/** Presses one of the choices of a field. */
export const choose = (page, name, value) =>
  page.locator(`label.choice:has(input[name="${name}"][value="${value}"])`).click();

/** What stands beside a field. */
export const problems = (page, param) =>
  page.locator(`[data-param="${param}"] .field-problems li > span`).allInnerTexts();

export async function draw(page, prompt) {
  await page.fill("#field-prompt", prompt);
  await page.click("#send");
}

/** Draws and waits for the finished picture. */
export async function drawn(page, prompt) {
  await draw(page, prompt);
  await page.waitForSelector(RESULT, { timeout: PICTURE_TIMEOUT_MS });
}

/** The settings that stand in the address. */
export const settings = (page) => Object.fromEntries(new URLSearchParams(new URL(page.url()).hash.slice(1)));

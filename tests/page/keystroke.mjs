// `npm run keystroke`: what one key in the prompt costs the page, the checks, the price and all that changes on it included.
// docs/page.md has what was found. A busy machine makes it longer: the CPU time of the page's thread is told as well.

import { launch, open } from "../e2e/browser.mjs";
import { shared } from "../e2e/server.mjs";

const WARM = 300;
/** The clock of the thread is read from outside: so many keys at a time hide what that costs. */
const TOGETHER = 5;
const ROUNDS = 200;
const STATES = {
  "an empty form": {},
  "three problems": { size: "1x1", quality: "ultra", output_compression: "300" },
  "a model that ends": { model: "" },
  "a prompt of 20,000 characters": { prompt: "a cat on a wall, ".repeat(1177) },
};
const quantile = (values, share) => values.toSorted((one, other) => one - other)[Math.floor(values.length * share)];
const ms = (value) => `${value.toFixed(2)} ms`.padStart(8);

/** One key after another in the prompt: the milliseconds that each handler took. */
const type = (keys) => {
  const prompt = document.getElementById("field-prompt");
  const times = [];
  for (let key = 0; key < keys; key++) {
    prompt.setRangeText(String.fromCharCode(97 + (key % 26)), prompt.value.length, prompt.value.length, "end");
    const begun = performance.now();
    prompt.dispatchEvent(new InputEvent("input", { bubbles: true }));
    times.push(performance.now() - begun);
  }
  return times;
};

/** Seconds of CPU that the page's thread has worked, style and layout included. */
async function worked(session) {
  const { metrics } = await session.send("Performance.getMetrics");
  return metrics.find(({ name }) => name === "ThreadTime").value;
}

const server = await shared();
const browser = await launch();
try {
  console.log("one key in the prompt".padEnd(32), "  median     95 %   CPU median, 95 %");
  for (const [name, hash] of Object.entries(STATES)) {
    const { page, context, close } = await open(browser, `${server.address}/#${new URLSearchParams(hash)}`);
    if ("model" in hash)
      await page.selectOption(
        "#field-model",
        await page.locator("optgroup").nth(1).locator("option").first().getAttribute("value"),
      );
    const session = await context.newCDPSession(page);
    await session.send("Performance.enable", { timeDomain: "threadTicks" });
    await page.evaluate(type, WARM);
    const [times, cpu] = [[], []];
    for (let round = 0; round < ROUNDS; round++) {
      const before = await worked(session);
      times.push(...(await page.evaluate(type, TOGETHER)));
      cpu.push((((await worked(session)) - before) * 1000) / TOGETHER);
    }
    const told = [quantile(times, 0.5), quantile(times, 0.95), quantile(cpu, 0.5), quantile(cpu, 0.95)];
    console.log(name.padEnd(32), ...told.map(ms));
    await close();
  }
} finally {
  await browser.close();
  await server.stop();
}

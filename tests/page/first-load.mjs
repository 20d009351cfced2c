// `npm run first-load`: what a person on a slow phone waits for, in a browser that is slowed down for real: 150 ms there and
// back for each request, 1.6 Mbit/s, a quarter of this machine's speed. Lighthouse's times are computed; these happen.
// A first connection is not slowed by the browser: over a real network it is one journey more, two with TLS.
// `-- --runs 5` repeats: the median is told. docs/page.md has what was found.

import { PHONE, launch } from "../e2e/browser.mjs";
import { shared } from "../e2e/server.mjs";
import { compressing } from "./audit.mjs";

const JOURNEY_MS = 150;
const BYTES_PER_SECOND = 1_600_000 / 8;
const SLOWER = 4;
const PROMPT = "a cat";
const at = process.argv.indexOf("--runs");
const runs = at < 0 ? 3 : Number(process.argv[at + 1]);
const median = (values) => values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)];

/** In the page, before any of its own scripts: notes when things happen first. */
function watch() {
  const seen = (window.seen = { tasks: [] });
  const note = (name, time = performance.now()) => (seen[name] ??= time);
  new PerformanceObserver((list) => {
    for (const { name, startTime } of list.getEntries()) note(name, startTime);
  }).observe({ type: "paint", buffered: true });
  new PerformanceObserver((list) => {
    for (const { startTime, duration } of list.getEntries()) seen.tasks.push([startTime, duration]);
  }).observe({ type: "longtask", buffered: true });
  // After the page's own handlers, and the frame that shows what they did.
  const after = (name) => (event) =>
    event.isTrusted && setTimeout(() => requestAnimationFrame(() => setTimeout(() => note(name))));
  addEventListener("input", after("typed"));
  addEventListener("change", after("chosen"));
  const look = () => {
    if (document.getElementById("expected")?.textContent) note("priced");
    if (document.documentElement?.dataset.ready !== undefined) note("ready");
  };
  new MutationObserver(look).observe(document, { childList: true, subtree: true, attributes: true });
}

/** One visit: the milliseconds until each thing was there, and what kept the page's thread longest. */
async function visit(browser, address) {
  const context = await browser.newContext({ ...PHONE, serviceWorkers: "block" });
  const page = await context.newPage();
  await page.addInitScript(watch);
  const session = await context.newCDPSession(page);
  await session.send("Network.enable");
  await session.send("Network.emulateNetworkConditions", {
    offline: false,
    latency: JOURNEY_MS,
    downloadThroughput: BYTES_PER_SECOND,
    uploadThroughput: BYTES_PER_SECOND / 2,
  });
  await session.send("Emulation.setCPUThrottlingRate", { rate: SLOWER });
  await page.goto(address, { waitUntil: "commit" });
  await page.waitForFunction(() => window.seen?.["first-contentful-paint"]);
  await page.focus("#field-prompt");
  await page.keyboard.type(PROMPT);
  await page.locator('label.choice:has(input[name="quality"][value="low"])').click();
  await page.waitForFunction(() => window.seen.ready && window.seen.priced, undefined, { timeout: 60_000 });
  // What is still to do after that may keep the page busy, too.
  await page.waitForTimeout(2000);
  const { seen, kept } = await page.evaluate(() => ({
    seen: window.seen,
    kept: [document.getElementById("field-prompt").value, new URLSearchParams(location.hash.slice(1)).get("quality")],
  }));
  await context.close();
  if (kept.join() !== `${PROMPT},low`) throw new Error(`what was done first is lost: ${kept}`);
  const painted = seen["first-contentful-paint"];
  return {
    "first paint": painted,
    "prompt typed and shown": seen.typed,
    "choice pressed and shown": seen.chosen,
    "price shown": seen.priced,
    "all is there": seen.ready,
    "longest task after first paint": Math.max(
      0,
      ...seen.tasks.filter(([from]) => from >= painted).map(([, ms]) => ms),
    ),
  };
}

const server = await shared();
const front = await compressing(server.address);
const browser = await launch();
try {
  const found = [];
  // The first visit fills what the server in front keeps ready.
  await visit(browser, front.address);
  for (let run = 0; run < runs; run++) found.push(await visit(browser, front.address));
  for (const name of Object.keys(found[0])) {
    const values = found.map((times) => Math.round(times[name]));
    console.log(`${name.padEnd(32)} ${String(median(values)).padStart(6)} ms   (${values.join(", ")})`);
  }
} finally {
  await browser.close();
  await front.stop();
  await server.stop();
}

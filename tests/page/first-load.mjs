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
/** Somebody types from the beginning on. */
const KEY_EVERY_MS = 120;
const at = process.argv.indexOf("--runs");
const runs = at < 0 ? 3 : Number(process.argv[at + 1]);
const median = (values) => values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)];

/** In the page, before any of its own scripts: notes when things happen first, and how long each key waits. */
function watch() {
  const seen = (window.seen = { tasks: [], keys: [] });
  const note = (name, time = performance.now()) => (seen[name] ??= time);
  const observe = (options, take) =>
    new PerformanceObserver((list) => list.getEntries().forEach(take)).observe({ buffered: true, ...options });
  observe({ type: "paint" }, ({ name, startTime }) => note(name, startTime));
  observe({ type: "longtask" }, ({ startTime, duration }) => seen.tasks.push([startTime, duration]));
  // From the key to the frame that shows it.
  observe({ type: "event", durationThreshold: 16 }, ({ name, startTime, duration }) => {
    if (name === "keydown") seen.keys.push([startTime, duration]);
  });
  addEventListener("input", () => note("typed"));
  const look = () => {
    if (document.activeElement?.id !== "field-prompt") document.getElementById("field-prompt")?.focus();
    if (document.getElementById("expected")?.textContent) note("priced");
    if (document.documentElement?.dataset.ready !== undefined) note("ready");
  };
  new MutationObserver(look).observe(document, { childList: true, subtree: true, attributes: true });
}

/** One visit: the milliseconds until each thing was there, and what kept the page's thread and a key longest. */
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
  let sent = 0;
  const typing = setInterval(() => {
    sent++;
    session.send("Input.dispatchKeyEvent", { type: "char", text: "a" }).catch(() => {});
    for (const type of ["keyDown", "keyUp"])
      session.send("Input.dispatchKeyEvent", { type, key: "Shift", code: "ShiftLeft" }).catch(() => {});
  }, KEY_EVERY_MS);
  await page.waitForFunction(() => window.seen?.ready && window.seen.priced, undefined, {
    timeout: 60_000,
    polling: 500,
  });
  // What is still to do after that may keep the page busy, too.
  await page.waitForTimeout(1500);
  clearInterval(typing);
  await page.waitForTimeout(500);
  const { seen, text } = await page.evaluate(() => ({
    seen: window.seen,
    text: document.getElementById("field-prompt").value,
  }));
  await context.close();
  const painted = seen["first-contentful-paint"];
  // What was pressed before there was a form went nowhere, as it would.
  const early = Math.ceil(painted / KEY_EVERY_MS) + 3;
  if (text.length < sent - early) throw new Error(`${sent} keys, and ${text.length} arrived`);
  const longest = (entries) => Math.max(0, ...entries.filter(([from]) => from >= painted).map(([, ms]) => ms));
  return {
    "first paint": painted,
    "first key taken": seen.typed,
    "price shown": seen.priced,
    "all is there": seen.ready,
    "longest wait of a key": longest(seen.keys),
    "longest task after first paint": longest(seen.tasks),
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

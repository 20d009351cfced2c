// `npm run lighthouse`: the page's scores on a slow phone and on a desktop, and the times behind them. `-- --runs 5` repeats:
// the median of each time is told. docs/page.md has what was found.

import { shared } from "../e2e/server.mjs";
import { CATEGORIES, audit, compressing, failed } from "./audit.mjs";

const TIMES = {
  "first-contentful-paint": "first paint",
  "largest-contentful-paint": "largest paint",
  interactive: "interactive",
  "total-blocking-time": "blocked",
  "cumulative-layout-shift": "layout shift",
};
const at = process.argv.indexOf("--runs");
const runs = at < 0 ? 3 : Number(process.argv[at + 1]);
const median = (values) => values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)];

const server = await shared();
const front = await compressing(server.address);
try {
  for (const form of ["mobile", "desktop"]) {
    const results = [];
    for (let run = 0; run < runs; run++) results.push(await audit(front.address, form));
    const score = (name) => median(results.map(({ categories }) => Math.round(categories[name].score * 100)));
    console.log(`\n${form}: ${CATEGORIES.map((name) => `${name} ${score(name)}`).join(", ")}`);
    for (const [id, name] of Object.entries(TIMES)) {
      const values = results.map(({ audits }) => audits[id]?.numericValue).filter((value) => value !== undefined);
      if (values.length === 0) continue;
      const text = id === "cumulative-layout-shift" ? median(values).toFixed(3) : `${Math.round(median(values))} ms`;
      console.log(`  ${name.padEnd(14)} ${text}`);
    }
    for (const line of failed(results.at(-1))) console.log(`  below 100: ${line}`);
    const bytes = results.at(-1).audits["network-requests"]?.details?.items ?? [];
    console.log(`  ${bytes.length} requests, ${bytes.reduce((sum, { transferSize }) => sum + transferSize, 0)} bytes`);
    for (const { url, transferSize, networkRequestTime, networkEndTime } of bytes)
      if (process.argv.includes("--requests"))
        console.log(
          `    ${new URL(url).pathname} ${transferSize} ${Math.round(networkRequestTime)}-${Math.round(networkEndTime)}`,
        );
  }
} finally {
  await front.stop();
  await server.stop();
}

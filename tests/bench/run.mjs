// `npm run bench`: our package against others in Chromium, Node and workerd, contenders taking turns; writes
// docs/benchmarks.md. `npm run bench -- stream16 memory` runs only what is named, `--quick` takes few and short samples
// and `--in=chromium,node` names the runtimes; all three only print.

import { mkdir, readFile, writeFile } from "node:fs/promises";
import { cpus, loadavg } from "node:os";
import { join } from "node:path";

import { root, setup } from "../../.ci/setup.mjs";
import { run, step, StepError } from "../../.ci/steps.mjs";
import { out } from "./bundle.mjs";
import { memoryInChromium, startsInChromium, timesInChromium, versionOfChromium } from "./chromium.mjs";
import { canMeasure } from "./memory.mjs";
import { memoryInNode, timesInNode } from "./node.mjs";
import { numbersOf, timesOf } from "./report.mjs";
import { columns, sizes } from "./sizes.mjs";
import { timesInWorkerd } from "./workerd.mjs";

const GROUPS = ["stream16", "stream64", "json2", "json8", "valid", "long", "wrong", "estimate"];
const OTHERS = ["start", "memory", "size"];
const RUNTIMES = { chromium: timesInChromium, node: timesInNode, workerd: timesInWorkerd };
const COMPETITORS = [
  "openai",
  "ai",
  "@ai-sdk/provider-utils",
  "eventsource-parser",
  "@fal-ai/client",
  "zod",
  "valibot",
];
COMPETITORS.push("ajv");

function parse(args) {
  const quick = args.includes("--quick");
  const chosen = args
    .find((arg) => arg.startsWith("--in="))
    ?.slice(5)
    .split(",");
  const names = args.filter((arg) => !arg.startsWith("--"));
  const wrong = [
    ...names.filter((name) => ![...GROUPS, ...OTHERS].includes(name)),
    ...(chosen ?? []).filter((name) => !(name in RUNTIMES)),
    ...args.filter((arg) => arg.startsWith("--") && arg !== "--quick" && !arg.startsWith("--in=")),
  ];
  if (wrong.length)
    throw new StepError(
      `${wrong.join(", ")}: not known; there are ${[...GROUPS, ...OTHERS].join(", ")}, --quick and --in=${Object.keys(RUNTIMES).join(",")}`,
    );
  const wants = (name) => names.length === 0 || names.includes(name);
  const whole = !quick && names.length === 0 && chosen === undefined;
  return { quick, wants, whole, runtimes: chosen ?? Object.keys(RUNTIMES) };
}

const versionOf = async (name) =>
  JSON.parse(await readFile(join(root, "node_modules", name, "package.json"), "utf8")).version;

async function titles(node, env) {
  return {
    chromium: `Chromium ${(await versionOfChromium(env)).split(".")[0]}`,
    node: `Node ${(await run(node, ["--version"])).trim().slice(1)}`,
    workerd: `workerd ${await versionOf("workerd")}`,
  };
}

async function times({ wants, runtimes }, how, names) {
  const groups = GROUPS.filter(wants);
  if (groups.length === 0) return [];
  const measured = [];
  for (const runtime of runtimes)
    await step(`times in ${names[runtime]}`, async () => {
      measured.push({ title: names[runtime], groups: await RUNTIMES[runtime](groups, how) });
    });
  return timesOf(measured);
}

async function memory({ runtimes }, how, names) {
  if (!(await canMeasure())) return ["Peak memory is measured on Linux only."];
  const kinds = { json: "JSON body of 8 MB to a Blob", stream: "stream of 4 events of 1.5 MB base64 to bytes" };
  const tables = [];
  for (const [kind, title] of Object.entries(kinds)) {
    const header = [];
    const rows = [];
    const add = async (titles, measure) => {
      header.push(...titles);
      for (const [at, { name, cells }] of (await measure(kind, how)).entries())
        (rows[at] ??= { name, cells: [] }).cells.push(...cells);
    };
    await step(`peak memory: ${title}`, async () => {
      const page = [`${names.chromium}, the page's process`, "all its processes"];
      if (runtimes.includes("chromium")) await add(page, memoryInChromium);
      if (runtimes.includes("node")) await add([names.node], memoryInNode);
    });
    tables.push(
      numbersOf(`Peak memory, MB above what there was before: ${title}`, header, rows, (mb) => mb.toFixed(1)),
    );
  }
  return tables;
}

async function start({ runtimes }, how) {
  if (!runtimes.includes("chromium")) return [];
  let rows;
  await step("starts in Chromium", async () => void (rows = await startsInChromium(how)));
  const format = (ms) => `${ms.toFixed(1)} ms`;
  return [numbersOf("From import to the first validate, fresh page, warm cache", ["Chromium"], rows, format)];
}

async function sizeTable() {
  const rows = (await sizes()).map(({ name, ...found }) => ({ name, cells: columns.map((column) => found[column]) }));
  const format = (bytes) => (bytes / 1000).toFixed(1);
  return [numbersOf("What a browser loads, kB of 1,000 bytes (minified, brotli 11)", columns, rows, format)];
}

async function main() {
  const asked = parse(process.argv.slice(2));
  const { quick, wants, whole } = asked;
  const { env, node } = await setup({ chromium: true });
  await mkdir(out, { recursive: true });
  const names = await titles(node, env);
  const options = quick ? { rounds: 5, sampleMs: 25 } : { rounds: 15, sampleMs: 60 };
  const how = { env, node, options, repeats: quick ? 1 : 3 };
  const tables = [
    ...(await times(asked, how, names)),
    ...(wants("start") ? await start(asked, { ...how, repeats: quick ? 5 : 11 }) : []),
    ...(wants("memory") ? await memory(asked, how, names) : []),
    ...(wants("size") ? await sizeTable() : []),
  ].join("\n\n");
  console.log(`\n${tables}`);
  if (!whole) return;
  const versions = await Promise.all(COMPETITORS.map(async (name) => `${name} ${await versionOf(name)}`));
  const head = `# Benchmarks

Written by \`npm run bench\` on ${new Date().toISOString().slice(0, 10)}, on a shared machine with ${cpus().length} cores and a load of ${loadavg()[2].toFixed(0)}:
only ratios count, and even they are rough where the load is more than the cores.

Times are medians of ${options.rounds} rounds in which the contenders take turns; in brackets the median of each
round's time over ours, so that more than 1 means slower than this package. "Floor" is what nobody can be without, such as reading the body. The chunks of a
stream are cut before; JSON comes over HTTP from another process. workerd's clock stands still while code runs, so its
requests are timed from outside, less what an empty one takes.

\`validate\` and \`estimateCost\` recall their answers by the values of a request's fields and the length of its prompt, and
\`validate\` has tables of what each model accepts. "Asked before" is the same request again and again, as a form or a server whose callers ask for
few things sees it; "asked afresh" is what a request costs that nobody asked about before, with the tables and without recalling.

Memory is resident memory as Linux counts it, median of ${how.repeats} fresh processes. A browser keeps Blobs in another process
than the page's.

Against ${versions.join(", ")}. ajv compiles code at run time, which workerd forbids; the peers' schemas know the values of one
model, ours all models and the rules between fields.`;
  await writeFile(join(root, "docs", "benchmarks.md"), `${head}\n\n${tables}\n`);
}

main().catch((error) => {
  console.error(error instanceof StepError ? error.message : error);
  process.exit(1);
});

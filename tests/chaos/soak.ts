// `npm run soak -- --minutes=10 --at-once=16 --seed=1 --write`: callers of every kind, with the faults of chaos but nobody
// killed, for a while; then silence. Printed is what grows: memory, open sockets, rows, operations that are open.

import { execFile } from "node:child_process";
import { readdir } from "node:fs/promises";
import { promisify } from "node:util";

import { random } from "../sim/clock.ts";
import { startFaultProxy } from "../worker/support/fault-proxy.ts";
import { numbersOf, sleep, timesOf, tokenOf, VARS } from "./account.ts";
import { startUpstream } from "./book.ts";
import { intentsOf, pursue } from "./callers.ts";
import { ledgerOf, objectsOf } from "./disk.ts";
import { faultsOf } from "./faults.ts";
import { numbers, write } from "./figures.ts";
import { bundle, version, World } from "./workerd.ts";

const options = numbers({ seed: 1, minutes: 10, "at-once": 16, write: 0 });
const TIMES = timesOf({ call: 10, margin: 5, reserved: 5 });
/** Answers are kept so long, that a run sees them forgotten. */
const KEEP_S = 30;
const CALLERS = 4;

interface Sample {
  minute: number;
  /** Resident memory of workerd, in MB. */
  rss: number;
  sockets: number;
  open: number;
  operations: number;
  /** Objects that hold an answer; bytes of everything on disk, in MB. */
  kept: number;
  disk: number;
}

const began = new Date();
const next = random(options.seed);
const upstream = await startUpstream(() => 5);
const behind = await startFaultProxy(upstream.address);
const world = await World.make(await bundle(), {
  ...VARS,
  ...TIMES.vars,
  KEEP_SECONDS: String(KEEP_S),
  KEEP_KEYED_SECONDS: String(KEEP_S),
  UPSTREAM_BASE_URL: `${behind.address}/v1`,
  ORGANIZATION_DAILY_USD: "100000",
});
const before = await startFaultProxy(() => world.address);
await world.start();
const tokens = await Promise.all(
  Array.from({ length: CALLERS }, (_, index) =>
    tokenOf(world, { sub: `caller ${index}`, budget: 100_000, concurrency: 1000 }),
  ),
);
behind.break(() => faultsOf(next));
before.break(() => faultsOf(next));

let attempts = 0;
let acknowledged = 0;
let twice = 0;
let over = false;
const callers = Array.from({ length: options["at-once"] }, async (_, place) => {
  for (let batch = 0; !over; batch++) {
    const [intent] = intentsOf(next, `${options.seed}-${process.pid}-${place}-${batch}`, 1, CALLERS, 10_000);
    const outcome = await pursue(intent!, tokens[intent!.caller]!, () => before.address, next);
    attempts += outcome.attempts;
    if (outcome.answers.length > 0) acknowledged++;
    // The book is cut when an intent is over, or it would be what grows.
    const mine = upstream.book.filter(({ key, status }) => key === intent!.key && !(status >= 400 && status < 500));
    if (intent!.keyed && mine.length > 1) twice++;
    for (let at = upstream.book.length - 1; at >= 0; at--)
      if (upstream.book[at]!.key === intent!.key) upstream.book.splice(at, 1);
  }
});

async function sample(): Promise<Sample> {
  const { stdout } = await promisify(execFile)("ps", ["-o", "rss=", "-p", String(world.pid)]);
  const descriptors = await readdir(`/proc/${world.pid}/fd`).catch(() => []);
  const numbers = await numbersOf(world);
  const { kept, bytes } = objectsOf(world.disk);
  const value: Sample = {
    minute: (Date.now() - began.getTime()) / 60_000,
    rss: Number(stdout) / 1024,
    sockets: descriptors.length,
    open: numbers.open,
    operations: numbers.settled + numbers.unknown + numbers.voided + numbers.open,
    kept,
    disk: bytes / 1e6,
  };
  console.log(
    Object.entries(value)
      .map(([name, number]) => `${name} ${number.toFixed(name === "minute" || name === "rss" ? 1 : 0)}`)
      .join(", "),
  );
  return value;
}

const samples: Sample[] = [];
while (Date.now() < began.getTime() + options.minutes * 60_000) {
  await sleep(Math.min(15_000, (options.minutes * 60_000) / 8));
  samples.push(await sample());
}
over = true;
await Promise.all(callers);
behind.break({});
before.break({});
await sleep(Math.max(TIMES.ttlMs, KEEP_S * 1000) + 5000);
const last = await sample();
const { balanced, excess } = await numbersOf(world);
await world.kill();
const rows = await ledgerOf(world.disk);
await Promise.all([before.close(), behind.close(), upstream.close(), world.close()]);

/** By how much it grows in a minute, after the first quarter: the slope of the line that fits best. */
function growth(of: (sample: Sample) => number): string {
  const late = samples.slice(Math.floor(samples.length / 4));
  const mean = (value: (sample: Sample) => number) => late.reduce((sum, each) => sum + value(each), 0) / late.length;
  const [x, y] = [mean(({ minute }) => minute), mean(of)];
  const above = mean((each) => (each.minute - x) * (of(each) - y));
  const below = mean((each) => (each.minute - x) ** 2);
  return (above / (below || 1)).toFixed(2);
}
const course = (of: (sample: Sample) => number, unit = "") => {
  const at = (part: number) => of(samples[Math.min(samples.length - 1, Math.floor(samples.length * part))]!).toFixed(0);
  return `${at(0.25)}, ${at(0.5)}, ${at(1)}${unit} (${growth(of)}${unit} a minute); after the silence ${of(last).toFixed(0)}${unit}`;
};
const minutes = Math.round((Date.now() - began.getTime()) / 60_000);
await write("soak", options.write, {
  command: `npm run soak -- ${process.argv
    .slice(2)
    .filter((word) => !word.startsWith("--write"))
    .join(" ")}`.trim(),
  ...{ began, minutes, workerd: await version() },
  rows: [
    ["attempts, intents with a whole answer, operations", `${attempts}, ${acknowledged}, ${rows.length}`],
    ["keyed intents that were sent twice although the first may be billed", `**${twice}**`],
    ["memory of workerd at a quarter, half, and the end", course(({ rss }) => rss, " MB")],
    ["its open files and sockets", course(({ sockets }) => sockets)],
    ["operations that are open", course(({ open }) => open)],
    [`objects that hold an answer (kept for ${KEEP_S} s)`, course(({ kept }) => kept)],
    ["bytes on disk", course(({ disk }) => disk, " MB")],
    ["unsettled in the end", `**${last.open}**`],
    ["counters are the sums of their rows, nothing beyond a reservation", balanced && excess === 0 ? "yes" : "**no**"],
  ],
});
if (twice > 0 || last.open > 0 || !balanced || excess !== 0) process.exitCode = 1;

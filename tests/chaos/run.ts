// `npm run chaos -- --seed=1 --rounds=20 --kills=4 --intents=80 --at-once=16 --write`: rounds of chaos, each with the next
// seed, for so many rounds or `--minutes`. `--write` puts the figures into docs/reliability.md.

import { startUpstream } from "./book.ts";
import { numbers, write } from "./figures.ts";
import { round, type Result } from "./round.ts";
import { bundle, version } from "./workerd.ts";

const options = numbers({ seed: 1, rounds: 20, minutes: 0, kills: 4, intents: 80, "at-once": 16, call: 8, write: 0 });
const { kills, intents, "at-once": atOnce, call: callSeconds } = options;

const PROMISES = [
  ["overspent", "spent and held back passed a cap"],
  ["lost", "acknowledged calls lost, or billed and not charged"],
  ["twice", "keys that were sent twice although the first may be billed"],
  ["unsettled", "unsettled after the longest time and 5 s"],
  ["untold", "operations whose caller is told something else than is charged"],
  ["unusable", "rounds in which less than 99 % of the budget could be spent"],
  ["unbalanced", "looks at which the counters were not the sums of their rows"],
] as const;

const began = new Date();
const upstream = await startUpstream(() => 5);
const bundled = await bundle();
const results: Result[] = [];
const goesOn = () =>
  options.minutes > 0 ? Date.now() - began.getTime() < options.minutes * 60_000 : results.length < options.rounds;
while (goesOn()) {
  const result = await round(
    { seed: options.seed + results.length, kills, intents, atOnce, callSeconds },
    upstream,
    bundled,
  );
  results.push(result);
  const { seed, attempts, posts, settled, unknown, voided, quietMs, findings } = result;
  console.log(
    `seed ${seed}: ${attempts} attempts, ${posts} posts, ${settled} settled, ${unknown} unknown, ${voided} void, ` +
      `peak ${percent(result.peak)}, quiet in ${quietMs} ms, used ${percent(result.used)}, ${findings.length} findings`,
  );
  for (const [promise, what] of findings) console.log(`  ${promise}: ${what}`);
}
await upstream.close();

function percent(part: number): string {
  return `${(part * 100).toFixed(2)} %`;
}
const sum = (of: (result: Result) => number) => results.reduce((total, result) => total + of(result), 0);
const most = (of: (result: Result) => number) => Math.max(...results.map(of));
const least = (of: (result: Result) => number) => Math.min(...results.map(of));
const minutes = Math.round((Date.now() - began.getTime()) / 60_000);
const rows: [string, string | number][] = [
  ["rounds, each with a world of its own", results.length],
  ["`kill -9` of workerd", sum((result) => result.kills)],
  ["intents of callers, and their attempts", `${sum((r) => r.intents)}, ${sum((r) => r.attempts)}`],
  ["requests that reached the upstream, spending the rest included", sum((result) => result.posts)],
  [
    "operations: settled, unknown, void",
    [sum((r) => r.settled), sum((r) => r.unknown), sum((r) => r.voided)].join(", "),
  ],
  ["intents with a whole answer", sum((result) => result.acknowledged)],
  ["looks at the ledger", sum((result) => result.looks)],
  ["most that was spent and held back at once, of the cap", percent(most((result) => result.peak))],
  [
    `nothing open any more after the last kill (longest time: ${callSeconds + 1} s)`,
    `at most ${most((result) => result.quietMs)} ms`,
  ],
  ["spent of the budget when nothing more was let in", `at least ${percent(least((result) => result.used))}`],
  ["calls after the chaos that passed their deadline on a busy machine", sum((result) => result.late)],
  [
    "charged beyond the upstream's bill, for what nobody could know",
    `${percent(sum((r) => r.beyond) / results.length)} of the budget`,
  ],
  ...PROMISES.map(([name, text]): [string, string] => [
    text,
    `**${sum(({ findings }) => findings.filter(([promise]) => promise === name).length)}**`,
  ]),
];
const command = `npm run chaos -- ${process.argv
  .slice(2)
  .filter((word) => !word.startsWith("--write"))
  .join(" ")}`.trim();
await write("chaos", options.write, { command, began, minutes, workerd: await version(), rows });
if (results.some(({ findings }) => findings.length > 0)) process.exitCode = 1;

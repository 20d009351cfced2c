// One round of chaos: callers, faults and kills of a seed, then silence, then what the books say. The seed decides who does
// what and when somebody dies; how two processes interleave it cannot, so a round is another one each time it runs.

import { createHash } from "node:crypto";

import { random } from "../sim/clock.ts";
import { startFaultProxy } from "../worker/support/fault-proxy.ts";
import { numbersOf, sleep, timesOf, tokenOf, usageOf, VARS } from "./account.ts";
import { audit, type Finding } from "./audit.ts";
import type { Upstream } from "./book.ts";
import { intentsOf, pursue, type Intent, type Outcome } from "./callers.ts";
import { asked, isWhole, most, type Wish } from "./calls.ts";
import { ledgerOf } from "./disk.ts";
import { faultsOf } from "./faults.ts";
import { World } from "./workerd.ts";

export interface Plan {
  seed: number;
  kills: number;
  intents: number;
  /** How many intents are pursued at the same time. */
  atOnce: number;
  /** How long a call may take, in seconds; a busy machine needs more. */
  callSeconds: number;
}

export interface Result extends Plan {
  attempts: number;
  posts: number;
  /** The most that was ever spent and held back at the same time, as a part of the cap. */
  peak: number;
  looks: number;
  acknowledged: number;
  settled: number;
  unknown: number;
  voided: number;
  /** Charged beyond what the upstream bills, for what nobody could know, as a part of the cap. */
  beyond: number;
  /** From the last kill until nothing was open. */
  quietMs: number;
  /** Calls after the chaos that passed their deadline, for the machine was too busy. */
  late: number;
  /** Spent of the cap when nothing more is let in. */
  used: number;
  /** What is not as it was promised. */
  findings: Finding[];
}

const CALLERS = 4;
/** Over the price of a call: so that what no call fits into any more is less than a hundredth. */
const CAP_CALLS = 110;

/** Runs a round in a world of its own. Should it pass midnight, where budgets begin anew, it is run again. */
export async function round(plan: Plan, upstream: Upstream, bundled: string): Promise<Result> {
  for (;;) {
    const day = new Date().getUTCDate();
    const result = await once(plan, upstream, bundled);
    if (new Date().getUTCDate() === day) return result;
  }
}

async function once(plan: Plan, upstream: Upstream, bundled: string): Promise<Result> {
  const next = random(plan.seed);
  const times = timesOf({ call: plan.callSeconds, margin: 1, reserved: 2 });
  const run = `${plan.seed}-${process.pid}-${(runs += 1)}`;
  upstream.book.length = 0;
  const last = (index: number): Wish => ({ kind: "json", key: `${run}-last-${index}` });
  const cap = CAP_CALLS * (await most(last(100_000)));
  const behind = await startFaultProxy(upstream.address);
  const world = await World.make(bundled, {
    ...VARS,
    ...times.vars,
    UPSTREAM_BASE_URL: `${behind.address}/v1`,
    ORGANIZATION_DAILY_USD: String(cap / 1e9),
  });
  const before = await startFaultProxy(() => world.address);
  try {
    await world.start();
    const budget = (cap * 0.6) / 1e9;
    const names = Array.from({ length: CALLERS }, (_, index) => `caller ${index}`);
    const tokens = await Promise.all(names.map((sub) => tokenOf(world, { sub, budget, concurrency: 1000 })));
    const rest = await tokenOf(world, { sub: "rest", budget: 1000, concurrency: 1000 });

    // Chaos.
    const findings: Finding[] = [];
    const looks = watch(world, tokens, cap, findings);
    behind.break(() => faultsOf(next));
    before.break(() => faultsOf(next));
    const intents = intentsOf(next, run, plan.intents, CALLERS, plan.callSeconds * 1000);
    const waiting = [...intents];
    const outcomes: Outcome[] = [];
    const callers = Array.from({ length: plan.atOnce }, async () => {
      for (let intent = waiting.shift(); intent; intent = waiting.shift())
        outcomes.push(await pursue(intent, tokens[intent.caller]!, () => before.address, next));
    });
    await killer(world, upstream, plan.kills, next, Promise.all(callers));
    await Promise.all(callers);
    behind.break({});
    before.break({});
    intents.push(...(await orphaned(world, upstream, `${run}-orphan`, tokens[0]!)));

    // Silence: what is open must end by itself.
    const end = Date.now();
    let numbers = await numbersOf(world);
    while (numbers.open > 0 && Date.now() < end + times.ttlMs + 5000) {
      await sleep(50);
      numbers = await numbersOf(world);
    }
    const quietMs = Date.now() - end;
    if (numbers.open > 0) findings.push(["unsettled", `${numbers.open} operations ${quietMs} ms after the end`]);
    if (numbers.reserved !== 0)
      findings.push(["unsettled", `${numbers.reserved} nano-dollars are held back for nothing`]);

    findings.push(...(await audit({ world, upstream, outcomes, tokens })));

    // What is left can be spent, to the last call that fits.
    let index = 0;
    let late = 0;
    const timeouts = () => world.lines.filter((line) => line.includes("did not answer in time")).length;
    const timeoutsBefore = timeouts();
    const buy = async () => {
      const { path, init } = asked(last((index += 1)), rest, true);
      const reply = await fetch(world.address + path, init);
      const text = await reply.text().catch(String);
      if (reply.status === 429) return false;
      const whole = isWhole(reply.headers.get("content-type"), text);
      if (whole) return true;
      // On a machine that is too busy a call may pass its deadline in peace too. All else would be wrong.
      if (text.includes("upstream_timeout") || (reply.ok && timeouts() - timeoutsBefore > late)) late++;
      else findings.push(["unusable", `a call in peace: ${reply.status} ${text.slice(-300)}`]);
      return true;
    };
    await Promise.all(
      Array.from({ length: 6 }, async () => {
        while (await buy());
      }),
    );
    while (await buy());
    numbers = await numbersOf(world);
    const used = numbers.spent / cap;
    if (used < 0.99) findings.push(["unusable", `only ${(used * 100).toFixed(2)} % of the budget can be spent`]);
    const { peak, count } = await looks.stop();

    await world.kill();
    const rows = await ledgerOf(world.disk);
    findings.push(...compare(rows, upstream, intents, names));
    const billed = upstream.book.reduce((sum, post) => sum + post.billed, 0);
    const state = (name: string) => rows.filter((row) => row.state === name).length;
    return {
      ...plan,
      kills: world.kills - 1,
      attempts: outcomes.reduce((sum, { attempts }) => sum + attempts, 0),
      posts: upstream.book.length,
      ...{ peak, looks: count, quietMs, used, late, findings },
      acknowledged: outcomes.filter(({ answers }) => answers.length > 0).length,
      ...{ settled: state("settled"), unknown: state("unknown"), voided: state("void") },
      beyond: (rows.reduce((sum, { charged }) => sum + charged, 0) - billed) / cap,
    };
  } finally {
    await before.close();
    await behind.close();
    await world.close();
  }
}
let runs = 0;

/** Kills and starts again, at moments of the seed: after a while, or when the upstream has heard so many calls. */
async function killer(
  world: World,
  upstream: Upstream,
  kills: number,
  next: () => number,
  callers: Promise<unknown>,
): Promise<void> {
  let over = false;
  void callers.then(() => (over = true));
  for (let kill = 0; kill < kills; kill++) {
    const [by, wait, soon, pause] = [next(), next(), next(), next()];
    if (by < 0.5) await sleep(50 + wait * 800);
    else {
      const heard = upstream.book.length + Math.ceil(wait * 12);
      while (upstream.book.length < heard && !over) await sleep(1);
      await sleep(soon * 40);
    }
    await world.kill();
    await sleep(pause * 150);
    await world.start();
  }
}

/** Calls that a last kill cuts off and nobody asks for again: only the ledger's own alarm can end them. */
async function orphaned(world: World, upstream: Upstream, run: string, token: string): Promise<Intent[]> {
  const orphans = Array.from({ length: 6 }, (_, index): Intent => ({
    ...{ kind: "json", key: `${run}-${index}`, late: 600_000 },
    ...{ caller: 0, keyed: index % 2 === 0, manner: "patient" },
  }));
  const gone = orphans.map((intent) => {
    const { path, init } = asked(intent, token, intent.keyed);
    return fetch(world.address + path, init).then(
      (reply) => reply.status,
      () => 0,
    );
  });
  // Each is with the upstream, or was refused because the budget is used up.
  const heard = () => upstream.book.filter(({ key, whole }) => whole && key.startsWith(run)).length;
  let refused = 0;
  for (const status of gone) void status.then((code) => (refused += code === 429 ? 1 : 0));
  const deadline = Date.now() + 5000;
  while (heard() + refused < orphans.length && Date.now() < deadline) await sleep(2);
  await world.kill();
  await world.start();
  await Promise.all(gone);
  return orphans;
}

/** Looks at the ledger all the time: at no moment may more be spent and held back than there is. */
function watch(world: World, tokens: string[], cap: number, findings: Finding[]) {
  let over = false;
  let peak = 0;
  let count = 0;
  const looking = (async () => {
    while (!over) {
      try {
        const { spent, reserved, balanced, excess } = await numbersOf(world);
        count++;
        peak = Math.max(peak, (spent + reserved) / cap);
        if (spent + reserved > cap) findings.push(["overspent", `${spent} and ${reserved} of ${cap}`]);
        if (!balanced) findings.push(["unbalanced", "the counters are not the sums of their rows"]);
        if (excess > 0) findings.push(["overspent", `${excess} nano-dollars beyond reservations`]);
        for (const token of tokens) {
          const usage = await usageOf(world, token);
          if (usage.spent + usage.reserved > cap * 0.6) findings.push(["overspent", "a caller, its own budget"]);
        }
      } catch {
        // It is being killed.
      }
      await sleep(60);
    }
  })();
  return {
    async stop() {
      over = true;
      await looking;
      return { peak, count };
    },
  };
}

/** Every call that the upstream may bill has its row: what was acknowledged to a caller is not lost by any kill. */
function compare(
  rows: Awaited<ReturnType<typeof ledgerOf>>,
  upstream: Upstream,
  intents: Intent[],
  names: string[],
): Finding[] {
  const findings: Finding[] = [];
  for (const [index, name] of names.entries()) {
    const id = createHash("sha256")
      .update(JSON.stringify(["caller", null, name]))
      .digest("hex")
      .slice(0, 32);
    const mine = rows.filter(({ caller }) => caller === id);
    const charged = mine.filter(({ state }) => state === "settled" || state === "unknown");
    const keys = new Set(intents.filter(({ caller }) => caller === index).map(({ key }) => key));
    const bills = upstream.book.filter(({ key, billed }) => billed > 0 && keys.has(key));
    if (charged.length < bills.length)
      findings.push(["lost", `${bills.length} calls of ${name} are billed, ${charged.length} rows are charged`]);
    const sum = (values: number[]) => values.reduce((total, value) => total + value, 0);
    if (sum(charged.map((row) => row.charged)) < sum(bills.map(({ billed }) => billed)))
      findings.push(["lost", `${name} is billed more than it is charged`]);
  }
  if (rows.some(({ state }) => state === "reserved" || state === "sent")) findings.push(["unsettled", "rows on disk"]);
  return findings;
}

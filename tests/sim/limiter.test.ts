// The limiter in virtual time: 50 locations, 10,000 users, an upstream that enforces its minute by the second.
//
// `SIM_MINUTES=60 node --test tests/sim/limiter.test.ts` runs the hour that docs/limits.md tells of.

import assert from "node:assert/strict";
import { test } from "node:test";

import { DEFAULTS, floorOf, type Limits } from "../../worker/src/limiter/rules.ts";
import { fairness, Simulation, type World } from "./world.ts";

const MINUTES = Number(process.env["SIM_MINUTES"] ?? 10);
/** What the highest tier allows. Source: OpenAI's model pages (2026-11). */
const TIER_5 = { imagesPerMinute: 250, tokensPerMinute: 8_000_000 };
/** The rise to full speed is measured on its own. */
const WARM_UP_MS = 60_000;

const limits = (more: Partial<Limits> = {}): Limits => ({ ...DEFAULTS, ...TIER_5, ...more });
const world = (more: Partial<World> = {}): World => ({
  seed: 1,
  allowed: TIER_5,
  limits: limits(),
  locations: 50,
  call: (random) => ({ images: random() < 0.9 ? 1 : 1 + Math.floor(random() * 4), tokens: 500 + random() * 6_000 }),
  drawMs: (random) => 8_000 + random() * 50_000,
  ...more,
});

/** Users come at random, so many calls a second in all. */
function comeIn(simulation: Simulation, users: number, perSecond: number, until: number, from = 0): void {
  const next = () => {
    if (simulation.clock.now >= until) return;
    simulation.send(`user-${Math.floor(simulation.random() * users)}`);
    simulation.clock.after((-Math.log(1 - simulation.random()) / perSecond) * 1000, next);
  };
  simulation.clock.at(from, next);
}

const said: string[] = [];
process.on("exit", () => console.log(said.map((line) => `# ${line}`).join("\n")));

for (const [name, factor] of [
  ["a little more than the allowance", 1.15],
  ["a flood of 20 times the allowance", 20],
] as const)
  test(`10,000 users, ${name}: no refusal upstream, 99 % of the allowance used`, () => {
    const simulation = new Simulation(world());
    const end = WARM_UP_MS + MINUTES * 60_000;
    comeIn(simulation, 10_000, (TIER_5.imagesPerMinute / 60 / 1.15) * factor, end);
    simulation.clock.runUntil(WARM_UP_MS);
    const before = simulation.upstream.accepted;
    simulation.clock.runUntil(end);
    const { upstream, tally } = simulation;
    const used = (upstream.accepted - before) / (TIER_5.imagesPerMinute * MINUTES);
    const waits = tally.waits.toSorted((a, b) => a - b);
    said.push(
      `${name}: ${upstream.refused} refused upstream, ${(used * 100).toFixed(2)} % of the allowance, ${tally.refused} of ${tally.asked} refused here, ${tally.late} waited in vain, busiest minute ${upstream.busiestMinute} images, p50 wait ${Math.round(waits[waits.length >> 1]!)} ms, longest line ${tally.longestLine}`,
    );
    assert.equal(upstream.refused, 0);
    // Nor would one that counts whole minutes have refused anything.
    assert.ok(upstream.busiestMinute <= TIER_5.imagesPerMinute);
    assert.ok(used >= 0.99, `only ${used} of the allowance was used`);
    // What waits is bounded by what leaves while it may wait: a flood takes no memory.
    assert.ok(tally.longestLine <= (TIER_5.imagesPerMinute / 60_000) * DEFAULTS.maxWaitMs + 50);
    assert.ok(Math.max(...waits) <= 2 * DEFAULTS.maxWaitMs);
  });

test("the share of a caller that floods is no larger than that of the others", () => {
  const simulation = new Simulation(world({ seed: 2, call: () => ({ images: 1, tokens: 3_000 }) }));
  const end = WARM_UP_MS + MINUTES * 60_000;
  // 40 users who always want another picture, and one who asks for twenty at a time and hears no refusal.
  const busy = (user: string, lines: number) => {
    const again = (wait: number) => {
      if (simulation.clock.now < end)
        simulation.clock.after(wait, () =>
          simulation.send(user, (result) =>
            again(result.status === "refused" ? Math.min(result.retryAfterMs, lines > 1 ? 200 : 60_000) : 50),
          ),
        );
    };
    for (let line = 0; line < lines; line++) again(simulation.random() * 5_000);
  };
  for (let user = 0; user < 40; user++) busy(`busy-${user}`, 12);
  busy("greedy", 60);
  simulation.clock.runUntil(end);
  const { images } = simulation.tally;
  const others = Array.from({ length: 40 }, (_, user) => images.get(`busy-${user}`) ?? 0);
  const mean = others.reduce((sum, share) => sum + share, 0) / others.length;
  const greedy = images.get("greedy") ?? 0;
  const even = fairness([...others, greedy]);
  said.push(
    `fairness among 41 busy callers, one of them greedy: ${even.toFixed(4)}; greedy had ${(greedy / mean).toFixed(2)} of a share`,
  );
  assert.equal(simulation.upstream.refused, 0);
  assert.ok(even >= 0.99, `fairness is ${even}`);
  assert.ok(greedy <= 1.25 * mean, `greedy had ${greedy}, the others ${mean}`);
});

test("a caller who waits as long as it is told to is let in", () => {
  const simulation = new Simulation(
    world({ seed: 3, call: () => ({ images: 1, tokens: 3_000 }), limits: limits({ rampFloor: 1 }) }),
  );
  let refused = 0;
  let letIn = 0;
  // So many at once that most are refused, and then nobody else.
  for (let user = 0; user < 300; user++)
    simulation.send(`user-${user}`, (first) => {
      if (first.status !== "refused") return;
      refused++;
      simulation.clock.after(first.retryAfterMs, () =>
        simulation.send(`user-${user}`, (second) => void (letIn += second.status === "refused" ? 0 : 1)),
      );
    });
  simulation.clock.runUntil(10 * 60_000);
  said.push(`${refused} of 300 refused at once; ${letIn} of them let in at the time they were told`);
  assert.ok(refused > 150);
  assert.equal(simulation.upstream.refused, 0);
  assert.ok(letIn >= 0.98 * refused, `${letIn} of ${refused} were let in`);
});

test("after a pause the rate rises by half in ten seconds, not at once", () => {
  const simulation = new Simulation(world({ seed: 4, call: () => ({ images: 1, tokens: 1_000 }) }));
  const end = 120_000;
  comeIn(simulation, 1_000, 20, end);
  const byTen: number[] = [];
  for (let time = 10_000; time <= end; time += 10_000) {
    simulation.clock.runUntil(time);
    byTen.push(simulation.tally.went - byTen.reduce((sum, count) => sum + count, 0));
  }
  said.push(`images let go in each ten seconds from a standstill: ${byTen.join(", ")}`);
  const full = (TIER_5.imagesPerMinute / 6) * 1.05;
  for (const [index, count] of byTen.entries()) {
    assert.ok(count <= full);
    const before = index === 0 ? (full * floorOf(limits())) / 1.5 : byTen[index - 1]!;
    // One and a half times, and what one slice may hold.
    assert.ok(count <= 1.55 * before + 4, `${byTen.join(", ")}`);
  }
  assert.ok(byTen.at(-1)! >= full * 0.93, `${byTen.join(", ")}`);
});

/**
 * What nobody can pass without being refused now and then. A call that takes a whole slice of the upstream's must arrive
 * when the one before it has come back; to make sure of that it leaves as much later as their ways may differ. Smaller
 * calls lose as much less as they leave of a slice.
 */
const bound = (cost: number, perMinute: number) => {
  const { share, jitterMs, sliceMs } = DEFAULTS;
  const takesMs = (cost / perMinute) * 60_000;
  const lostMs = Math.min(jitterMs, Math.max(0, takesMs - (sliceMs - jitterMs)));
  return takesMs / (takesMs / share + lostMs);
};

for (const [name, tier, call, per] of [
  ["the lowest tier", { imagesPerMinute: 5, tokensPerMinute: 100_000 }, { images: 1, tokens: 2_000 }, "images"],
  [
    "many tokens a call, within the slice of a second",
    { imagesPerMinute: 250, tokensPerMinute: 800_000 },
    { images: 1, tokens: 4_000 },
    "tokens",
  ],
  [
    "dear pictures, whose tokens bind",
    { imagesPerMinute: 250, tokensPerMinute: 800_000 },
    { images: 1, tokens: 24_000 },
    "tokens",
  ],
  ["ten pictures at a time", TIER_5, { images: 10, tokens: 30_000 }, "images"],
] as const)
  test(`${name}: no refusal upstream either`, () => {
    const simulation = new Simulation(
      world({ seed: 5, allowed: tier, limits: limits({ ...tier, maxWaitMs: 60_000 }), call: () => call }),
    );
    const end = WARM_UP_MS + MINUTES * 60_000;
    comeIn(simulation, 500, 4, end);
    simulation.clock.runUntil(WARM_UP_MS);
    const { upstream } = simulation;
    const before = [upstream.accepted, upstream.acceptedTokens];
    simulation.clock.runUntil(end);
    const used =
      per === "images"
        ? (upstream.accepted - before[0]!) / (tier.imagesPerMinute * MINUTES)
        : (upstream.acceptedTokens - before[1]!) / (tier.tokensPerMinute * MINUTES);
    said.push(`${name}: ${upstream.refused} refused upstream, ${(used * 100).toFixed(2)} % of the ${per}`);
    assert.equal(upstream.refused, 0);
    const [cost, perMinute] =
      per === "images" ? [call.images, tier.imagesPerMinute] : [call.tokens, tier.tokensPerMinute];
    const least = bound(cost, perMinute) - 0.005;
    assert.ok(used >= least, `only ${used} was used, and ${least} can be`);
  });

test("where less is counted than was thought, nothing is refused upstream, and what is not used is another's within the minute", () => {
  const tier = { imagesPerMinute: 250, tokensPerMinute: 800_000 };
  const call = (random: () => number) => ({ images: 1, tokens: 5_000, counted: 3_000 + random() * 2_000 });
  const simulation = new Simulation(world({ seed: 7, allowed: tier, limits: limits(tier), call }));
  const end = WARM_UP_MS + MINUTES * 60_000;
  comeIn(simulation, 500, 4, end);
  simulation.clock.runUntil(end);
  const { upstream } = simulation;
  const used = upstream.acceptedTokens / (tier.tokensPerMinute * (MINUTES + 1));
  said.push(
    `a fifth less counted than was thought: ${upstream.refused} refused upstream, ${(used * 100).toFixed(2)} %`,
  );
  assert.equal(upstream.refused, 0);
  assert.ok(used >= 0.75, `only ${used} was used`);
});

test("when another program spends of the same allowance, the limiter hears of it and gives way", () => {
  const simulation = new Simulation(world({ seed: 6, call: () => ({ images: 1, tokens: 3_000 }) }));
  const end = WARM_UP_MS + MINUTES * 60_000;
  comeIn(simulation, 1_000, 10, end);
  // Half of it, evenly.
  const other = () => {
    simulation.upstream.call(1, 0, simulation.clock.now);
    if (simulation.clock.now < end) simulation.clock.after(60_000 / (TIER_5.imagesPerMinute / 2), other);
  };
  simulation.clock.at(0, other);
  simulation.clock.runUntil(end);
  const { refused, accepted } = simulation.upstream;
  const share = refused / (refused + accepted);
  said.push(`half spent elsewhere: ${(share * 100).toFixed(1)} % of all calls refused upstream`);
  assert.ok(share < 0.05, `${share} were refused`);
});

// The limiter's rules by themselves: what a bucket holds, who is next, when somebody may come back.

import { models } from "gpt-image-edge";
import { describe, expect, test } from "vitest";

import { Bucket } from "../../worker/src/limiter/bucket.ts";
import { Gate } from "../../worker/src/limiter/gate.ts";
import { FairQueue } from "../../worker/src/limiter/queue.ts";
import { DEFAULTS, Limiter, type Limits, type Spent } from "../../worker/src/limiter/rules.ts";
import { limiterSettings, limitsOf, type LimiterEnv } from "../../worker/src/limiter/settings.ts";

const MINUTE = { perMinute: 60, share: 1, sliceMs: 1000, jitterMs: 0 };

describe("a bucket", () => {
  test.each<[string, number[], number, number]>([
    ["is full at first", [], 1, 0],
    ["has one unit back after a second", [1], 1, 1000],
    ["is paid off before the next", [10], 1, 10_000],
    ["asks for a whole slice where a call is dearer", [1], 10, 1000],
    ["asks nothing for nothing", [10], 0, 0],
  ])("%s", (_, taken, cost, delay) => {
    const bucket = new Bucket(MINUTE);
    for (const units of taken) bucket.take(units, 0);
    expect(bucket.delay(cost, 0)).toBeCloseTo(delay, 3);
    expect(bucket.delay(cost, delay)).toBe(0);
  });

  test("waits longer by what the ways to the upstream differ, and not for what is long past", () => {
    const bucket = new Bucket({ ...MINUTE, jitterMs: 200 });
    expect(bucket.delay(1, 0)).toBe(0);
    bucket.take(1, 0);
    expect(bucket.delay(1, 0)).toBeCloseTo(1200, 3);
    expect(bucket.delay(1, 1200)).toBe(0);
  });

  test("believes the upstream where it says less, and never where it says more", () => {
    const bucket = new Bucket({ ...MINUTE, perMinute: 600 });
    bucket.learn({ remaining: 500, limit: 6000 }, 0);
    expect(bucket.delay(10, 0)).toBe(0);
    bucket.learn({ remaining: 0 }, 0);
    expect(bucket.delay(1, 0)).toBeCloseTo(100, 3);
    bucket.learn({ limit: 60 }, 0);
    expect(bucket.rate).toBeCloseTo(0.001, 9);
    bucket.learn({ limit: 6000 }, 0);
    expect(bucket.rate).toBeCloseTo(0.01, 9);
  });

  test("goes on from what one before it left", () => {
    const first = new Bucket(MINUTE);
    first.take(3, 0);
    expect(new Bucket(MINUTE, first.state(1000)).delay(1, 1000)).toBeCloseTo(2000, 3);
  });

  test.each([{ perMinute: 0 }, { share: 0 }, { share: 1.1 }, { sliceMs: 1001 }, { jitterMs: -1 }])(
    "is none: %j",
    (wrong) => {
      expect(() => new Bucket({ ...MINUTE, ...wrong })).toThrow(RangeError);
    },
  );
});

describe("the queue", () => {
  const call = (id: string, caller: string, images = 1) => ({ id, caller, images, tokens: 0, since: 0 });
  const drain = (queue: FairQueue) => {
    const order: string[] = [];
    for (let next = queue.next(() => true); next; next = queue.next(() => true)) {
      queue.take(next);
      order.push(next.id);
    }
    return order.join(" ");
  };

  test.each<[string, ReturnType<typeof call>[], string]>([
    ["one after the other", [call("a1", "a"), call("a2", "a")], "a1 a2"],
    ["callers in turn", [call("a1", "a"), call("a2", "a"), call("b1", "b"), call("c1", "c")], "a1 b1 c1 a2"],
    ["by images, not by calls", [call("a1", "a", 3), call("b1", "b"), call("b2", "b"), call("b3", "b")], "b1 b2 a1 b3"],
  ])("%s", (_, calls, order) => {
    const queue = new FairQueue();
    for (const each of calls) queue.add(each);
    expect(queue.images).toBe(calls.reduce((sum, { images }) => sum + images, 0));
    expect(drain(queue)).toBe(order);
    expect([queue.size, queue.images, queue.oldest]).toEqual([0, 0, undefined]);
  });

  test("who does not wait any more holds up nobody, and who may not go is passed over", () => {
    const queue = new FairQueue();
    for (const each of [call("a1", "a"), call("b1", "b"), call("b2", "b")]) queue.add(each);
    expect(queue.next((caller) => caller === "b")!.id).toBe("b1");
    expect(queue.next(() => false)).toBeUndefined();
    expect(queue.cancel("b1", "b")).toBe(true);
    expect(queue.cancel("b1", "b")).toBe(false);
    expect(drain(queue)).toBe("a1 b2");
  });
});

describe("the limiter", () => {
  const limits: Limits = { ...DEFAULTS, jitterMs: 0, share: 1, imagesPerMinute: 60, maxWaitMs: 3000 };
  const ask = (limiter: Limiter, id: string, now: number, caller = id) =>
    limiter.ask({ id, caller, images: 1, tokens: 0 }, now);

  test("lets go, lets wait, and refuses with times that follow each other", () => {
    const limiter = new Limiter(limits);
    expect(ask(limiter, "a", 0)).toEqual({ state: "go" });
    expect(ask(limiter, "b", 0)).toEqual({ state: "wait", ahead: 0, waitMs: 1000 });
    expect(ask(limiter, "c", 0)).toMatchObject({ state: "wait", ahead: 1 });
    for (const id of ["d", "e"]) ask(limiter, id, 0);
    const told = ["f", "g", "h"].map((id) => ask(limiter, id, 0));
    // They are behind all who wait, and the refused are behind nobody.
    expect(told).toEqual(told.map(() => expect.objectContaining({ state: "refused", ahead: 4 })));
    const times = told.map((decision) => (decision.state === "refused" ? decision.retryAfterMs : 0));
    expect(times).toEqual([...times].sort((a, b) => a - b));
    expect(new Set(times).size).toBe(3);
    // The same caller is told the same time, however often it asks.
    const again = { state: "refused", reason: "queue", retryAfterMs: times[0]! - 500, ahead: 4 };
    expect(ask(limiter, "f2", 500, "f")).toEqual(again);
  });

  test("gives the turn in order, and the place of a call that nobody ended after its lease", () => {
    const limiter = new Limiter({ ...limits, concurrency: 1, leaseMs: 10_000, maxWaitMs: 60_000 });
    ask(limiter, "a", 0);
    ask(limiter, "b", 0);
    expect(limiter.release(5000).go).toEqual([]);
    expect(limiter.counts).toEqual({ waiting: 1, running: 1 });
    expect(limiter.release(10_000).go).toEqual(["b"]);
    limiter.done("b", {}, 10_000);
    limiter.done("b", {}, 10_000);
    expect(limiter.counts).toEqual({ waiting: 0, running: 0 });
  });

  test.each<[string, Spent, number, number]>([
    ["an image that was drawn stays", {}, 100, 1000],
    ["one that was never sent is another's at once", { unsent: true }, 0, 0],
    // A tenth of its second is over by then, and two must not leave in what is left of it.
    ["or as much of it as is left", { unsent: true }, 100, 100],
  ])("%s", (_, spent, at, free) => {
    const limiter = new Limiter({ ...limits, maxWaitMs: 0 });
    expect(ask(limiter, "a", 0)).toEqual({ state: "go" });
    limiter.done("a", spent, at);
    if (free > at) expect(ask(limiter, "b", free - 1).state).toBe("refused");
    expect(ask(limiter, "b", free)).toEqual({ state: "go" });
  });

  test("counts what the upstream has counted, and not what was thought", () => {
    const one = (spent: Spent) => {
      const limiter = new Limiter({ ...limits, imagesPerMinute: 6000, tokensPerMinute: 60_000, maxWaitMs: 200_000 });
      const asked = (id: string, now: number, tokens: number) =>
        limiter.ask({ id, caller: id, images: 1, tokens }, now);
      // A whole minute's tokens, at once.
      expect(asked("a", 0, 60_000)).toEqual({ state: "go" });
      limiter.done("a", spent, 100);
      const next = asked("b", 100, 1000);
      return next.state === "wait" ? next.waitMs : next.state;
    };
    expect(one({})).toBe(59_900);
    expect(one({ tokens: 60_000 })).toBe(59_900);
    expect(one({ tokens: 120_000 })).toBe(119_900);
    expect(one({ tokens: 1000 })).toBe(1000);
    expect(one({ unsent: true })).toBe("go");
  });

  test("gives up on who has waited too long", () => {
    const limiter = new Limiter({ ...limits, concurrency: 1 });
    ask(limiter, "a", 0);
    ask(limiter, "b", 0);
    const { again } = limiter.release(2000);
    expect(again).toBe(6000);
    expect(limiter.release(6000).late).toEqual([{ id: "b", ahead: 0, retryAfterMs: expect.any(Number) }]);
  });

  test("pauses when the upstream asks for it", () => {
    const limiter = new Limiter({ ...limits, maxWaitMs: 60_000 });
    limiter.observe({ status: 429, code: "rate_limit_exceeded", retryAfterMs: 20_000 }, 0);
    expect(ask(limiter, "a", 0)).toMatchObject({ state: "wait", waitMs: 20_000 });
    expect(limiter.release(19_999).go).toEqual([]);
    expect(limiter.release(20_000).go).toEqual(["a"]);
  });
});

describe("the gate", () => {
  test("answers until the time it was told, for five seconds at most", () => {
    const gate = new Gate();
    gate.close("a", { retryAfterMs: 2000, ahead: 3 }, 0);
    gate.close("b", { retryAfterMs: 60_000, ahead: 0 }, 0);
    expect([gate.closedFor("a", 500), gate.closedFor("b", 500), gate.closedFor("c", 500)]).toEqual([
      { retryAfterMs: 1500, ahead: 3 },
      { retryAfterMs: 59_500, ahead: 0 },
      undefined,
    ]);
    expect([gate.closedFor("a", 2000), gate.closedFor("b", 5000)]).toEqual([undefined, undefined]);
  });

  test("remembers no more than it can", () => {
    const gate = new Gate();
    for (let caller = 0; caller < 20_000; caller++)
      gate.close(`caller-${caller}`, { retryAfterMs: 60_000, ahead: 0 }, 0);
    expect(gate.closedFor("caller-0", 1)).toBeUndefined();
    expect(gate.closedFor("caller-19999", 1)).toEqual({ retryAfterMs: 59_999, ahead: 0 });
  });
});

describe("limits of a model", () => {
  const read = (env: LimiterEnv) =>
    limiterSettings(env, (wrong, text) => {
      if (wrong) throw new Error(text);
    });
  const tiered = models().find(({ tiers, snapshots }) => tiers?.length && snapshots.length > 0)!;

  test("none, where nothing is said", () => {
    expect(limitsOf(tiered.id, read({}), 1)).toBeUndefined();
  });

  test("of the tier, one for a model and its snapshots", () => {
    const { images_per_minute, tokens_per_minute } = tiered.tiers!.find(({ tier }) => tier === 3)!;
    for (const id of [tiered.id, ...tiered.snapshots])
      expect(limitsOf(id, read({ USAGE_TIER: "3" }), 7)).toMatchObject({
        name: tiered.id,
        limits: { imagesPerMinute: images_per_minute, tokensPerMinute: tokens_per_minute, callerConcurrency: 7 },
      });
  });

  test("of the operator, and one for all names that callers make up", () => {
    const settings = read({ IMAGES_PER_MINUTE: "10", MAX_WAIT_S: "0" });
    for (const id of ["made-up-1", "made-up-2"])
      expect(limitsOf(id, settings, 1)).toMatchObject({
        name: "other",
        limits: { imagesPerMinute: 10, tokensPerMinute: undefined, maxWaitMs: 0 },
      });
  });
});

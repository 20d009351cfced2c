// The process ends, or one object does, in each state that an operation can be in, at each place where one part knows more
// than the other. Afterwards the ledger is balanced, nothing is open, what was not sent is free, what may have been billed is
// charged once, and the next call is fine.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";

import { numbersOf, sleep, timesOf, tokenOf, usageOf, VARS } from "./account.ts";
import { startUpstream, type Upstream } from "./book.ts";
import { asked, isWhole, most, type Kind, type Wish } from "./calls.ts";
import { PLACES, type Place } from "./places.ts";
import { bundle, World } from "./workerd.ts";

/** What a call has cost: nothing, what its usage says, or all that was held back. */
type Charged = "nothing" | "usage" | "all";

interface Case {
  name: string;
  /** Where it stops; null where it has ended. */
  place: Place | null;
  fault?: string;
  /** After the process has ended there. */
  charged: Charged;
  /** What the same key gets afterwards: a picture drawn now, the one that was kept, or no second one. */
  again: "drawn" | "kept" | "refused";
  /** How often the upstream was asked in the end. */
  posts: number;
}

const CASES: Case[] = [
  { name: "not reserved yet", place: "reserve:before", charged: "nothing", again: "drawn", posts: 1 },
  { name: "reserved", place: "reserve", charged: "nothing", again: "drawn", posts: 1 },
  { name: "reserved, about to be sent", place: "send:before", charged: "nothing", again: "drawn", posts: 1 },
  { name: "sent by the ledger, not by its owner", place: "send", charged: "all", again: "refused", posts: 0 },
  { name: "sent, and with the upstream", place: "upstream", charged: "all", again: "refused", posts: 1 },
  { name: "answered, not settled", place: "resolve:before", charged: "all", again: "refused", posts: 1 },
  { name: "settled, and its owner not told", place: "resolve", charged: "usage", again: "refused", posts: 1 },
  {
    name: "void, and its owner not told",
    place: "resolve",
    fault: "429",
    charged: "nothing",
    again: "drawn",
    posts: 2,
  },
  {
    name: "unknown, and its owner not told",
    place: "resolve",
    fault: "500",
    charged: "all",
    again: "refused",
    posts: 1,
  },
  { name: "settled", place: null, charged: "usage", again: "kept", posts: 1 },
  { name: "void", place: null, fault: "429", charged: "nothing", again: "drawn", posts: 2 },
  { name: "unknown", place: null, fault: "500", charged: "all", again: "refused", posts: 1 },
];

/** Forms that are sent while they come in are paid for in a way of their own; all else is the same for them. */
const kindsOf = ({ place }: Case): Kind[] => [
  ...(["json", "stream"] as const),
  ...(place && /reserve|send/.test(place) ? (["large form"] as const) : []),
];

let upstream: Upstream;
let bundled: string;
before(async () => {
  upstream = await startUpstream(() => 1);
  bundled = await bundle(new URL("held.ts", import.meta.url).pathname);
});
after(() => upstream.close());

interface Call extends Case {
  wish: Wish;
  token: string;
  first: Promise<{ status: number; text: string }>;
}

async function send(world: World, wish: Wish, token: string) {
  const { path, init } = asked(wish, token, true);
  const reply = await fetch(world.address + path, init);
  const text = await reply.text();
  return {
    status: reply.status,
    text,
    whole: isWhole(reply.headers.get("content-type"), text),
    headers: reply.headers,
  };
}

const keyOf = (...words: string[]) => words.join("-").replaceAll(/\W+/g, "-");
const nameOf = ({ wish, name }: Call) => `${wish.kind}, ${name}`;
const posts = (key: string) => upstream.book.filter((posted) => posted.key === key);

/** Brings every case to its place, in every kind of call; gives the calls, and their rows in the ledger. */
async function halt(world: World, run: string, cases: Case[]): Promise<{ calls: Call[]; entries: string[] }> {
  const entries: string[] = [];
  world.heard = (line) => entries.push(...(/^stopped \S+ (\S+)$/.exec(line)?.slice(1) ?? []));
  // So that the upstream has everything drawn, and its speed is no part of the test.
  const token = await tokenOf(world, { sub: "first", budget: 1 });
  for (const kind of ["json", "stream", "large form"] as const)
    for (
      let time = 0;
      !(await send(world, { kind, key: keyOf(run, kind, "first", String(time)) }, token)).whole;
      time++
    );

  const calls: Call[] = [];
  const begin = async (each: Case, kind: Kind) => {
    const key = keyOf(run, kind, each.name);
    const at = each.place ? PLACES.indexOf(each.place) : -1;
    const token = await tokenOf(world, { sub: key, budget: 1, concurrency: 100 + at });
    const wish: Wish = { kind, key, fault: each.fault, late: each.place === "upstream" ? 600_000 : undefined };
    const first = send(world, wish, token).catch((error: unknown) => ({ status: 0, text: String(error) }));
    calls.push({ ...each, wish, token, first });
    return { first };
  };
  const all = cases.flatMap((each) => kindsOf(each).map((kind) => ({ each, kind })));
  for (const { each, kind } of all)
    if (each.place === null) await (await begin(each, kind)).first;
    else if (each.place !== "upstream" && kind !== "large form") await begin(each, kind);
  // Last, for these have a deadline from their beginning.
  for (const { each, kind } of all) if (each.place === "upstream" || kind === "large form") await begin(each, kind);
  const stops = all.filter(({ each }) => each.place !== null).length;
  const last = calls.filter(({ place }) => place === "upstream");
  while (entries.length < stops || last.some(({ wish }) => !posts(wish.key).some(({ whole }) => whole)))
    await sleep(10);
  return { calls, entries };
}

/** Waits until nothing is open, without asking any operation: what it takes must happen by itself. */
async function quiet(world: World, ttlMs = 0): Promise<void> {
  const deadline = Date.now() + ttlMs + 5000;
  for (;;) {
    const numbers = await numbersOf(world);
    assert.ok(numbers.balanced);
    if (numbers.open === 0) return assert.equal(numbers.reserved, 0);
    assert.ok(Date.now() < deadline, `${numbers.open} operations are unsettled after their time and 5 s`);
    await sleep(100);
  }
}

async function isFine(world: World, key: string): Promise<void> {
  const token = await tokenOf(world, { sub: key, budget: 1 });
  assert.ok((await send(world, { kind: "json", key }, token)).whole, "the next call");
}

/** The charge of a call, as a word. */
async function chargedOf(world: World, { wish, token }: Call): Promise<Charged> {
  const { spent, reserved } = await usageOf(world, token);
  assert.equal(reserved, 0);
  if (spent === 0) return "nothing";
  return spent === (await most(wish)) ? "all" : "usage";
}

const poke = async (world: World, what: string) => {
  assert.equal(await (await fetch(`${world.address}/_test/${what}`)).text(), "done");
};

interface End {
  what: string;
  /** Short where a time is waited for, long where none may pass however busy the machine is. */
  times: ReturnType<typeof timesOf>;
  end(world: World, entries: string[]): Promise<void>;
  cases?: Case[];
  /** Where a case ends otherwise than when all is gone. */
  otherwise?(each: Case): Partial<Case>;
}

/** What has to be quick waits for its turn; what only waits does so at the same time as others. */
function alone<T>(work: () => Promise<T>): Promise<T> {
  const mine = turn.then(work);
  turn = mine.catch(() => undefined);
  return mine;
}
let turn: Promise<unknown> = Promise.resolve();

const ENDS: End[] = [
  {
    what: "the process",
    times: timesOf({ call: 8, margin: 1, reserved: 2 }),
    async end(world) {
      await world.kill();
      await world.start();
    },
  },
  {
    what: "the operation's object",
    // Its reservation is nobody's any more.
    times: timesOf({ call: 60, margin: 60, reserved: 3 }),
    async end(world, entries) {
      for (const entry of entries) await poke(world, `operations/${/^op_(\w+)/.exec(entry)![1]}`);
    },
    // Whether the ledger still does what it was about to do for an owner that is gone is the runtime's to say.
    cases: CASES.filter(({ place }) => place !== "send:before" && place !== "resolve:before"),
  },
  {
    what: "the ledger's object",
    times: timesOf({ call: 60, margin: 60, reserved: 120 }),
    end: (world) => poke(world, "ledger"),
    // The owner asks again and goes on: as if nothing had been.
    otherwise: ({ place, fault }) =>
      place === null || fault !== undefined ? {} : { charged: "usage", again: "kept", posts: 1 },
  },
];

describe("an end in each state", { concurrency: true }, () => {
  for (const { what, times, end, cases = CASES, otherwise } of ENDS)
    test(what, { timeout: 300_000 }, async () => {
      const world = await World.make(bundled, { ...VARS, ...times.vars, UPSTREAM_BASE_URL: `${upstream.address}/v1` });
      try {
        await world.start();
        const calls = await alone(async () => {
          const { calls, entries } = await halt(world, what, cases);
          await end(world, entries);
          await poke(world, "release");
          upstream.hurry();
          return calls;
        });
        for (const { first } of calls) await first;
        await isFine(world, keyOf(what, "next"));
        for (const call of calls) Object.assign(call, otherwise?.(call));
        const expectCharges = async () => {
          for (const call of calls) assert.equal(await chargedOf(world, call), call.charged, nameOf(call));
        };
        // Where nobody asks for an operation it settles by itself, in its time.
        if (world.kills > 0) {
          await quiet(world, times.ttlMs);
          await expectCharges();
        }
        for (const call of calls) await askAgain(world, call);
        await quiet(world, times.reservedMs);
        // What was free before was bought now.
        for (const call of calls) if (call.again === "drawn" && !call.fault) call.charged = "usage";
        await expectCharges();
      } finally {
        await world.close();
      }
    });

  test("a form whose time is over before it is paid for", { timeout: 300_000 }, async () => {
    const vars = { ...VARS, UPSTREAM_BASE_URL: `${upstream.address}/v1` };
    const timed = (call: number) => ({ ...vars, ...timesOf({ call, margin: 60, reserved: 120 }).vars });
    const world = await World.make(bundled, timed(2));
    try {
      await world.start();
      const calls: Call[] = [];
      for (const place of ["reserve:before", "reserve", "send:before", "send"] as const) {
        const key = keyOf("late", place);
        const token = await tokenOf(world, { sub: key, budget: 1, concurrency: 100 + PLACES.indexOf(place) });
        const wish: Wish = { kind: "large form", key };
        const first = send(world, wish, token);
        calls.push({ name: place, place, wish, token, first, charged: "nothing", again: "drawn", posts: 1 });
      }
      for (const { first, name } of calls) assert.equal((await first).status, 504, name);
      await poke(world, "release");
      // The upstream had its files, and never their end.
      for (const { wish } of calls) assert.ok(posts(wish.key).every(({ whole }) => !whole));
      await quiet(world);
      for (const call of calls) assert.equal(await chargedOf(world, call), "nothing", call.name);
      // With time enough for a picture.
      await world.configure(bundled, timed(60));
      await world.kill();
      await world.start();
      await poke(world, "release");
      for (const call of calls) await askAgain(world, call);
    } finally {
      await world.close();
    }
  });
});

/** So many ask at once for a call that was cut off: it is settled for all of them, once, and begins anew at most once. */
const TOGETHER = 3;

async function askAgain(world: World, call: Call): Promise<void> {
  const { wish, token, posts: expected } = call;
  // What is refused upstream each time may be asked for each time.
  const times = wish.fault ? 1 : TOGETHER;
  const replies = await Promise.all(Array.from({ length: times }, () => sendOn(world, wish, token)));
  for (const reply of replies) await expectReply(reply, call);
  assert.equal(posts(wish.key).length, expected, nameOf(call));
}

/** Sends until nobody else is on the way with the same key: as the API's own client does. */
async function sendOn(...args: Parameters<typeof send>): ReturnType<typeof send> {
  for (;;) {
    const reply = await send(...args);
    if (reply.status !== 409) return reply;
    await sleep(100);
  }
}

async function expectReply(reply: Awaited<ReturnType<typeof send>>, call: Call): Promise<void> {
  const { wish, first, again } = call;
  const what = nameOf(call);
  if (again === "refused") {
    assert.ok(reply.status >= 500 || reply.text.includes('"charged":true'), `${what}: ${reply.status} ${reply.text}`);
    assert.ok(!reply.whole, what);
  } else if (wish.fault) assert.equal(reply.status, Number(wish.fault), what);
  else assert.ok(reply.whole, `${what}: ${reply.status} ${reply.text.slice(0, 300)}`);
  // Partial images of a stream are not sent once more.
  if (again === "kept") assert.ok((await first).text.endsWith(reply.text), what);
}

// The ledger's rules, without a ledger: every state against every event, and any order of them against a plain reckoning.

import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { dayOf, exceeded, isOpen, left, nextDay, step } from "../../worker/src/ledger/rules.ts";
import type { Budget, Entry, Event, State } from "../../worker/src/ledger/rules.ts";
import { fromUsd, MAX_NANO_USD, minus, plus, spoken } from "../../worker/src/money.ts";

const KINDS = ["send", "settle", "void", "lose", "expire"] as const;
const STATES = ["reserved", "sent", "settled", "void", "unknown"] as const;

describe("each event in each state", () => {
  // Columns: send, settle, void, lose, expire.
  test.each<[State, State, State, State, State, State]>([
    ["reserved", "sent", "reserved", "void", "void", "void"],
    ["sent", "sent", "settled", "void", "unknown", "unknown"],
    ["settled", "settled", "settled", "settled", "settled", "settled"],
    ["void", "void", "void", "void", "void", "void"],
    ["unknown", "unknown", "settled", "void", "unknown", "unknown"],
  ])("%s", (state, ...expected) => {
    const charged = state === "settled" ? 40 : state === "unknown" ? 100 : 0;
    const entry: Entry = { state, reserved: 100, charged };
    const after = KINDS.map((kind) => step(entry, kind === "settle" ? { kind, actual: 30 } : { kind }).entry.state);
    expect(after).toEqual(expected);
  });
});

describe("what a step moves", () => {
  const sent: Entry = { state: "sent", reserved: 100, charged: 0 };
  const unknown: Entry = { state: "unknown", reserved: 100, charged: 100 };
  test.each<[string, Entry, Event, { posted: number; pending: number; excess: number }]>([
    ["less than reserved", sent, { kind: "settle", actual: 30 }, { posted: 30, pending: -100, excess: 0 }],
    ["all of it", sent, { kind: "settle", actual: 100 }, { posted: 100, pending: -100, excess: 0 }],
    ["nothing", sent, { kind: "settle", actual: 0 }, { posted: 0, pending: -100, excess: 0 }],
    ["more than reserved", sent, { kind: "settle", actual: 130 }, { posted: 100, pending: -100, excess: 30 }],
    ["not billed", sent, { kind: "void" }, { posted: 0, pending: -100, excess: 0 }],
    ["nobody knows", sent, { kind: "lose" }, { posted: 100, pending: -100, excess: 0 }],
    ["proof came late", unknown, { kind: "settle", actual: 30 }, { posted: -70, pending: 0, excess: 0 }],
    ["was not billed after all", unknown, { kind: "void" }, { posted: -100, pending: 0, excess: 0 }],
    ["sent twice", sent, { kind: "send" }, { posted: 0, pending: 0, excess: 0 }],
  ])("%s", (_, entry, event, moved) => {
    expect(step(entry, event)).toMatchObject(moved);
  });
});

test("any order of events on many operations keeps within the cap and adds up", () => {
  const amount = fc.integer({ min: 0, max: 50 });
  const events = fc.oneof(
    fc.record({ kind: fc.constant("reserve" as const), amount }),
    fc.record({ kind: fc.constantFrom("send", "void", "lose", "expire"), which: fc.nat() }),
    // Half of the bills are higher than what was reserved: a price table that is wrong.
    fc.record({ kind: fc.constant("settle" as const), which: fc.nat(), actual: fc.integer({ min: 0, max: 100 }) }),
  );
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 200 }), fc.array(events, { maxLength: 60 }), (cap, sequence) => {
      const entries: Entry[] = [];
      const resolved = new Map<number, number>();
      const budget: Budget = { scope: "caller", cap, posted: 0, pending: 0 };
      for (const event of sequence) {
        if (event.kind === "reserve") {
          const room = cap - budget.posted - budget.pending;
          const refused = exceeded([budget], event.amount);
          expect(refused === undefined).toBe(event.amount <= room);
          if (refused) continue;
          entries.push({ state: "reserved", reserved: event.amount, charged: 0 });
          budget.pending += event.amount;
        } else if (entries.length > 0) {
          const at = event.which % entries.length;
          const before = entries[at]!;
          const done = step(before, event as Event);
          entries[at] = done.entry;
          budget.posted += done.posted;
          budget.pending += done.pending;
          // Resolved once: final states stay, and so does what they cost.
          if (resolved.has(at)) expect(done.entry.charged).toBe(resolved.get(at));
          if (done.entry.state === "settled" || done.entry.state === "void") resolved.set(at, done.entry.charged);
          expect(done.entry.charged).toBeLessThanOrEqual(done.entry.reserved);
          expect(done.excess).toBe(
            done.changed && event.kind === "settle" ? Math.max(0, event.actual - before.reserved) : 0,
          );
        }
        const sum = (pick: (entry: Entry) => number) => entries.reduce((total, entry) => total + pick(entry), 0);
        expect(budget.posted).toBe(sum(({ charged }) => charged));
        expect(budget.pending).toBe(sum(({ state, reserved }) => (isOpen(state) ? reserved : 0)));
        expect(budget.posted + budget.pending).toBeLessThanOrEqual(cap);
      }
    }),
    { numRuns: 500 },
  );
});

test("each event twice is the event once", () => {
  for (const state of STATES)
    for (const kind of KINDS) {
      const event = (kind === "settle" ? { kind, actual: 30 } : { kind }) as Event;
      const entry: Entry = { state, reserved: 100, charged: state === "unknown" ? 100 : 0 };
      const once = step(entry, event);
      expect(step(once.entry, event)).toMatchObject({ entry: once.entry, changed: false, posted: 0, pending: 0 });
    }
});

test("what is left is never below nothing, also of a cap that was lowered", () => {
  expect(left({ scope: "caller", cap: 10, posted: 3, pending: 4 })).toBe(3);
  expect(left({ scope: "caller", cap: 5, posted: 3, pending: 4 })).toBe(0);
});

test("the narrowest budget is named", () => {
  const wide: Budget = { scope: "organization", cap: 1000, posted: 0, pending: 0 };
  const narrow: Budget = { scope: "caller", cap: 10, posted: 5, pending: 0 };
  expect(exceeded([narrow, wide], 6)?.scope).toBe("caller");
  expect(
    exceeded(
      [
        { ...narrow, cap: 1000 },
        { ...wide, posted: 995 },
      ],
      6,
    )?.scope,
  ).toBe("organization");
  expect(exceeded([narrow, wide], 5)).toBeUndefined();
});

test("days are UTC's", () => {
  const late = Date.parse("2026-12-31T23:59:59.999Z");
  expect(dayOf(late)).toBe("2026-12-31");
  expect(dayOf(nextDay(late))).toBe("2027-01-01");
  expect(nextDay(nextDay(late)) - nextDay(late)).toBe(86_400_000);
});

describe("money", () => {
  test("is whole, or it is refused", () => {
    expect(fromUsd(0.005074)).toBe(5_074_000);
    expect(fromUsd(0.1) + fromUsd(0.2)).toBe(fromUsd(0.3));
    for (const bad of [-1, Number.NaN, Infinity, 1e10]) expect(() => fromUsd(bad)).toThrow(RangeError);
    expect(() => plus(MAX_NANO_USD, 1)).toThrow(RangeError);
    expect(() => minus(1, 2)).toThrow(RangeError);
  });

  test.each([
    [0, "$0.00"],
    [5_074_000, "$0.005074"],
    [2_500_000_000, "$2.50"],
    [1, "$0.000000001"],
    [100_000_000_000, "$100.00"],
  ])("%i is spoken as %s", (amount, text) => expect(spoken(amount)).toBe(text));
});

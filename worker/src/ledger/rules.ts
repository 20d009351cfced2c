// What may happen to a reservation, as pure arithmetic: no clock, no storage, no runtime.
//
//   (none) --reserve--> reserved --send--> sent --settle--> settled
//                          |                |--void-------> void       (refused before any work)
//                          |                `--lose/expire-> unknown   (charged in full)
//                          `--void/lose/expire--> void                 (never sent, so nothing is due)
//   unknown --settle/void--> settled | void                            (proof that came late, or the operator's)
//
// `settled` and `void` are final: whatever comes again changes nothing. Three things hold after every step: what is posted
// and pending of a budget never passes it; an operation resolves once; it is never charged more than was reserved.

import { minus, plus, type NanoUsd } from "../money.ts";

export type State = "reserved" | "sent" | "settled" | "void" | "unknown";

/** An operation in the ledger, as far as its money is concerned. */
export interface Entry {
  state: State;
  /** Held back for it: no call may cost more. */
  reserved: NanoUsd;
  /** What it has cost; 0 while it is open. */
  charged: NanoUsd;
}

export type Event =
  | { kind: "send" }
  /** The upstream said what it has cost. */
  | { kind: "settle"; actual: NanoUsd }
  /** Provably not billed. */
  | { kind: "void" }
  /** Nobody knows whether it was billed. */
  | { kind: "lose" }
  /** Nobody said anything in time. */
  | { kind: "expire" };

/** What a step does to the counters of its budgets. */
export interface Step {
  entry: Entry;
  changed: boolean;
  /** Added to what is spent; may be below zero where a late proof gives back. */
  posted: number;
  /** Added to what is held back; never above zero. */
  pending: number;
  /** What the upstream asks for beyond the reservation. Booked as the organisation's loss, not the caller's. */
  excess: NanoUsd;
}

export const isOpen = (state: State): boolean => state === "reserved" || state === "sent";

export function step(entry: Entry, event: Event): Step {
  const same: Step = { entry, changed: false, posted: 0, pending: 0, excess: 0 };
  const next = follow(entry.state, event.kind);
  if (next === entry.state) return same;
  const actual = event.kind === "settle" ? event.actual : 0;
  const charged = next === "unknown" ? entry.reserved : next === "settled" ? Math.min(actual, entry.reserved) : 0;
  return {
    entry: { ...entry, state: next, charged },
    changed: true,
    posted: charged - entry.charged,
    // `0 -` and not `-`: minus zero is another value to whoever compares.
    pending: isOpen(entry.state) && !isOpen(next) ? 0 - entry.reserved : 0,
    excess: next === "settled" ? minus(actual, Math.min(actual, entry.reserved)) : 0,
  };
}

const TABLE: Record<State, Record<Event["kind"], State>> = {
  // A settlement of what was never sent is somebody's mistake; it must not cost the caller anything, nor be free: it stays.
  reserved: { send: "sent", settle: "reserved", void: "void", lose: "void", expire: "void" },
  sent: { send: "sent", settle: "settled", void: "void", lose: "unknown", expire: "unknown" },
  unknown: { send: "unknown", settle: "settled", void: "void", lose: "unknown", expire: "unknown" },
  settled: { send: "settled", settle: "settled", void: "settled", lose: "settled", expire: "settled" },
  void: { send: "void", settle: "void", void: "void", lose: "void", expire: "void" },
};

const follow = (state: State, kind: Event["kind"]): State => TABLE[state][kind];

/** A budget before a reservation. */
export interface Budget {
  scope: "caller" | "tenant" | "organization";
  cap: NanoUsd;
  posted: NanoUsd;
  pending: NanoUsd;
}

/** The first budget that has no room for the amount; undefined when all have. */
export function exceeded(budgets: readonly Budget[], amount: NanoUsd): Budget | undefined {
  return budgets.find(({ cap, posted, pending }) => plus(plus(posted, pending), amount) > cap);
}

/** What is left of a budget. Nothing, and not less, where the operator has lowered the cap. */
export const left = ({ cap, posted, pending }: Budget): NanoUsd => Math.max(0, cap - posted - pending);

/** The day of a time, and when the next one begins. Budgets are of UTC days. */
export const dayOf = (ms: number): string => new Date(ms).toISOString().slice(0, 10);
export const nextDay = (ms: number): number => (Math.floor(ms / DAY_MS) + 1) * DAY_MS;
export const DAY_MS = 86_400_000;

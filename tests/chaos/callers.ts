// Callers as they are: in a hurry, gone in the middle, there twice, back with the same key. What each does is a seed's.

import { setTimeout as sleep } from "node:timers/promises";

import { asked, isWhole, type Kind, type Wish } from "./calls.ts";

/** Something that a caller wants once, however often it asks. */
export interface Intent extends Wish {
  caller: number;
  /** Without a key it asks once: nobody could tell its second call from another wish. */
  keyed: boolean;
  manner: "patient" | "hasty" | "doubled";
}

/** What an intent has brought. */
export interface Outcome {
  intent: Intent;
  attempts: number;
  /** Whole answers that reached the caller: what was acknowledged. */
  answers: { operation: string; text: string }[];
  /** Whether its budget was said to be used up. */
  refused: boolean;
}

type Random = () => number;

function pick<T>(next: Random, choices: readonly (readonly [weight: number, value: T])[]): T {
  let at = next() * choices.reduce((sum, [weight]) => sum + weight, 0);
  return (choices.find(([weight]) => (at -= weight) < 0) ?? choices.at(-1)!)[1];
}

/** The intents of a seed. A call may take `callMs`; some upstreams need longer. */
export function intentsOf(next: Random, run: string, count: number, callers: number, callMs: number): Intent[] {
  return Array.from({ length: count }, (_, index) => {
    const kind = pick<Kind>(next, [
      [50, "json"],
      [25, "stream"],
      [15, "form"],
      [10, "large form"],
    ]);
    const fault = pick<string | undefined>(next, [
      [70, undefined],
      [7, "429"],
      [5, "500"],
      [3, "moderation"],
      // Drawn anew for each kind, which takes its time.
      [4, kind === "json" || kind === "stream" ? "no-usage" : "500"],
      [4, kind === "stream" ? "twice" : "html"],
      [3, kind === "stream" ? "error" : "503"],
    ]);
    return {
      ...{ kind, fault, key: `${run}-${index}`, caller: Math.floor(next() * callers) },
      late: next() < 0.06 ? Math.floor((0.4 + 1.2 * next()) * callMs) : undefined,
      keyed: next() < 0.85,
      manner: pick<Intent["manner"]>(next, [
        [50, "patient"],
        [25, "hasty"],
        [25, "doubled"],
      ]),
    };
  });
}

const MAX_TRIES = 5;

/** Asks for it as its caller would; ends when it has an answer, or gives up. */
export async function pursue(intent: Intent, token: string, address: () => string, next: Random): Promise<Outcome> {
  const outcome: Outcome = { intent, attempts: 0, answers: [], refused: false };
  /** True when it is of no use to ask again. */
  const attempt = async (patienceMs?: number): Promise<boolean> => {
    outcome.attempts++;
    const { path, init } = asked(intent, token, intent.keyed);
    const signal = AbortSignal.timeout(patienceMs ?? 30_000);
    try {
      const reply = await fetch(address() + path, { ...init, signal });
      const text = await reply.text();
      if (isWhole(reply.headers.get("content-type"), text))
        outcome.answers.push({ operation: reply.headers.get("x-operation-id")!, text });
      if (reply.status === 429 && text.includes("budget_exceeded")) outcome.refused = true;
      return reply.ok || outcome.refused;
    } catch {
      // Cut off, or tired of waiting: it asks again with its key.
      return false;
    }
  };
  for (let time = 0; time < (intent.keyed ? MAX_TRIES : 1); time++) {
    const hasty = intent.manner === "hasty" && time === 0 ? Math.floor(next() * 150) : undefined;
    const pauses = [0, next() * 20, next() * 80].slice(0, intent.keyed && intent.manner === "doubled" ? 3 : 1);
    const ends = await Promise.all(pauses.map((ms) => sleep(ms).then(() => attempt(hasty))));
    // SDKs obey `x-should-retry: false`; these do not, for nobody has to.
    if (ends.some(Boolean)) break;
    await sleep(next() * 150);
  }
  return outcome;
}

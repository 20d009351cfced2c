// Refusals of this isolate's own: who was told to come back at a time is not asked after before it. Under a flood most
// refusals end here, without a word to the limiter or the ledger.

import type { Refused } from "./rules.ts";

/** How many are remembered; the oldest make room. */
const MOST = 10_000;
/** A refusal is believed for so long at most: room may come sooner than was thought. */
const BELIEVED_MS = 5_000;

interface Entry {
  believed: number;
  told: number;
  ahead: number;
}

export class Gate {
  readonly #until = new Map<string, Entry>();

  /** What a caller was told, with the time that is left of it; undefined when it may ask. */
  closedFor(key: string, now: number): Refused | undefined {
    const entry = this.#until.get(key);
    if (!entry) return undefined;
    if (now < entry.believed) return { retryAfterMs: Math.max(1, entry.told - now), ahead: entry.ahead };
    this.#until.delete(key);
    return undefined;
  }

  close(key: string, { retryAfterMs, ahead }: Refused, now: number): void {
    this.#until.delete(key);
    this.#until.set(key, { believed: now + Math.min(retryAfterMs, BELIEVED_MS), told: now + retryAfterMs, ahead });
    for (const oldest of this.#until.keys()) {
      if (this.#until.size <= MOST) break;
      this.#until.delete(oldest);
    }
  }
}

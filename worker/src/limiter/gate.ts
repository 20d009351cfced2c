// Refusals of this isolate's own: who was told to come back at a time is not asked after before it. Under a flood most
// refusals end here, without a word to the limiter or the ledger.

/** How many are remembered; the oldest make room. */
const MOST = 10_000;
/** A refusal is believed for so long at most: room may come sooner than was thought. */
const BELIEVED_MS = 5_000;

export class Gate {
  readonly #until = new Map<string, { believed: number; told: number }>();

  /** In how many milliseconds the caller may come back; undefined when it may ask. */
  closedFor(key: string, now: number): number | undefined {
    const entry = this.#until.get(key);
    if (!entry) return undefined;
    if (now < entry.believed) return Math.max(1, entry.told - now);
    this.#until.delete(key);
    return undefined;
  }

  close(key: string, retryAfterMs: number, now: number): void {
    this.#until.delete(key);
    this.#until.set(key, { believed: now + Math.min(retryAfterMs, BELIEVED_MS), told: now + retryAfterMs });
    for (const oldest of this.#until.keys()) {
      if (this.#until.size <= MOST) break;
      this.#until.delete(oldest);
    }
  }
}

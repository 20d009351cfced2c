// One allowance by the minute, spent in slices of a second: the generic cell rate algorithm, kept as one number.
//
// The upstream may enforce its minute in slices as short as a second, and counts what it refuses. So this bucket never holds
// more than a slice, and never believes more of its own refill than the slowest way to the upstream leaves of it: two
// calls that leave here a second apart may arrive closer together by as much as their ways differ.
//
//   debt       what the upstream may still count of the calls that left, by what has come back since
//   level      = capacity - max(0, debt + jitter * rate)
//   a call of `cost` may leave when level >= min(cost, capacity); then debt = max(debt, 0) + cost
//
// A call that costs more than a slice leaves when the slice is whole, and is paid off before the next.

export interface Allowance {
  /** What the upstream allows in a minute. */
  perMinute: number;
  /** The share of it that is used: the rest is for clocks that run differently. */
  share: number;
  /** The length of a slice, at most 1000. */
  sliceMs: number;
  /** By how much the ways of two calls to the upstream may differ. */
  jitterMs: number;
}

export class Bucket {
  readonly #allowance: Allowance;
  #perMinute: number;
  /** In units. Goes below zero as far as the ways may differ: then what was spent says nothing any more. */
  #debt = Number.NEGATIVE_INFINITY;
  #at: number | undefined;

  /** `debt`: what a bucket before this one left. */
  constructor(allowance: Allowance, debt?: { debt: number; at: number }) {
    const { perMinute, share, sliceMs, jitterMs } = allowance;
    if (!(perMinute > 0 && share > 0 && share <= 1 && sliceMs > 0 && sliceMs <= 1000 && jitterMs >= 0))
      throw new RangeError(`not an allowance: ${JSON.stringify(allowance)}`);
    this.#allowance = allowance;
    this.#perMinute = perMinute;
    if (debt) [this.#debt, this.#at] = [debt.debt, debt.at];
  }

  /** What a successor needs to know. */
  state(now: number): { debt: number; at: number } {
    this.#refill(now, 1);
    return { debt: this.#debt, at: now };
  }

  /** What one slice holds. A single unit always fits, or nothing would ever leave. */
  get capacity(): number {
    return Math.max(1, (this.#perMinute * this.#allowance.sliceMs) / 60_000);
  }

  /** Units that come back in a millisecond. */
  get rate(): number {
    return (this.#perMinute * this.#allowance.share) / 60_000;
  }

  /** In how many milliseconds a call of this cost may leave, at a part of the rate (0 to 1); 0 is now. */
  delay(cost: number, now: number, pace = 1): number {
    this.#refill(now, pace);
    if (cost <= 0 || this.#debt <= this.#lowest) return 0;
    const excess = this.#debt - this.#lowest - (this.capacity - Math.min(cost, this.capacity));
    // A hair beyond it, so that rounding does not ask for a wait of nothing for ever.
    return excess <= 1e-9 ? 0 : Math.max(1e-3, excess / (this.rate * pace));
  }

  /** Books a call that leaves. */
  take(cost: number, now: number, pace = 1): void {
    this.#refill(now, pace);
    if (cost > 0) this.#debt = Math.max(this.#debt, 0) + cost;
  }

  /**
   * Gives back what was booked at a time and is not used: as much of it as has not come back by itself since. A slice that is
   * over cannot be used any more, and giving it all back would let two slices out in one.
   */
  giveBack(cost: number, booked: number, now: number): void {
    this.#refill(now, 1);
    this.#debt = Math.max(this.#lowest, this.#debt - Math.max(0, cost - Math.max(0, now - booked) * this.rate));
  }

  /** Hears what the upstream says of its own state. Only what is less than was believed is believed. */
  learn({ limit, remaining }: { limit?: number | undefined; remaining?: number | undefined }, now: number): void {
    this.#refill(now, 1);
    if (limit !== undefined && limit > 0) this.#perMinute = Math.min(this.#allowance.perMinute, limit);
    if (remaining === undefined || remaining >= this.capacity) return;
    this.#debt = Math.max(this.#debt, this.capacity - Math.max(0, remaining));
  }

  get #lowest(): number {
    return -this.#allowance.jitterMs * this.rate;
  }

  #refill(now: number, pace: number): void {
    const passed = this.#at === undefined ? 0 : Math.max(0, now - this.#at);
    this.#debt = Math.max(this.#lowest, this.#debt - passed * this.rate * pace);
    this.#at = Math.max(now, this.#at ?? now);
  }
}

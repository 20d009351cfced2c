// What left in the last minute, for an upstream that counts whole minutes: slices alone let a little more through behind a
// pause, as much as one of them holds.

export class Minute {
  readonly #limit: number;
  readonly #ms: number;
  readonly #left: { at: number; cost: number }[] = [];
  #sum = 0;

  /** `jitterMs`: a minute at the upstream may be so much more of a minute here. */
  constructor(perMinute: number, jitterMs: number) {
    this.#limit = perMinute;
    this.#ms = 60_000 + jitterMs;
  }

  /** In how many milliseconds a call of this cost may leave; one that is dearer than a minute waits for an empty one. */
  delay(cost: number, now: number): number {
    while (this.#left.length > 0 && this.#left[0]!.at + this.#ms <= now) this.#sum -= this.#left.shift()!.cost;
    let sum = this.#sum;
    if (this.#left.length === 0 || sum + cost <= this.#limit) return 0;
    for (const { at, cost: past } of this.#left) {
      sum -= past;
      if (sum + cost <= this.#limit) return at + this.#ms - now;
    }
    return this.#left.at(-1)!.at + this.#ms - now;
  }

  /** Books a call that leaves; what is answered corrects it. */
  take(cost: number, now: number): (actual: number) => void {
    const call = { at: now, cost };
    this.#left.push(call);
    this.#sum += cost;
    return (actual) => {
      // What has left the minute counts for nothing already.
      if (this.#left.includes(call)) this.#sum += actual - call.cost;
      call.cost = actual;
    };
  }
}

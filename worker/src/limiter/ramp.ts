// How fast the use of an allowance may grow. An upstream answers a sudden rise with `slow_down`, allowance or not.

/** Grows by half in ten seconds: while calls leave at 1.5 times the average below, it grows by e^(0.5 t / 12.33 s). */
const GROWTH = 1.5;
const AVERAGE_MS = 5_000 / Math.log(GROWTH);

/** What is left of the pace after a refusal that nobody here can explain, and how it comes back: in an hour from nothing. */
const AFTER_REFUSAL = 0.9;
const BACK_PER_MS = 1 / 3_600_000;
const LEAST = 0.05;

export class Ramp {
  /** How much of the allowance is ours: less where another program spends of it too. */
  #ours = 1;
  /** The average share of the allowance that is used, weighted towards now. */
  #average = 0;
  #at: number | undefined;
  #floor: number;
  readonly #lowest: number;

  /** `floor`: the share that may be used at once, however long nothing was. */
  constructor(floor: number) {
    this.#floor = floor;
    this.#lowest = floor / 4;
  }

  /** The share of the allowance at which calls may leave now. */
  pace(now: number): number {
    this.#decay(now);
    return Math.min(this.#ours, Math.max(this.#floor, GROWTH * this.#average));
  }

  /** Books a call: `share` is its cost as a part of what the allowance gives in a millisecond. */
  take(share: number, now: number): void {
    this.#decay(now);
    this.#average += share / AVERAGE_MS;
  }

  /** The upstream asked to slow down: half of what was used, from a lower floor. */
  slowDown(now: number): void {
    this.#decay(now);
    this.#average /= 2;
    this.#floor = Math.max(this.#lowest, this.#floor / 2);
  }

  /** The upstream refused what should have had room: somebody else spends of the allowance. */
  giveWay(now: number): void {
    this.#decay(now);
    this.#ours = Math.max(LEAST, this.#ours * AFTER_REFUSAL);
  }

  #decay(now: number): void {
    const passed = this.#at === undefined ? 0 : Math.max(0, now - this.#at);
    this.#ours = Math.min(1, this.#ours + passed * BACK_PER_MS);
    this.#average *= Math.exp(-passed / AVERAGE_MS);
    this.#at = Math.max(now, this.#at ?? now);
  }
}

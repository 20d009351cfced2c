// How fast a batch may go: so many pictures in any minute, as the tier of the organisation allows.

const MINUTE_MS = 60_000;

/** Starts of the last minute, for each model. Decides nothing but when the next may follow; the clock is passed in. */
export class Pace {
  #starts = new Map();

  /**
   * Milliseconds until a call may start that takes this share of the minute.
   * @param {string} model
   * @param {number} share its pictures by those that the model's minute allows; 0 where nothing is known
   */
  wait(model, share, now) {
    const starts = this.#fresh(model, now);
    let used = starts.reduce((sum, start) => sum + start.share, 0);
    // A call that takes more than a minute's allowance starts when the minute is empty. The least bit is rounding.
    const free = 1 - Math.min(share, 1) + 1e-9;
    for (const { at, share: given } of starts) {
      if (used <= free) return 0;
      used -= given;
      if (used <= free) return at + MINUTE_MS - now;
    }
    return 0;
  }

  /** Notes that a call has started. */
  start(model, share, now) {
    this.#fresh(model, now).push({ at: now, share });
  }

  #fresh(model, now) {
    const starts = (this.#starts.get(model) ?? []).filter(({ at }) => at + MINUTE_MS > now);
    this.#starts.set(model, starts);
    return starts;
  }
}

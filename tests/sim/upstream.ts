// An upstream that enforces its minute in slices of a second, and counts what it refuses.

export interface Allowed {
  imagesPerMinute: number;
  tokensPerMinute: number;
}

/** A bucket of one second's allowance, or of one unit where that is more. */
class Slice {
  #level: number;
  #at = 0;
  readonly #perMs: number;
  readonly #capacity: number;

  constructor(perMinute: number) {
    this.#perMs = perMinute / 60_000;
    this.#capacity = Math.max(1, perMinute / 60);
    this.#level = this.#capacity;
  }

  level(now: number): number {
    this.#level = Math.min(this.#capacity, this.#level + (now - this.#at) * this.#perMs);
    this.#at = now;
    return this.#level;
  }

  /** Takes a cost, whether there was room or not; tells whether there was. What is dearer than a slice needs a whole one. */
  take(cost: number, now: number): boolean {
    const room = this.level(now) >= Math.min(cost, this.#capacity) - 1e-9;
    this.#level -= cost;
    return room;
  }
}

export class Upstream {
  readonly #images: Slice;
  readonly #tokens: Slice;
  /** When each image was drawn, for the longest minute. */
  readonly #times: number[] = [];
  accepted = 0;
  acceptedTokens = 0;
  refused = 0;

  constructor({ imagesPerMinute, tokensPerMinute }: Allowed) {
    this.#images = new Slice(imagesPerMinute);
    this.#tokens = new Slice(tokensPerMinute);
  }

  /** A call arrives; tells its status. */
  call(images: number, tokens: number, now: number): 200 | 429 {
    const room = [this.#images.take(images, now), this.#tokens.take(tokens, now)];
    if (room.includes(false)) {
      this.refused++;
      return 429;
    }
    this.accepted += images;
    this.acceptedTokens += tokens;
    for (let image = 0; image < images; image++) this.#times.push(now);
    return 200;
  }

  /** The most images in any minute. */
  get busiestMinute(): number {
    let most = 0;
    for (let first = 0, last = 0; last < this.#times.length; last++) {
      while (this.#times[last]! - this.#times[first]! >= 60_000) first++;
      most = Math.max(most, last - first + 1);
    }
    return most;
  }
}

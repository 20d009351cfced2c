// The limiter of one organisation and model: who may send now, who waits, who is refused. Pure: the clock is passed in, and
// whoever holds it (object.ts, or a simulation) says when calls end.

import { Bucket } from "./bucket.ts";
import { Minute } from "./minute.ts";
import { FairQueue } from "./queue.ts";
import { Ramp } from "./ramp.ts";

export interface Limits {
  imagesPerMinute: number;
  /** Undefined where tokens have no limit. */
  tokensPerMinute?: number | undefined;
  /** The share of both that is used. */
  share: number;
  sliceMs: number;
  jitterMs: number;
  /** How long a call may have to wait, as far as can be told: others are refused at once. Nobody waits twice as long. */
  maxWaitMs: number;
  /** How many calls of one caller may wait. */
  maxWaiting: number;
  /** How many calls may be with the upstream at once: of all, and of one caller. */
  concurrency: number;
  callerConcurrency: number;
  /** How long a call may take before its place is given to another. */
  leaseMs: number;
  /** The share of the allowance that may be used out of a pause; it then grows by half in ten seconds. 1: no ramp. */
  rampFloor: number;
}

export const DEFAULTS = {
  share: 0.998,
  sliceMs: 1000,
  jitterMs: 200,
  maxWaitMs: 20_000,
  maxWaiting: 16,
  concurrency: 500,
  callerConcurrency: 32,
  leaseMs: 300_000,
  rampFloor: 0.2,
} as const satisfies Partial<Limits>;

/** So many images a minute are no sudden rise for anybody: small allowances may be used whole at once. */
const UNRAMPED_PER_MINUTE = 60;

/** The share of an allowance that may be used out of a pause. */
export const floorOf = ({ rampFloor, imagesPerMinute }: Limits): number =>
  Math.min(1, Math.max(rampFloor, UNRAMPED_PER_MINUTE / imagesPerMinute));

/** How many refused callers are remembered; who is told more than this far ahead has come into a flood. */
const MOST_PROMISES = 1000;
const LEAST_RETRY_MS = 1_000;
const MOST_RETRY_MS = 120_000;

/** What became of a call that had left. */
export interface Spent {
  /** It was refused before it reached the upstream, or another's answer was its own. */
  unsent?: boolean;
  /** What the upstream counted, where it said so. */
  tokens?: number;
}

interface Running {
  caller: string;
  until: number;
  at: number;
  images: number;
  tokens: number;
  /** Correct the minute's sums. */
  correct: { images: (actual: number) => void; tokens: ((actual: number) => void) | undefined };
}

/** What a call asks for. */
export interface Ask {
  id: string;
  caller: string;
  images: number;
  tokens: number;
}

export type Decision =
  | { state: "go" }
  /** `ahead`: images that leave before it; `waitMs`: how long that takes, as far as is known. */
  | { state: "wait"; ahead: number; waitMs: number }
  | ({ state: "refused"; reason: "queue" | "caller_queue" } & Refused);

/** What is told to a call that may not wait. */
export interface Refused {
  /** When a call of this caller would be let in to wait, if nobody else came. */
  retryAfterMs: number;
  /** Images that would have left before it. */
  ahead: number;
}

/** What outlives a limiter. */
export interface State {
  images: { debt: number; at: number };
  tokens?: { debt: number; at: number };
  closedUntil: number;
}

/** What an upstream's reply says of the limits. */
export interface Observed {
  status: number;
  /** `error.code`: `slow_down` asks for another thing than `rate_limit_exceeded`. */
  code?: string | undefined;
  retryAfterMs?: number | undefined;
  images?: { limit?: number | undefined; remaining?: number | undefined } | undefined;
  tokens?: { limit?: number | undefined; remaining?: number | undefined } | undefined;
}

export class Limiter {
  readonly #limits: Limits;
  readonly #images: Bucket;
  readonly #tokens: Bucket | undefined;
  readonly #minutes: { images: Minute; tokens: Minute | undefined };
  readonly #ramp: Ramp;
  readonly #queue = new FairQueue();
  /** Calls that are with the upstream: whose, and until when at most. */
  readonly #running = new Map<string, Running>();
  readonly #runningOf = new Map<string, number>();
  /** When refused callers were told to come back: each at a time of its own, or all would come at once and be refused again. */
  readonly #promises = new Map<string, number>();
  #lastPromise = Number.NEGATIVE_INFINITY;
  /** Nothing leaves before: the upstream asked for a pause. */
  #closedUntil = Number.NEGATIVE_INFINITY;

  /** `state`: what a limiter before this one left. */
  constructor(limits: Limits, state?: State) {
    this.#limits = limits;
    const { share, sliceMs, jitterMs, imagesPerMinute, tokensPerMinute } = limits;
    this.#images = new Bucket({ perMinute: imagesPerMinute, share, sliceMs, jitterMs }, state?.images);
    if (tokensPerMinute !== undefined)
      this.#tokens = new Bucket({ perMinute: tokensPerMinute, share, sliceMs, jitterMs }, state?.tokens);
    this.#minutes = {
      images: new Minute(imagesPerMinute, jitterMs),
      tokens: tokensPerMinute === undefined ? undefined : new Minute(tokensPerMinute, jitterMs),
    };
    this.#ramp = new Ramp(floorOf(limits));
    if (state) this.#closedUntil = state.closedUntil;
  }

  /** What must not be forgotten when this one ends. */
  state(now: number): State {
    const tokens = this.#tokens?.state(now);
    return { images: this.#images.state(now), ...(tokens && { tokens }), closedUntil: Math.max(0, this.#closedUntil) };
  }

  /** How many calls wait, and how many are with the upstream. */
  get counts(): { waiting: number; running: number } {
    return { waiting: this.#queue.size, running: this.#running.size };
  }

  /** A new call. One that must wait is kept; {@link release} answers when its turn has come. */
  ask(ask: Ask, now: number): Decision {
    this.#expire(now);
    const { maxWaitMs, maxWaiting } = this.#limits;
    if (this.#queue.size === 0 && this.#ready(ask.caller) && this.#delay(ask, now) === 0) {
      this.#leave(ask, now);
      return { state: "go" };
    }
    const place = this.#queue.of(ask.caller);
    const wait = this.#waitOf(ask, place, now);
    const ahead = this.#queue.ahead(ask.caller, place);
    if (place >= maxWaiting || wait > maxWaitMs) {
      const reason = place >= maxWaiting ? "caller_queue" : "queue";
      return { state: "refused", reason, ahead, retryAfterMs: this.#promise(ask, wait - maxWaitMs, now) };
    }
    this.#promises.delete(ask.caller);
    this.#queue.add({ ...ask, since: now });
    return { state: "wait", ahead, waitMs: Math.ceil(wait) };
  }

  /**
   * Lets go whoever may leave now, and gives up on who has waited too long. `again` is when to ask next; undefined when
   * nobody waits, or only the end of a call can change anything.
   */
  release(now: number): { go: string[]; late: ({ id: string } & Refused)[]; again: number | undefined } {
    this.#expire(now);
    const go: string[] = [];
    const late: ({ id: string } & Refused)[] = [];
    let again: number | undefined;
    for (;;) {
      const call = this.#queue.next((caller) => this.#ready(caller));
      if (!call) break;
      const delay = this.#delay(call, now);
      if (delay > 0) {
        again = now + delay;
        break;
      }
      this.#queue.take(call);
      this.#leave(call, now);
      go.push(call.id);
    }
    // What was expected when it came may have been too hopeful: others came, or the upstream asked for a pause.
    const { maxWaitMs } = this.#limits;
    for (const call of this.#queue.waitingFor(2 * maxWaitMs, now)) {
      const place = this.#queue.placeOf(call.id, call.caller) ?? 0;
      const ahead = this.#queue.ahead(call.caller, place);
      const wait = this.#waitOf(call, place, now);
      this.#queue.cancel(call.id, call.caller);
      late.push({ id: call.id, ahead, retryAfterMs: Math.ceil(Math.max(LEAST_RETRY_MS, wait)) });
    }
    const oldest = this.#queue.oldest;
    if (oldest !== undefined) again = Math.min(again ?? Number.POSITIVE_INFINITY, oldest + 2 * maxWaitMs);
    return { go, late, again };
  }

  /** Where a waiting call stands; undefined when it does not wait. */
  position(id: string, caller: string, now: number): { ahead: number; waitMs: number } | undefined {
    const place = this.#queue.placeOf(id, caller);
    if (place === undefined) return undefined;
    const ahead = this.#queue.ahead(caller, place);
    return { ahead, waitMs: Math.ceil(this.#closed(now) + ahead / this.#pacedRate(now)) };
  }

  /** A caller that does not wait any more. */
  cancel(id: string, caller: string): void {
    this.#queue.cancel(id, caller);
  }

  /** A call that left has ended. What it turned out to count takes the place of what was booked; images that were drawn stay. */
  done(id: string, { unsent = false, tokens }: Spent, now: number): void {
    const call = this.#stop(id);
    if (!call) return;
    if (unsent) {
      this.#images.giveBack(call.images, call.at, now);
      call.correct.images(0);
    }
    const actual = unsent ? 0 : tokens;
    if (actual === undefined || !this.#tokens) return;
    call.correct.tokens?.(actual);
    if (actual > call.tokens) this.#tokens.take(actual - call.tokens, now);
    else this.#tokens.giveBack(call.tokens - actual, call.at, now);
  }

  /** What the upstream said. Limits are only ever lowered by it. */
  observe({ status, code, retryAfterMs, images, tokens }: Observed, now: number): void {
    if (images) this.#images.learn(images, now);
    if (tokens) this.#tokens?.learn(tokens, now);
    if (status !== 429 && status !== 503) return;
    if (code === "slow_down") this.#ramp.slowDown(now);
    // Another client of the organisation may have spent what was believed to be there.
    else if (status === 429) {
      this.#images.learn({ remaining: 0 }, now);
      this.#ramp.giveWay(now);
    }
    if (retryAfterMs !== undefined)
      this.#closedUntil = Math.max(this.#closedUntil, now + Math.min(retryAfterMs, 60_000));
  }

  #ready(caller: string): boolean {
    const { concurrency, callerConcurrency } = this.#limits;
    return this.#running.size < concurrency && (this.#runningOf.get(caller) ?? 0) < callerConcurrency;
  }

  #closed(now: number): number {
    return Math.max(0, this.#closedUntil - now);
  }

  #delay({ images, tokens }: Ask, now: number): number {
    const pace = this.#ramp.pace(now);
    return Math.max(
      this.#closed(now),
      this.#images.delay(images, now, pace),
      this.#tokens?.delay(tokens, now, pace) ?? 0,
      this.#minutes.images.delay(images, now),
      this.#minutes.tokens?.delay(tokens, now) ?? 0,
    );
  }

  #leave({ id, caller, images, tokens }: Ask, now: number): void {
    const pace = this.#ramp.pace(now);
    this.#images.take(images, now, pace);
    this.#tokens?.take(tokens, now, pace);
    const correct = { images: this.#minutes.images.take(images, now), tokens: this.#minutes.tokens?.take(tokens, now) };
    this.#ramp.take(Math.max(images / this.#images.rate, this.#tokens ? tokens / this.#tokens.rate : 0), now);
    this.#running.set(id, { caller, until: now + this.#limits.leaseMs, at: now, images, tokens, correct });
    this.#runningOf.set(caller, (this.#runningOf.get(caller) ?? 0) + 1);
  }

  /** Images that leave in a millisecond at the present pace. Where tokens bind, it is less; that shows while waiting. */
  #pacedRate(now: number): number {
    return this.#images.rate * this.#ramp.pace(now);
  }

  /** How long a call would wait that is its caller's so-many-th. */
  #waitOf(ask: Ask, place: number, now: number): number {
    return Math.max(
      this.#delay(ask, now),
      this.#closed(now) + this.#queue.ahead(ask.caller, place) / this.#pacedRate(now),
    );
  }

  /** In how many milliseconds a refused caller may come back: when there is room, behind those who were told before it. */
  #promise({ caller, images }: Ask, roomInMs: number, now: number): number {
    for (const [name, time] of this.#promises) {
      if (time > now && this.#promises.size <= MOST_PROMISES) break;
      this.#promises.delete(name);
    }
    let time = this.#promises.get(caller);
    if (time === undefined || time <= now) {
      const behind = this.#lastPromise + images / this.#pacedRate(now);
      time = Math.min(Math.max(now + Math.max(LEAST_RETRY_MS, roomInMs), behind), now + MOST_RETRY_MS);
      this.#promises.delete(caller);
      this.#promises.set(caller, time);
      this.#lastPromise = time;
    }
    return Math.ceil(time - now);
  }

  /** Frees the places of calls that nobody said the end of. */
  #expire(now: number): void {
    // In the order they left, so the first that is not over ends it.
    for (const [id, { until }] of this.#running) {
      if (until > now) break;
      this.#stop(id);
    }
  }

  #stop(id: string): Running | undefined {
    const call = this.#running.get(id);
    if (!call) return undefined;
    this.#running.delete(id);
    const left = (this.#runningOf.get(call.caller) ?? 1) - 1;
    if (left > 0) this.#runningOf.set(call.caller, left);
    else this.#runningOf.delete(call.caller);
    return call;
  }
}

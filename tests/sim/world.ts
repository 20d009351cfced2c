// Users at their locations, the limiter in one place, the upstream in another: every message takes its time.

import { Limiter, type Limits } from "../../worker/src/limiter/rules.ts";
import { Clock, random } from "./clock.ts";
import { Upstream, type Allowed } from "./upstream.ts";

export interface World {
  seed: number;
  allowed: Allowed;
  limits: Limits;
  locations: number;
  /** What a call asks for. */
  call(random: () => number): {
    images: number;
    tokens: number;
    /** What the upstream really counts, where it is not what was thought. */
    counted?: number;
  };
  /** How long the upstream draws, in milliseconds. */
  drawMs(random: () => number): number;
}

export interface Tally {
  asked: number;
  went: number;
  waited: number;
  refused: number;
  late: number;
  /** Images by user. */
  images: Map<string, number>;
  /** Promised times of refusals that were kept to, and what came of it. */
  waits: number[];
  longestLine: number;
}

export class Simulation {
  readonly clock = new Clock();
  readonly upstream: Upstream;
  readonly limiter: Limiter;
  readonly tally: Tally = {
    asked: 0,
    went: 0,
    waited: 0,
    refused: 0,
    late: 0,
    images: new Map(),
    waits: [],
    longestLine: 0,
  };
  readonly #world: World;
  readonly random: () => number;
  /** The least of the way of each location, to the limiter and to the upstream. */
  readonly #ways: { limiter: number; upstream: number }[];
  readonly #calls = new Map<
    string,
    {
      user: string;
      images: number;
      counted: number;
      location: number;
      since: number;
      end: (result: Result) => void;
    }
  >();
  #wake = Number.POSITIVE_INFINITY;
  #id = 0;

  constructor(world: World) {
    this.#world = world;
    this.random = random(world.seed);
    this.upstream = new Upstream(world.allowed);
    this.limiter = new Limiter(world.limits);
    this.#ways = Array.from({ length: world.locations }, () => ({
      limiter: 5 + this.random() * 70,
      upstream: 10 + this.random() * 60,
    }));
  }

  /** A user sends a call; `end` hears what became of it, and for a refusal how long it is told to wait. */
  send(user: string, end: (result: Result) => void = () => undefined): void {
    const { clock, random } = this;
    const location = Math.floor(random() * this.#ways.length);
    const { images, tokens, counted = tokens } = this.#world.call(random);
    const id = `call-${this.#id++}`;
    this.tally.asked++;
    clock.after(this.#way(location, "limiter"), () => {
      this.#calls.set(id, { user, images, counted, location, since: clock.now, end });
      const decision = this.limiter.ask({ id, caller: user, images, tokens }, clock.now);
      if (decision.state === "go") this.#go(id);
      else if (decision.state === "refused") this.#refuse(id, decision.retryAfterMs, "refused");
      else {
        this.tally.waited++;
        this.tally.longestLine = Math.max(this.tally.longestLine, this.limiter.counts.waiting);
        this.#release();
      }
    });
  }

  #way(location: number, to: "limiter" | "upstream"): number {
    return this.#ways[location]![to] + this.random() * 40;
  }

  #release(): void {
    const { go, late, again } = this.limiter.release(this.clock.now);
    for (const id of go) this.#go(id);
    for (const { id, retryAfterMs } of late) this.#refuse(id, retryAfterMs, "late");
    if (again === undefined || again >= this.#wake) return;
    this.#wake = again;
    this.clock.at(again, () => {
      // An earlier time has been set since; that one goes on.
      if (this.#wake !== again) return;
      this.#wake = Number.POSITIVE_INFINITY;
      this.#release();
    });
  }

  #go(id: string): void {
    const { clock, tally } = this;
    const { user, images, counted, location, since, end } = this.#calls.get(id)!;
    tally.went++;
    tally.waits.push(clock.now - since);
    // Back to the location, and from there to the upstream.
    clock.after(this.#way(location, "limiter") + this.#way(location, "upstream"), () => {
      const status = this.upstream.call(images, counted, clock.now);
      const drawn = status === 200 ? this.#world.drawMs(this.random) : 5;
      clock.after(drawn + this.#way(location, "upstream") + this.#way(location, "limiter"), () => {
        if (status === 200) tally.images.set(user, (tally.images.get(user) ?? 0) + images);
        else this.limiter.observe({ status, code: "rate_limit_exceeded", retryAfterMs: 1000 }, clock.now);
        this.limiter.done(id, status === 200 ? { tokens: counted } : {}, clock.now);
        this.#calls.delete(id);
        this.#release();
        end({ status });
      });
    });
  }

  #refuse(id: string, retryAfterMs: number, how: "refused" | "late"): void {
    const { end } = this.#calls.get(id)!;
    this.tally[how]++;
    this.#calls.delete(id);
    end({ status: "refused", retryAfterMs });
  }
}

export type Result = { status: 200 | 429 } | { status: "refused"; retryAfterMs: number };

/** How evenly things are spread: 1 when everybody has as much (Jain, Chiu and Hawe, 1984). */
export function fairness(shares: readonly number[]): number {
  const sum = shares.reduce((all, share) => all + share, 0);
  const squares = shares.reduce((all, share) => all + share * share, 0);
  return squares === 0 ? 1 : (sum * sum) / (shares.length * squares);
}

// The limiter of one organisation and model, in the one place where its clock runs. Decides nothing itself (rules.ts).

import { DurableObject } from "cloudflare:workers";

import { Limiter, type Ask, type Decision, type Limits, type Observed, type Spent, type State } from "./rules.ts";

/** Longer than it takes to ask again. */
const GONE_MS = 10_000;
/** The object began anew and knows nothing of the call any more. */
const FORGOTTEN: Decision = { state: "refused", reason: "queue", retryAfterMs: 1000, ahead: 0 };

interface Sleeper {
  caller: string;
  wake: (answer: Decision) => void;
}

export class RateLimiter extends DurableObject {
  #limiter: Limiter | undefined;
  /** Calls that somebody is waiting for. */
  readonly #sleepers = new Map<string, Sleeper>();
  /** Decisions for calls that nobody was waiting for when they were decided. */
  readonly #decided = new Map<string, Decision>();
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** A new call. `limits` are the operator's; the object keeps what it knows when they change. */
  async enter(ask: Ask, limits: Limits): Promise<Decision> {
    const limiter = (this.#limiter ??= new Limiter(limits, await this.ctx.storage.get<State>("state")));
    const now = Date.now();
    const answer = limiter.ask(ask, now);
    if (answer.state === "go") this.#keep();
    this.#release();
    return answer;
  }

  /** Waits for the turn of a call, at most so long; then tells where it stands. */
  async turn(id: string, caller: string, patienceMs: number): Promise<Decision> {
    const decided = this.#decided.get(id);
    if (decided) {
      this.#decided.delete(id);
      return decided;
    }
    const position = () => this.#limiter?.position(id, caller, Date.now());
    if (!position()) return FORGOTTEN;
    const decision = await new Promise<Decision | undefined>((resolve) => {
      const timer = setTimeout(resolve, patienceMs, undefined);
      this.#sleepers.set(id, {
        caller,
        wake: (answer) => {
          clearTimeout(timer);
          resolve(answer);
        },
      });
    });
    this.#sleepers.delete(id);
    const where = position();
    return decision ?? (where ? { state: "wait", ...where } : FORGOTTEN);
  }

  /** A call has ended, or nobody wants it any more; what the upstream said of its limits comes along. */
  leave(id: string, caller: string, observed?: Observed, spent: Spent = {}): void {
    // Decided in the moment its caller went: then it is a call that ends without having been made.
    if (this.#decided.delete(id)) spent = { unsent: true };
    this.#limiter?.cancel(id, caller);
    if (observed) this.#limiter?.observe(observed, Date.now());
    this.#limiter?.done(id, spent, Date.now());
    this.#keep();
    this.#release();
  }

  #release(): void {
    if (!this.#limiter) return;
    const { go, late, again } = this.#limiter.release(Date.now());
    for (const id of go) this.#decide(id, { state: "go" });
    for (const { id, ...told } of late) this.#decide(id, { state: "refused", reason: "queue", ...told });
    if (go.length > 0) this.#keep();
    if (this.#timer !== undefined) clearTimeout(this.#timer);
    if (again !== undefined) this.#timer = setTimeout(() => this.#release(), Math.max(1, again - Date.now()));
  }

  #decide(id: string, answer: Decision): void {
    const sleeper = this.#sleepers.get(id);
    if (sleeper) return sleeper.wake(answer);
    this.#decided.set(id, answer);
    // Whoever does not ask any more has gone: its place is another's.
    setTimeout(() => {
      if (!this.#decided.delete(id)) return;
      this.#limiter?.done(id, { unsent: true }, Date.now());
      this.#release();
    }, GONE_MS);
  }

  /** What was spent outlives the object. Nothing waits for it: a second of an allowance is the most that can be lost. */
  #keep(): void {
    if (this.#limiter) void this.ctx.storage.put("state", this.#limiter.state(Date.now()));
  }
}

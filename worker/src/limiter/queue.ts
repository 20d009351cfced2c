// Who is next: callers in turn, each by as many images as the others, whatever each asks for at once.
//
// Deficit round robin (Shreedhar and Varghese, 1995) with a quantum of one image: a caller with ten calls waits behind a
// caller with one only as long as one of its own images takes.

export interface Waiting {
  id: string;
  caller: string;
  images: number;
  tokens: number;
  /** When it came. */
  since: number;
}

interface Line {
  calls: Waiting[];
  /** Images it may have before the turn passes on. */
  deficit: number;
}

export class FairQueue {
  /** The callers that wait, whose turn it is first. */
  readonly #lines = new Map<string, Line>();
  /** All calls in the order they came. */
  readonly #arrivals = new Map<string, Waiting>();
  #images = 0;

  /** How many calls wait. */
  get size(): number {
    return this.#arrivals.size;
  }

  /** How many images they are. */
  get images(): number {
    return this.#images;
  }

  /** How many calls of one caller wait. */
  of(caller: string): number {
    return this.#lines.get(caller)?.calls.length ?? 0;
  }

  add(call: Waiting): void {
    const line = this.#lines.get(call.caller);
    if (line) line.calls.push(call);
    else this.#lines.set(call.caller, { calls: [call], deficit: 0 });
    this.#arrivals.set(call.id, call);
    this.#images += call.images;
  }

  /** The call whose turn it is; it stays. `ready` passes over callers that may not have one now. */
  next(ready: (caller: string) => boolean): Waiting | undefined {
    let passed = 0;
    for (const [caller, line] of this.#lines) {
      const [call] = line.calls;
      if (!call || !ready(caller)) {
        if (++passed >= this.#lines.size) return undefined;
        this.#toEnd(caller, line);
        continue;
      }
      passed = 0;
      if (line.deficit >= call.images) return call;
      line.deficit += 1;
      if (line.deficit >= call.images) return call;
      this.#toEnd(caller, line);
    }
    return undefined;
  }

  /** Takes the call that {@link next} answered: it leaves. */
  take(call: Waiting): void {
    const line = this.#lines.get(call.caller);
    if (!line || line.calls[0] !== call) throw new Error("only the call whose turn it is can leave");
    line.deficit -= call.images;
    this.#removed(call, line, 0);
    if (line.calls.length > 0) this.#toEnd(call.caller, line);
  }

  /** Takes a call out that does not want to wait any more; false when it does not wait. */
  cancel(id: string, caller: string): boolean {
    const line = this.#lines.get(caller);
    const at = line?.calls.findIndex((call) => call.id === id) ?? -1;
    if (!line || at < 0) return false;
    this.#removed(line.calls[at]!, line, at);
    return true;
  }

  /** How many images leave before a call that is its caller's so-many-th, from 0, when nobody else comes. */
  ahead(caller: string, place: number): number {
    let images = 0;
    for (const [name, { calls }] of this.#lines) {
      // In each round every caller has one image's turn; its later calls come in later rounds.
      const most = name === caller ? place : place + 1;
      for (let at = 0; at < Math.min(most, calls.length); at++) images += calls[at]!.images;
    }
    return images;
  }

  /** When the call that waits longest came. */
  get oldest(): number | undefined {
    for (const call of this.#arrivals.values()) return call.since;
    return undefined;
  }

  /** The calls that have waited so long. */
  waitingFor(ms: number, now: number): Waiting[] {
    const found: Waiting[] = [];
    for (const call of this.#arrivals.values()) {
      // Added as a timer adds it: `now - ms` may be a rounding away from it, and the timer would be set for ever.
      if (call.since + ms > now) break;
      found.push(call);
    }
    return found;
  }

  /** The place of a call in its caller's line, from 0; undefined when it does not wait. */
  placeOf(id: string, caller: string): number | undefined {
    const at = this.#lines.get(caller)?.calls.findIndex((call) => call.id === id) ?? -1;
    return at < 0 ? undefined : at;
  }

  #removed(call: Waiting, line: Line, at: number): void {
    line.calls.splice(at, 1);
    this.#arrivals.delete(call.id);
    this.#images -= call.images;
    // A caller that does not wait saves nothing for later.
    if (line.calls.length === 0) this.#lines.delete(call.caller);
  }

  #toEnd(caller: string, line: Line): void {
    this.#lines.delete(caller);
    this.#lines.set(caller, line);
  }
}

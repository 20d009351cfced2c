// Which operation answers a request that a caller has made before: one object for each caller and request, that remembers the
// newest. It holds no answer and decides nothing about it; whether the operation is still good for somebody it says itself.

import { DurableObject } from "cloudflare:workers";

interface Newest {
  operation: string;
  until: number;
}

export class SameRequest extends DurableObject {
  /** The operation to ask: the newest, or this one where there is none. */
  async join(fresh: string, keepMs: number): Promise<string> {
    const newest = this.#newest();
    return newest ? newest.operation : this.#begin(fresh, keepMs);
  }

  /** The same when `old` is of no use any more. Whoever comes second is given the first's. */
  async replace(old: string, fresh: string, keepMs: number): Promise<string> {
    const newest = this.#newest();
    return newest && newest.operation !== old ? newest.operation : this.#begin(fresh, keepMs);
  }

  override async alarm(): Promise<void> {
    if (!this.#newest()) await this.ctx.storage.deleteAll();
  }

  #newest(): Newest | undefined {
    const newest = this.ctx.storage.kv.get<Newest>("newest");
    return newest && newest.until > Date.now() ? newest : undefined;
  }

  async #begin(operation: string, keepMs: number): Promise<string> {
    const until = Date.now() + keepMs;
    this.ctx.storage.kv.put("newest", { operation, until } satisfies Newest);
    await this.ctx.storage.setAlarm(until);
    return operation;
  }
}

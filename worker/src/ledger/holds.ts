// Who and what may not buy for now, whatever its budget: callers who break the upstream's policy, models whose bills passed
// their bound, tokens that were called back or used up. Rows beside the money, read in the same transaction.

import type { TokenUse } from "../auth/caller.ts";
import type { StrikeRule } from "../auth/settings.ts";

/** What a reservation is looked at for. */
export interface Wanting {
  caller: string;
  /** Who stands behind the caller: several callers may be one person. */
  person: string;
  model: string;
  token: TokenUse | null;
}

export type Held =
  | { ok: false; reason: "suspended"; retryMs: number }
  | { ok: false; reason: "model_stopped"; model: string }
  | { ok: false; reason: "token_revoked" }
  | { ok: false; reason: "token_used" };

/** Until the operator says otherwise. */
const FOR_EVER = Number.MAX_SAFE_INTEGER;
/** No window of strikes is longer. */
const MAX_WINDOW_MS = 7 * 86_400_000;

type Kind = "person" | "model" | "token" | "subject" | "used" | "challenge";

export class Holds {
  constructor(readonly sql: SqlStorage) {}

  /** Why there is nothing to buy for this one; undefined where nothing stands against it. */
  against({ caller, person, model, token }: Wanting, now: number): Held | undefined {
    if (token) {
      if (token.id !== null && this.#until("token", token.id, now)) return { ok: false, reason: "token_revoked" };
      const all = this.#row("subject", caller, now);
      if (all && token.issued <= all.since) return { ok: false, reason: "token_revoked" };
      if (token.once && token.id !== null && this.#until("used", token.id, now))
        return { ok: false, reason: "token_used" };
    }
    if (this.#until("model", model, now)) return { ok: false, reason: "model_stopped", model };
    const until = this.#until("person", person, now);
    return until ? { ok: false, reason: "suspended", retryMs: until - now } : undefined;
  }

  /** Remembers that a token for one call has been used. */
  use(token: TokenUse | null, now: number): number {
    if (!token?.once || token.id === null) return FOR_EVER;
    return this.#put("used", token.id, token.expires, now);
  }

  /** Calls back one token, or all tokens of a caller that were issued until now. They are forgotten when they have expired. */
  revoke(what: { token: string } | { caller: string }, until: number, now: number): number {
    return "token" in what ? this.#put("token", what.token, until, now) : this.#put("subject", what.caller, until, now);
  }

  /** A refusal for what a person asked for. With the last of so many nothing more is bought for a while. */
  strike(person: string, { most, windowMs, coolDownMs }: StrikeRule, now: number): number {
    this.sql.exec("INSERT INTO strikes (person, at) VALUES (?, ?)", person, now);
    const [{ count }] = this.sql
      .exec<{ count: number }>(
        "SELECT count(*) AS count FROM strikes WHERE person = ? AND at > ?",
        person,
        now - windowMs,
      )
      .toArray() as [{ count: number }];
    if (count < most) return now + windowMs;
    // It begins anew when the time is over.
    this.sql.exec("DELETE FROM strikes WHERE person = ?", person);
    return this.#put("person", person, now + coolDownMs, now);
  }

  /** Buys no more of a model: its price table is wrong, or its bills are. */
  stop(model: string, now: number): void {
    this.#put("model", model, FOR_EVER, now);
  }

  /** Whether the model had been stopped. */
  resume(model: string): boolean {
    return this.sql.exec("DELETE FROM holds WHERE kind = 'model' AND name = ?", model).rowsWritten > 0;
  }

  /** What somebody brings once and never again; false the second time. */
  once(challenge: string, until: number, now: number): boolean {
    if (this.#until("challenge", challenge, now)) return false;
    this.#put("challenge", challenge, until, now);
    return true;
  }

  /** Forgets what is over; tells when to look again. */
  sweep(now: number): number {
    this.sql.exec("DELETE FROM holds WHERE until <= ?", now);
    this.sql.exec("DELETE FROM strikes WHERE at <= ?", now - MAX_WINDOW_MS);
    const [next] = this.sql.exec<{ until: number | null }>("SELECT min(until) AS until FROM holds").toArray();
    return next?.until ?? FOR_EVER;
  }

  /** For the operator: the stopped models, and how many of the others there are. */
  state(now: number): { stopped: string[]; suspended: number; revoked: number } {
    const models = this.sql
      .exec<{ name: string }>("SELECT name FROM holds WHERE kind = 'model' ORDER BY name")
      .toArray();
    const count = (kinds: string) =>
      this.sql
        .exec<{ count: number }>(`SELECT count(*) AS count FROM holds WHERE kind IN (${kinds}) AND until > ?`, now)
        .toArray()[0]!.count;
    return {
      stopped: models.map(({ name }) => name),
      suspended: count("'person'"),
      revoked: count("'token', 'subject'"),
    };
  }

  #row(kind: Kind, name: string, now: number): { until: number; since: number } | undefined {
    return this.sql
      .exec<{
        until: number;
        since: number;
      }>("SELECT until, since FROM holds WHERE kind = ? AND name = ? AND until > ?", kind, name, now)
      .toArray()[0];
  }

  #until(kind: Kind, name: string, now: number): number | undefined {
    return this.#row(kind, name, now)?.until;
  }

  #put(kind: Kind, name: string, until: number, now: number): number {
    this.sql.exec(
      "INSERT INTO holds (kind, name, until, since) VALUES (?, ?, ?, ?) " +
        "ON CONFLICT DO UPDATE SET until = max(until, excluded.until), since = excluded.since",
      ...[kind, name, until, now],
    );
    return until;
  }
}

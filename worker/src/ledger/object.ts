// The ledger: one object for the organisation, whose rows are the budgets of all its callers. One, because a reservation must
// see caller, tenant and organisation at once, and what is accepted is a few images a second; refusals are answered before.
// It only performs what rules.ts decides. Everything between two awaits is one transaction, and no answer leaves before it
// is on disk.

import { DurableObject } from "cloudflare:workers";

import type { StrikeRule } from "../auth/settings.ts";
import { toUsd, type NanoUsd } from "../money.ts";
import { Holds, type Held, type Wanting } from "./holds.ts";
import { DAY_MS, dayOf, exceeded, isOpen, left, nextDay, step, type Budget, type Entry, type Event } from "./rules.ts";
import { ADD_TOTAL, ADD_USAGE, SCHEMA } from "./schema.ts";

/** What an operation wants to hold back. */
export interface Reservation extends Wanting {
  id: string;
  tenant: string | null;
  amount: NanoUsd;
  /** Which price table the amount comes from. */
  prices: string;
  caps: Record<Budget["scope"], NanoUsd>;
  concurrency: number;
  /** After so long without another word it was never sent. */
  ttlMs: number;
}

/** Somebody without an account who wants a token. */
export interface Admission {
  /** What it proved itself by: taken once. */
  challenge: string;
  /** How long that has to be remembered. */
  until: number;
  person: string;
  /** How many tokens a person may have in a day. */
  most: number;
  pool: string;
  cap: NanoUsd;
}
export type Admitted =
  { ok: true } | { ok: false; reason: "used" } | { ok: false; reason: "address" | "pool"; retryMs: number };

/** Why there is no room. */
export type Reserved =
  | { ok: true; left: NanoUsd }
  | { ok: false; reason: "budget"; scope: Budget["scope"]; cap: NanoUsd; left: NanoUsd; retryMs: number }
  | { ok: false; reason: "concurrency"; concurrency: number }
  | { ok: false; reason: "resolved" }
  | Held;

/** Where an operation stands. */
export type Resolved = Pick<Entry, "state" | "charged">;

interface Row extends Entry {
  [column: string]: SqlStorageValue;
  id: string;
  caller: string;
  tenant: string | null;
  day: string;
  model: string;
}

/** Resolved rows outlive the answers that are kept for a day; unknown ones wait for a bill. */
const KEEP_RESOLVED_MS = 2 * DAY_MS;
const KEEP_UNKNOWN_MS = 40 * DAY_MS;
const PAGE = 200;
/** What never ends needs no alarm. */
const LATEST_ALARM = Number.MAX_SAFE_INTEGER;

export class Ledger extends DurableObject {
  readonly #sql = this.ctx.storage.sql;
  readonly #holds = new Holds(this.#sql);
  /** When the alarm rings, in memory too: asking the storage would end the transaction. */
  #alarm = Number.POSITIVE_INFINITY;

  constructor(context: DurableObjectState, env: never) {
    super(context, env);
    void context.blockConcurrencyWhile(async () => {
      for (const statement of SCHEMA) this.#sql.exec(statement);
      this.#alarm = (await context.storage.getAlarm()) ?? Number.POSITIVE_INFINITY;
    });
  }

  /** Holds an amount back, or says why not. The same id again is the same reservation. */
  reserve(wanted: Reservation): Reserved {
    const now = Date.now();
    const known = this.#row(wanted.id);
    if (known && known.state !== "reserved") return { ok: false, reason: "resolved" };
    const leftNow = () => {
      const budgets = this.#budgets(wanted.caps, wanted.caller, wanted.tenant, dayOf(now));
      return Math.min(...budgets.map(left));
    };
    if (known) return { ok: true, left: leftNow() };
    const held = this.#holds.against(wanted, now);
    if (held) return held;
    const { caller, tenant, amount, concurrency } = wanted;
    const day = dayOf(now);
    const [{ open }] = this.#sql
      .exec<{ open: number }>("SELECT count(*) AS open FROM operations WHERE caller = ? AND open = 1", caller)
      .toArray() as [{ open: number }];
    if (open >= concurrency) return { ok: false, reason: "concurrency", concurrency };
    const budgets = this.#budgets(wanted.caps, caller, tenant, day);
    const full = exceeded(budgets, amount);
    if (full) {
      const { scope, cap } = full;
      return { ok: false, reason: "budget", scope, cap, left: left(full), retryMs: nextDay(now) - now };
    }
    this.#sql.exec(
      "INSERT INTO operations (id, caller, tenant, day, model, prices, reserved, charged, excess, state, open, due, created) " +
        "VALUES (?, ?, ?, ?, ?, ?, ?, 0, 0, 'reserved', 1, ?, ?)",
      ...[wanted.id, caller, tenant, day, wanted.model, wanted.prices, amount, now + wanted.ttlMs, now],
    );
    for (const scope of scopesOf(caller, tenant)) this.#sql.exec(ADD_TOTAL, scope, day, 0, amount);
    this.#arm(Math.min(now + wanted.ttlMs, this.#holds.use(wanted.token, now)));
    return { ok: true, left: leftNow() };
  }

  /**
   * Marks an operation as sent; whoever is told false must not send. A crash between this and the sending charges for
   * nothing at most once; the other way round an image would be free. Only the owner asks, which sends after a yes and
   * never again: so it may ask twice where an answer got lost.
   */
  send(id: string, ttlMs: number): boolean {
    this.#apply(id, { kind: "send" }, Date.now() + ttlMs);
    return this.#row(id)?.state === "sent";
  }

  /**
   * Resolves an operation; tells where it stands in the end, and what it is charged. One that is not known was never sent.
   * `strike`: the upstream refused what this person wanted.
   */
  resolve(id: string, event: Event, strike?: { person: string; rule: StrikeRule }): Resolved {
    // Asked twice, it counts once.
    if (this.#apply(id, event) && strike) this.#arm(this.#holds.strike(strike.person, strike.rule, Date.now()));
    const { state, charged } = this.#row(id) ?? { state: "void" as const, charged: 0 };
    return { state, charged };
  }

  /** Whether an anonymous caller may have a token. */
  admit({ challenge, until, person, most, pool, cap }: Admission): Admitted {
    const now = Date.now();
    const day = dayOf(now);
    if (!this.#holds.once(challenge, until, now)) return { ok: false, reason: "used" };
    this.#arm(until);
    const retryMs = nextDay(now) - now;
    const [total] = this.#sql
      .exec<{ spent: number }>(
        "SELECT posted + pending AS spent FROM totals WHERE scope = ? AND day = ?",
        `tenant:${pool}`,
        day,
      )
      .toArray();
    if ((total?.spent ?? 0) >= cap) return { ok: false, reason: "pool", retryMs };
    const [had] = this.#sql
      .exec<{ tokens: number }>("SELECT tokens FROM admissions WHERE person = ? AND day = ?", person, day)
      .toArray();
    if ((had?.tokens ?? 0) >= most) return { ok: false, reason: "address", retryMs };
    this.#sql.exec(
      "INSERT INTO admissions (person, day, tokens) VALUES (?, ?, 1) ON CONFLICT DO UPDATE SET tokens = tokens + 1",
      ...[person, day],
    );
    return { ok: true };
  }

  /** Calls tokens back until they have expired. */
  revoke(what: { token: string } | { caller: string }, until: number): void {
    this.#arm(this.#holds.revoke(what, until, Date.now()));
  }

  /** Lets a model be bought again; false where nothing stood against it. */
  resume(model: string): boolean {
    return this.#holds.resume(model);
  }

  /** What a caller has spent and what is left of today. */
  usage(caller: string, tenant: string | null, caps: Reservation["caps"], days: number) {
    const now = Date.now();
    const day = dayOf(now);
    const since = dayOf(now - (days - 1) * DAY_MS);
    const rows = this.#sql
      .exec<{ day: string; model: string; calls: number; charged: number }>(
        "SELECT day, model, calls, charged FROM usage WHERE caller = ? AND day >= ? ORDER BY day DESC, model",
        ...[caller, since],
      )
      .toArray();
    const budgets = this.#budgets(caps, caller, tenant, day);
    return { day, resets: nextDay(now), rows, budget: budgets[0]!, left: Math.min(...budgets.map(left)) };
  }

  /** Calls of which nobody knows whether they were billed, the oldest first. */
  unknown(limit: number): { id: string; created: number; model: string; charged: NanoUsd }[] {
    return this.#sql
      .exec<{ id: string; created: number; model: string; charged: number }>(
        "SELECT id, created, model, charged FROM operations WHERE state = 'unknown' ORDER BY created, id LIMIT ?",
        limit,
      )
      .toArray();
  }

  /** Numbers for the operator, and whether the counters are the sums of their rows. */
  state() {
    const states = this.#sql
      .exec<{ state: string; calls: number; reserved: number; charged: number; excess: number }>(
        "SELECT state, count(*) AS calls, sum(reserved) AS reserved, sum(charged) AS charged, sum(excess) AS excess " +
          "FROM operations GROUP BY state",
      )
      .toArray();
    const models = this.#sql
      .exec<{ model: string; calls: number; charged: number }>(
        "SELECT model, sum(calls) AS calls, sum(charged) AS charged FROM usage GROUP BY model",
      )
      .toArray();
    const totals = this.#sql
      .exec<{ day: string; posted: number; pending: number }>(
        "SELECT day, posted, pending FROM totals WHERE scope = 'organization' ORDER BY day",
      )
      .toArray();
    const wrong = this.#sql
      .exec<{ day: string }>(
        "SELECT t.day FROM totals t WHERE scope = 'organization' AND (pending <> coalesce((SELECT sum(reserved) FROM operations " +
          "WHERE day = t.day AND open = 1), 0) OR posted <> coalesce((SELECT sum(charged) FROM usage WHERE day = t.day), 0))",
      )
      .toArray();
    return { states, models, totals, balanced: wrong.length === 0, holds: this.#holds.state(Date.now()) };
  }

  override alarm(): void {
    const now = Date.now();
    this.#alarm = Number.POSITIVE_INFINITY;
    const due = this.#sql
      .exec<Row>("SELECT * FROM operations WHERE due <= ? ORDER BY due LIMIT ?", now, PAGE)
      .toArray();
    for (const { id, state } of due) {
      if (isOpen(state)) this.#apply(id, { kind: "expire" });
      else this.#sql.exec("DELETE FROM operations WHERE id = ?", id);
    }
    const old = dayOf(now - KEEP_UNKNOWN_MS);
    this.#sql.exec("DELETE FROM totals WHERE day < ?", old);
    this.#sql.exec("DELETE FROM usage WHERE day < ?", old);
    this.#sql.exec("DELETE FROM admissions WHERE day < ?", dayOf(now));
    const [next] = this.#sql.exec<{ due: number | null }>("SELECT min(due) AS due FROM operations").toArray();
    this.#arm(Math.min(next?.due ?? Number.POSITIVE_INFINITY, this.#holds.sweep(now)));
  }

  /** Performs one step; tells whether it changed anything. */
  #apply(id: string, event: Event, due?: number): boolean {
    const row = this.#row(id);
    if (!row) return false;
    const { entry, changed, posted, pending, excess } = step(row, event);
    if (!changed) return false;
    const keep = Date.now() + (entry.state === "unknown" ? KEEP_UNKNOWN_MS : KEEP_RESOLVED_MS);
    const at = due ?? keep;
    this.#sql.exec(
      "UPDATE operations SET state = ?, charged = ?, excess = excess + ?, open = ?, due = ? WHERE id = ?",
      ...[entry.state, entry.charged, excess, isOpen(entry.state) ? 1 : 0, at, id],
    );
    for (const scope of scopesOf(row.caller, row.tenant)) this.#sql.exec(ADD_TOTAL, scope, row.day, posted, pending);
    const counted = (state: Entry["state"]) => (state === "settled" || state === "unknown" ? 1 : 0);
    const calls = counted(entry.state) - counted(row.state);
    if (calls !== 0 || posted !== 0) this.#sql.exec(ADD_USAGE, row.caller, row.day, row.model, calls, posted);
    this.#arm(at);
    if (excess > 0) this.#stop(row, excess);
    return true;
  }

  /** A bill beyond its bound: the next one may be as well, so none follows until the operator has looked. */
  #stop({ id, model }: Row, excess: NanoUsd): void {
    this.#holds.stop(model, Date.now());
    console.error(JSON.stringify({ event: "model_stopped", model, operation: id, excess_usd: toUsd(excess) }));
  }

  #row(id: string): Row | undefined {
    return this.#sql.exec<Row>("SELECT * FROM operations WHERE id = ?", id).toArray()[0];
  }

  #budgets(caps: Reservation["caps"], caller: string, tenant: string | null, day: string): Budget[] {
    return scopesOf(caller, tenant).map((key) => {
      const scope = key.split(":")[0] as Budget["scope"];
      const [total] = this.#sql
        .exec<{ posted: number; pending: number }>(
          "SELECT posted, pending FROM totals WHERE scope = ? AND day = ?",
          ...[key, day],
        )
        .toArray();
      return { scope, cap: caps[scope], posted: total?.posted ?? 0, pending: total?.pending ?? 0 };
    });
  }

  /** Has the alarm ring at a time, unless it rings before. */
  #arm(at: number): void {
    if (at >= this.#alarm || at >= LATEST_ALARM) return;
    this.#alarm = at;
    void this.ctx.storage.setAlarm(at);
  }
}

/** The keys of the counters an operation is part of, the narrowest first. */
function scopesOf(caller: string, tenant: string | null): string[] {
  return [`caller:${caller}`, ...(tenant === null ? [] : [`tenant:${tenant}`]), "organization"];
}

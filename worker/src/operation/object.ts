// An operation: the object that owns one paid call. It outlives whoever asked for it, reads the upstream at full speed, keeps
// the answer, settles, and only then lets anybody see that the answer is complete.

import { DurableObject } from "cloudflare:workers";

import { settingsOf, type Env } from "../env.ts";
import { errorResponse, Refusal } from "../errors.ts";
import { ask } from "../ledger/client.ts";
import type { Event } from "../ledger/rules.ts";
import { toUsd, type NanoUsd } from "../money.ts";
import { BUDGET_HEADER, CACHE_HEADER, COST_HEADER } from "../upstream/reply.ts";
import { upstreamOf } from "../upstream/upstream.ts";
import { buy } from "./buy.ts";
import { Log } from "./log.ts";
import { lineOf, totalOf } from "./journal.ts";
import { ORDER_HEADER, read, type Order } from "./order.ts";
import { isModeration } from "./outcome.ts";
import { follow } from "./reader.ts";
import { RecordStore, statusOf, type Problem, type Stored } from "./record.ts";
import { conflict, GONE, LOST, LOST_ANSWER, underway, unfinished, unsent, type Refused } from "./refusals.ts";
import { perform, type Head } from "./run.ts";
import { secretsOf } from "./secrets.ts";
import type { Sharing } from "./settings.ts";
import { Upload } from "./upload.ts";

/** JSON travels as bytes, and goes on as the text it is: so upstreams tell it from a form. */
const bodyOf = ({ call }: Order, bytes: ArrayBuffer): string | Uint8Array<ArrayBuffer> =>
  call.contentType === "application/json" ? new TextDecoder().decode(bytes) : new Uint8Array(bytes);

/** An object without calls is put away by the runtime; the alarm keeps it, and finds it again after a restart. */
const ALIVE_MS = 25_000;
/** A call that is running in this object. */
interface Live {
  log: Log;
  upload: Upload | undefined;
  /** Ends when a form is paid for, which may be when its call has ended already. */
  buying: Promise<void> | undefined;
  fingerprint: Promise<string | undefined>;
  committed(fingerprint: string | undefined): void;
  /** The answer's beginning, or the refusal there is instead. */
  head: Promise<Head>;
}

export class Operation extends DurableObject<Env> {
  readonly #records = new RecordStore(this.ctx.storage.kv);
  #live: Live | undefined;
  #recovery: Promise<void> | undefined;

  /** Begins the call of an order, joins one that is running, or answers with what was kept of it. */
  override async fetch(request: Request): Promise<Response> {
    try {
      const order = read(request.headers.get(ORDER_HEADER) ?? "");
      const body = order.purchase ? await request.arrayBuffer() : request.body!;
      await this.#known();
      // No await from here to where `#live` is set: two calls with one key must not both find nothing.
      if (this.#live || this.#records.get()) {
        if (!(body instanceof ArrayBuffer)) await body.cancel();
        return await unsent(order.same ? this.#shared(order) : this.#again(order));
      }
      return await this.#begin(order, body instanceof ArrayBuffer ? body : new Upload(body));
    } catch (error) {
      if (error instanceof Refusal) return error.toResponse();
      throw error;
    }
  }

  /** Whether a call under this name is running or was made. */
  async isKnown(): Promise<boolean> {
    return this.#live !== undefined || (await this.#known()) !== undefined;
  }

  /** Whether somebody who asks for the same may have this call's answer: it runs, or was not begun, or is kept and whole. */
  async shares({ flightMs, cacheMs }: Sharing): Promise<boolean> {
    const record = await this.#known();
    const now = Date.now();
    if (this.#live) return flightMs > 0 && now - (record?.created ?? now) <= flightMs;
    return !record || (record.event === "settle" && !record.problem && now - (record.ended ?? 0) <= cacheMs);
  }

  /** The end of a form that was checked: it is paid for here, and only then can the upstream have it whole. */
  async commit(order: Order, tail: Uint8Array, after: number): Promise<Refused | null> {
    const live = this.#live;
    if (!live?.upload || !order.purchase) return GONE;
    try {
      await unsent((live.buying = buy(this.env, this.#records, order, order.purchase)));
    } catch (error) {
      live.upload.abort(error);
      if (error instanceof Refusal) return { status: error.status, fields: error.fields, headers: error.headers };
      throw error;
    }
    // Its time was over before it was paid for.
    if (live.upload.signal.aborted) return GONE;
    live.committed(order.purchase.fingerprint);
    live.upload.commit(tail, after);
    return null;
  }

  /** What the upstream counted of it in tokens; null where it did not say. */
  async counted(): Promise<number | null> {
    return this.#records.get()?.tokens ?? null;
  }

  /** What became of it, for its caller alone. */
  async status(caller: string): Promise<object | null> {
    const record = await this.#known();
    if (!record || record.caller !== caller) return null;
    return statusOf(record);
  }

  /** What a call of which nobody knew has cost, by the operator's bill. Null where there is nothing to mend. */
  async reconcile(actual: NanoUsd): Promise<NanoUsd | null> {
    const record = await this.#known();
    if (record?.event !== "lose") return null;
    const event: Event = actual === 0 ? { kind: "void" } : { kind: "settle", actual };
    const { charged } = await ask(this.env, (ledger) => ledger.resolve(record.entry, event));
    this.#records.note({ charged });
    return charged;
  }

  /** The answer from the event on that follows `last`; of a running call, as it comes. */
  async result(caller: string, last: string | null): Promise<Response | null> {
    const record = await this.#known();
    if (!record || record.caller !== caller) return null;
    return this.#answer(last);
  }

  override async alarm(): Promise<void> {
    if (this.#live) return this.#wakeIn(ALIVE_MS);
    const record = await this.#known();
    if (this.#live) return;
    if (!record || (record.expires ?? 0) <= Date.now()) return this.ctx.storage.deleteAll();
    await this.ctx.storage.setAlarm(record.expires!);
  }

  async #begin(order: Order, body: ArrayBuffer | Upload): Promise<Response> {
    const upload = body instanceof Upload ? body : undefined;
    const fingerprint = Promise.withResolvers<string | undefined>();
    if (order.purchase) fingerprint.resolve(order.purchase.fingerprint);
    const head = Promise.withResolvers<Head>();
    head.promise.catch(() => undefined);
    const log = new Log(this.ctx.storage.sql);
    const live: Live = {
      ...{ log, upload, buying: undefined, head: head.promise },
      ...{ fingerprint: fingerprint.promise, committed: fingerprint.resolve },
    };
    this.#live = live;
    const run = async () => {
      await this.#wakeIn(ALIVE_MS);
      if (order.purchase) await unsent(buy(this.env, this.#records, order, order.purchase));
      const settings = settingsOf(this.env);
      await perform({
        upstream: upstreamOf(settings),
        secrets: secretsOf(settings),
        timeoutMs: settings.callTimeoutMs,
        call: {
          ...order.call,
          id: order.operation,
          body: upload ? upload.body : bodyOf(order, body as ArrayBuffer),
          ...(upload && { signal: upload.signal }),
        },
        operation: order.operation,
        bound: () => (this.#isDue(live) ? this.#records.get()?.purchase.bound : undefined),
        log,
        head: (value) => {
          this.#records.note({ head: value, headAt: Date.now() });
          head.resolve(value);
        },
        settle: (event, problem, usage) => this.#settle(this.#isDue(live) ? event : { kind: "void" }, problem, usage),
        fail: head.reject,
      });
    };
    const ended = run()
      .catch(head.reject)
      .then(() => this.#end(live))
      .catch((error: unknown) =>
        console.error(JSON.stringify({ event: "operation_unsettled", message: String(error) })),
      )
      .finally(() => {
        fingerprint.resolve(undefined);
        this.#live = undefined;
      });
    this.ctx.waitUntil(ended);
    await head.promise;
    return this.#answer(null);
  }

  /** Whether the upstream may have the whole request: a form without its end is none that it could bill. */
  #isDue({ upload }: Live): boolean {
    return !upload || upload.committed;
  }

  /** What is not settled when a call has ended: one that failed in a way of its own, or was paid for too late. */
  async #end(live: Live): Promise<void> {
    live.upload?.abort(new Error("the operation has ended"));
    await live.buying?.catch(() => undefined);
    await this.#settle({ kind: this.#isDue(live) ? "lose" : "void" }, LOST);
    // A call that was never bought leaves nothing.
    if (!this.#records.get()) await this.ctx.storage.deleteAll();
  }

  /** Ends the operation's money. What was not billed is forgotten, so that its key may be used again. */
  async #settle(event: Event, problem: Problem | null, usage?: unknown): Promise<void> {
    const record = this.#records.get();
    if (!record || record.phase === "done") return;
    const { strikes: rule, sharing, keepMs, keepKeyedMs } = settingsOf(this.env);
    const { person } = record.purchase.reservation;
    const strike = rule && problem && isModeration(problem.fields) ? { person, rule } : undefined;
    // What the ledger says counts: it may know that the call was settled already, or that it was never sent.
    const { state, charged } = await ask(this.env, (ledger) => ledger.resolve(record.entry, event, strike));
    const { operation, caller, purchase, path, headAt, created } = record;
    console.log(
      lineOf({
        ...{ operation, caller, purchase, path, state, charged, usage },
        status: problem?.status ?? record.head?.status ?? 0,
        code: problem?.fields.code ?? null,
        headMs: headAt === null ? null : headAt - created,
        totalMs: Date.now() - created,
      }),
    );
    if (state === "void") {
      this.#records.delete();
      return this.ctx.storage.deleteAll();
    }
    const now = Date.now();
    // Of a response they are the language model's as well, which has an allowance of its own.
    const tokens = path === "/responses" ? null : totalOf(usage);
    const expires = now + (record.keyed ? keepKeyedMs : Math.max(keepMs, sharing?.cacheMs ?? 0));
    const settled = state === "settled";
    const told = settled && problem === LOST ? LOST_ANSWER : problem;
    this.#records.note({
      phase: "done",
      event: settled ? "settle" : "lose",
      ...{ charged, tokens, problem: told, ended: now, expires },
    });
    await this.ctx.storage.setAlarm(expires);
  }

  /** The same key again. */
  async #again(order: Order): Promise<Response> {
    const live = this.#live;
    const mine = order.purchase?.fingerprint;
    const theirs = live ? await live.fingerprint : this.#records.get()?.purchase.fingerprint;
    if (mine === undefined) throw underway();
    if (theirs === undefined) throw unfinished();
    if (mine !== theirs) throw conflict();
    if (live) await live.head;
    return this.#answer(null);
  }

  /** The same request again: answered by this call, and free. */
  async #shared(order: Order): Promise<Response> {
    const how = this.#live ? "joined" : "hit";
    const reply = await this.#again(order);
    reply.headers.set(CACHE_HEADER, how);
    reply.headers.set(COST_HEADER, "0");
    console.log(
      JSON.stringify({ event: "shared", how, operation: order.operation, caller: order.caller, charged_usd: 0 }),
    );
    return reply;
  }

  async #answer(last: string | null): Promise<Response> {
    const live = this.#live;
    const head = live ? await live.head : (this.#records.get()?.head ?? null);
    const record = this.#records.get();
    if (record?.phase === "done" && record.problem && record.problem.status >= 400)
      return this.#problem(record.problem);
    if (!head || !record) return this.#problem(LOST);
    const log = live?.log ?? Log.kept(this.ctx.storage.sql);
    const seen = /^.*:(\d{1,9})$/.exec(last ?? "")?.[1];
    const from = seen === undefined ? 0 : (log.marks.find(({ number }) => number === Number(seen))?.end ?? 0);
    const headers = new Headers(head.headers);
    headers.set("x-operation-id", record.operation);
    // Of now: an answer that was kept would tell of another time.
    if (live) headers.set(BUDGET_HEADER, toUsd(record.left).toFixed(9));
    return new Response(follow(log, { from, stream: head.stream }), { status: head.status, headers });
  }

  #problem({ status, fields }: Problem): Response {
    const operation = this.#records.get()?.operation;
    // It may have been paid for: an SDK that tries again by itself would pay twice.
    const headers = { "x-should-retry": "false", ...(operation && { "x-operation-id": operation }) };
    return errorResponse(status, fields, headers);
  }

  /** The record; of a call that a restart has cut off, after its money was settled. Such a call is never sent again. */
  async #known(): Promise<Stored | undefined> {
    const record = this.#records.get();
    if (!record || record.phase === "done" || this.#live) return record;
    // Once for all who ask: a second one could end before its time what was begun anew after the first.
    this.#recovery ??= this.#settle({ kind: "lose" }, LOST).finally(() => (this.#recovery = undefined));
    await this.#recovery;
    return this.#records.get();
  }

  async #wakeIn(ms: number): Promise<void> {
    await this.ctx.storage.setAlarm(Date.now() + ms);
  }
}

// An operation: the object that owns one paid call. It outlives whoever asked for it, reads the upstream at full speed, keeps
// the answer, settles, and only then lets anybody see that the answer is complete.

import { DurableObject } from "cloudflare:workers";

import { settingsOf, type Env, type Settings } from "../env.ts";
import { errorResponse, Refusal, type ErrorFields } from "../errors.ts";
import { ask, refusal as refused } from "../ledger/client.ts";
import type { Event } from "../ledger/rules.ts";
import type { NanoUsd } from "../money.ts";
import { upstreamOf } from "../upstream/upstream.ts";
import { UNSENT_HEADER } from "../limiter/turn.ts";
import { Log } from "./log.ts";
import { lineOf, totalOf } from "./journal.ts";
import { isFree, isModeration } from "./outcome.ts";
import { ORDER_HEADER, read, type Order, type Purchase } from "./order.ts";
import { follow } from "./reader.ts";
import { perform, type Head } from "./run.ts";
import { Upload } from "./upload.ts";

/** JSON travels as bytes, and goes on as the text it is: so upstreams tell it from a form. */
const bodyOf = ({ call }: Order, bytes: ArrayBuffer): string | Uint8Array<ArrayBuffer> =>
  call.contentType === "application/json" ? new TextDecoder().decode(bytes) : new Uint8Array(bytes);

/** What no answer may hold. */
const secretsOf = ({ apiKey, organization, project, runware }: Settings): string[] =>
  [apiKey, organization, project, runware.apiKey].filter((secret) => secret !== undefined && secret !== "") as string[];

/** An object without calls is put away by the runtime; the alarm keeps it, and finds it again after a restart. */
const ALIVE_MS = 25_000;
/** How long answers are kept: under a key for a day, as promised; else long enough to come back for one. */
const KEEP_KEYED_MS = 24 * 3_600_000;
const KEEP_MS = 3_600_000;

/** What is stored of an operation, beside its answer. */
interface Record {
  operation: string;
  caller: string;
  keyed: boolean;
  created: number;
  phase: "reserved" | "sent" | "done";
  /** Its row in the ledger. A call that was not billed may be made again under the same key, as another row. */
  entry: string;
  purchase: Purchase;
  path: string;
  head: Head | null;
  headAt: number | null;
  event: Event["kind"] | null;
  charged: NanoUsd | null;
  tokens?: number | null;
  /** What went wrong, where there is no answer to keep. */
  problem: { status: number; fields: ErrorFields } | null;
  ended: number | null;
  expires: number | null;
}

/** A refusal on its way between objects. */
interface Refused {
  status: number;
  fields: ErrorFields;
  headers: { [name: string]: string };
}

/** A call that is running in this object. */
interface Live {
  log: Log;
  upload: Upload | undefined;
  fingerprint: Promise<string | undefined>;
  committed(fingerprint: string | undefined): void;
  /** The answer's beginning, or the refusal there is instead. */
  head: Promise<Head>;
}

export class Operation extends DurableObject<Env> {
  #live: Live | undefined;

  /** Begins the call of an order, joins one that is running, or answers with what was kept of it. */
  override async fetch(request: Request): Promise<Response> {
    try {
      const order = read(request.headers.get(ORDER_HEADER) ?? "");
      const body = order.purchase ? await request.arrayBuffer() : request.body!;
      await this.#known();
      // No await from here to where `#live` is set: two calls with one key must not both find nothing.
      if (this.#live || this.#record()) {
        if (!(body instanceof ArrayBuffer)) await body.cancel();
        return await unsent(this.#again(order));
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

  /** The end of a form that was checked: it is paid for here, and only then can the upstream have it whole. */
  async commit(order: Order, tail: Uint8Array, after: number): Promise<Refused | null> {
    const live = this.#live;
    if (!live?.upload || !order.purchase) return GONE;
    try {
      await unsent(this.#buy(order, order.purchase));
    } catch (error) {
      live.upload.abort(error);
      if (error instanceof Refusal) return { status: error.status, fields: error.fields, headers: error.headers };
      throw error;
    }
    live.committed(order.purchase.fingerprint);
    live.upload.commit(tail, after);
    return null;
  }

  /** What the upstream counted of it in tokens; null where it did not say. */
  async counted(): Promise<number | null> {
    return this.#record()?.tokens ?? null;
  }

  /** What became of it, for its caller alone. */
  async status(caller: string): Promise<object | null> {
    const record = await this.#known();
    if (!record || record.caller !== caller) return null;
    const { operation, created, phase, event, charged, purchase, problem, ended, expires } = record;
    return {
      id: operation,
      object: "operation",
      created: Math.floor(created / 1000),
      status: phase !== "done" ? "running" : event === "settle" ? "completed" : "failed",
      model: purchase.bound.model,
      cost: {
        reserved_usd: purchase.bound.amount / 1e9,
        charged_usd: charged === null ? null : charged / 1e9,
        prices_as_of: purchase.bound.prices,
        ...(event === "lose" && {
          note: "nobody knows whether this call was billed: it is charged until that is known",
        }),
      },
      error: problem?.fields ?? null,
      ended: ended === null ? null : Math.floor(ended / 1000),
      result: event === "settle" || phase !== "done" ? `/v1/operations/${operation}/result` : null,
      result_expires: expires === null ? null : Math.floor(expires / 1000),
    };
  }

  /** What a call of which nobody knew has cost, by the operator's bill. Null where there is nothing to mend. */
  async reconcile(actual: NanoUsd): Promise<NanoUsd | null> {
    const record = await this.#known();
    if (record?.event !== "lose") return null;
    const event: Event = actual === 0 ? { kind: "void" } : { kind: "settle", actual };
    const charged = await ask(this.env, (ledger) => ledger.resolve(record.entry, event));
    this.#note({ charged });
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
    if (record?.expires != null && record.expires <= Date.now()) return this.ctx.storage.deleteAll();
    if (record?.expires != null) await this.ctx.storage.setAlarm(record.expires);
  }

  async #begin(order: Order, body: ArrayBuffer | Upload): Promise<Response> {
    const upload = body instanceof Upload ? body : undefined;
    const fingerprint = Promise.withResolvers<string | undefined>();
    if (order.purchase) fingerprint.resolve(order.purchase.fingerprint);
    const head = Promise.withResolvers<Head>();
    head.promise.catch(() => undefined);
    const log = new Log(this.ctx.storage.sql);
    this.#live = { log, upload, fingerprint: fingerprint.promise, committed: fingerprint.resolve, head: head.promise };
    const run = async () => {
      await this.#wakeIn(ALIVE_MS);
      if (order.purchase) await unsent(this.#buy(order, order.purchase));
      const settings = settingsOf(this.env);
      await perform({
        upstream: upstreamOf(settings),
        secrets: secretsOf(settings),
        timeoutMs: settings.callTimeoutMs,
        call: {
          ...order.call,
          body: upload ? upload.body : bodyOf(order, body as ArrayBuffer),
          ...(upload && { signal: upload.signal }),
        },
        operation: order.operation,
        bound: () => this.#record()?.purchase.bound,
        log,
        head: (value) => {
          this.#note({ head: value, headAt: Date.now() });
          head.resolve(value);
        },
        settle: (event, problem, usage) => this.#settle(event, problem, usage),
        fail: head.reject,
      });
    };
    const running = run()
      .catch(async (error: unknown) => {
        head.reject(error);
        if (this.#record()?.phase !== "done") await this.#settle({ kind: "lose" }, LOST);
      })
      .finally(() => {
        fingerprint.resolve(undefined);
        upload?.abort(new Error("the operation has ended"));
        this.#live = undefined;
      });
    this.ctx.waitUntil(running);
    await head.promise;
    return this.#answer(null);
  }

  /** Reserves, and marks as sent before anything can be sent. Throws the refusal where there is no room. */
  async #buy(order: Order, purchase: Purchase): Promise<void> {
    const { operation, caller, keyed } = order;
    const { path } = order.call;
    const entry = `${operation}.${crypto.randomUUID().slice(0, 8)}`;
    const { reservedTtlMs, sentTtlMs } = settingsOf(this.env);
    const reservation = { ...purchase.reservation, id: entry, ttlMs: reservedTtlMs };
    const answer = await ask(this.env, (ledger) => ledger.reserve(reservation));
    if (!answer.ok) throw refused(answer, purchase.bound.amount);
    const empty = { head: null, headAt: null, event: null, charged: null, problem: null, ended: null, expires: null };
    const record: Record = {
      operation,
      caller,
      keyed,
      created: Date.now(),
      phase: "reserved",
      entry,
      purchase,
      path,
      ...empty,
    };
    this.ctx.storage.kv.put("record", record);
    // On disk before the ledger hears of it: after a crash this object knows that it may have sent.
    this.#note({ phase: "sent" });
    if (!(await ask(this.env, (ledger) => ledger.send(entry, sentTtlMs))))
      throw new Refusal(503, { message: "The reservation has expired.", type: "server_error", code: "expired" });
  }

  /** Ends the operation's money. What was not billed is forgotten, so that its key may be used again. */
  async #settle(event: Event, problem: Record["problem"], usage?: unknown): Promise<void> {
    const record = this.#record();
    if (!record || record.phase === "done") return;
    const { strikes: rule } = settingsOf(this.env);
    const { person } = record.purchase.reservation;
    const strike = rule && problem && isModeration(problem.fields) ? { person, rule } : undefined;
    const charged = await ask(this.env, (ledger) => ledger.resolve(record.entry, event, strike));
    const { operation, caller, purchase, path, headAt, created } = record;
    console.log(
      lineOf({
        ...{ operation, caller, purchase, path, event, charged, usage },
        status: problem?.status ?? record.head?.status ?? 0,
        code: problem?.fields.code ?? null,
        headMs: headAt === null ? null : headAt - created,
        totalMs: Date.now() - created,
      }),
    );
    if (isFree(event)) {
      this.ctx.storage.kv.delete("record");
      await this.ctx.storage.deleteAll();
      return;
    }
    const now = Date.now();
    // Of a response they are the language model's as well, which has an allowance of its own.
    const tokens = path === "/responses" ? null : totalOf(usage);
    const expires = now + (record.keyed ? KEEP_KEYED_MS : KEEP_MS);
    this.#note({ phase: "done", event: event.kind, charged, tokens, problem, ended: now, expires });
    await this.ctx.storage.setAlarm(expires);
  }

  /** The same key again. */
  async #again(order: Order): Promise<Response> {
    const live = this.#live;
    const mine = order.purchase?.fingerprint;
    const theirs = live ? await live.fingerprint : this.#record()?.purchase.fingerprint;
    if (theirs === undefined)
      throw new Refusal(
        409,
        { message: "The first call with this Idempotency-Key did not come to its end; send it again.", ...CONFLICT },
        { "retry-after": "1" },
      );
    if (mine !== theirs)
      throw new Refusal(
        422,
        { message: "This Idempotency-Key was used for another request; use a new one.", ...CONFLICT },
        { "x-should-retry": "false" },
      );
    if (live) await live.head;
    return this.#answer(null);
  }

  async #answer(last: string | null): Promise<Response> {
    const live = this.#live;
    const head = live ? await live.head : (this.#record()?.head ?? null);
    const record = this.#record();
    if (record?.phase === "done" && record.problem && record.problem.status >= 400)
      return this.#problem(record.problem);
    if (!head || !record) return this.#problem(LOST);
    const log = live?.log ?? Log.kept(this.ctx.storage.sql);
    const seen = /^.*:(\d{1,9})$/.exec(last ?? "")?.[1];
    const from = seen === undefined ? 0 : (log.marks.find(({ number }) => number === Number(seen))?.end ?? 0);
    const headers = new Headers(head.headers);
    headers.set("x-operation-id", record.operation);
    return new Response(follow(log, { from, stream: head.stream }), { status: head.status, headers });
  }

  #problem({ status, fields }: { status: number; fields: ErrorFields }): Response {
    const operation = this.#record()?.operation;
    // It may have been paid for: an SDK that tries again by itself would pay twice.
    const headers = { "x-should-retry": "false", ...(operation && { "x-operation-id": operation }) };
    return errorResponse(status, fields, headers);
  }

  #record(): Record | undefined {
    return this.ctx.storage.kv.get<Record>("record");
  }

  #note(changes: Partial<Record>): void {
    const record = this.#record();
    if (record) this.ctx.storage.kv.put("record", { ...record, ...changes });
  }

  /** The record; of a call that a restart has cut off, after its money was settled. Such a call is never sent again. */
  async #known(): Promise<Record | undefined> {
    const record = this.#record();
    if (!record || record.phase === "done" || this.#live) return record;
    await this.#settle({ kind: record.phase === "sent" ? "lose" : "void" }, LOST);
    return this.#record();
  }

  async #wakeIn(ms: number): Promise<void> {
    await this.ctx.storage.setAlarm(Date.now() + ms);
  }
}

/** Says of whatever comes of a promise that nothing was sent. */
async function unsent<T>(promise: Promise<T>): Promise<T> {
  try {
    const value = await promise;
    if (value instanceof Response) value.headers.set(UNSENT_HEADER, "1");
    return value;
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    throw new Refusal(error.status, error.fields, { ...error.headers, [UNSENT_HEADER]: "1" });
  }
}

const CONFLICT = { type: "invalid_request_error", code: "idempotency_conflict", param: null };
const GONE = {
  status: 502,
  fields: { message: "The upload was given up.", type: "server_error", code: "upload_lost" },
  headers: {},
};
const LOST = {
  status: 502,
  fields: {
    message: "The worker was restarted during this call; whether it was billed is not known yet.",
    type: "server_error",
    code: "operation_lost",
    retryable: false,
    charged: true,
  },
};

// One call of the upstream, from the sending to the last byte.

import { costFromUsage } from "gpt-image-edge";

import { ChunkReader } from "../chunks.ts";
import { Refusal, type ErrorFields } from "../errors.ts";
import type { Bound } from "../ledger/bound.ts";
import type { Event } from "../ledger/rules.ts";
import { fromUsd } from "../money.ts";
import type { Call, Upstream } from "../upstream/upstream.ts";
import { keepEvents } from "./keep-events.ts";
import { keepJson } from "./keep-json.ts";
import type { Log } from "./log.ts";
import { COST_HEADER } from "../upstream/reply.ts";
import { ofRefusal, ofStatus } from "./outcome.ts";
import type { Problem } from "./record.ts";
import { SecretWatch } from "./secrets.ts";

/** The beginning of an answer, as it is kept. */
export interface Head {
  status: number;
  headers: [string, string][];
  stream: boolean;
}

/** What a call needs, and whom it tells. */
export interface Run {
  upstream: Upstream;
  secrets: readonly string[];
  /** From the sending to the last byte. */
  timeoutMs: number;
  call: Call;
  operation: string;
  /** What the upstream says that it has cost, in US dollars, where it says so itself. */
  billed?: number;
  /** What was reserved; undefined while nothing was, and so nothing can be due. */
  bound(): Bound | undefined;
  log: Log;
  head(head: Head): void;
  settle(event: Event, problem: Problem | null, usage?: unknown): Promise<void>;
  /** There is no answer but this refusal. */
  fail(refusal: unknown): void;
}

/** Between two chunks of an answer that has begun. */
const IDLE_MS = 120_000;
/** Of one answer: ten pictures of the largest size as base64 are below that. */
const MAX_ANSWER_BYTES = 256 * 1024 * 1024;

/** Performs it. Every way out settles first and answers then. */
export async function perform(run: Run): Promise<void> {
  const abort = new AbortController();
  const clock = new Clock(run.timeoutMs);
  const { signal } = run.call;
  signal?.addEventListener("abort", () => abort.abort(signal.reason));
  try {
    let reply: Response;
    try {
      reply = await clock.within(run.timeoutMs, run.upstream.send({ ...run.call, signal: abort.signal }));
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      return await give(
        run,
        ofRefusal({ status: error.status, code: error.fields.code }),
        error.status,
        error.fields,
        error.headers,
      );
    }
    if (reply.status >= 400) {
      const { error } = (await reply.json()) as { error: ErrorFields };
      return await give(run, ofStatus(reply.status), reply.status, error, reply.headers);
    }
    const type = reply.headers.get("content-type") ?? "";
    const stream = type.startsWith("text/event-stream");
    const cost = Number(reply.headers.get(COST_HEADER) ?? Number.NaN);
    if (Number.isFinite(cost) && cost >= 0) run.billed = cost;
    const head = { status: reply.status, headers: [...reply.headers] as [string, string][], stream };
    run.head(head);
    await (stream ? keepEvents : keepJson)(run, chunks(run, reply.body!, clock));
  } finally {
    clock.stop();
    // Whatever the upstream still wants to say, nobody listens.
    abort.abort(new Error("the operation has ended"));
  }
}

/** Ends a call that has no answer to keep. */
async function give(run: Run, event: Event, status: number, fields: ErrorFields, headers: HeadersInit): Promise<void> {
  const charged = event.kind === "lose" && run.bound() !== undefined;
  const all = new Headers(headers);
  all.delete("content-type");
  const told = charged ? { ...fields, retryable: false, charged } : fields;
  if (charged) {
    // An SDK that tries again by itself would buy twice.
    all.set("x-should-retry", "false");
    all.set("x-operation-id", run.operation);
  }
  await run.settle(event, { status, fields: told });
  run.fail(new Refusal(status, told, Object.fromEntries(all)));
}

/** The chunks of an answer, as long as it keeps within its bounds. Each is good until the next is asked for. */
async function* chunks(run: Run, body: ReadableStream<Uint8Array>, clock: Clock): AsyncGenerator<Uint8Array, void> {
  const watch = new SecretWatch(run.secrets);
  const reader = new ChunkReader(body);
  let length = 0;
  for (;;) {
    const { done, value } = await clock.within(IDLE_MS, reader.read());
    if (done) {
      if (watch.rest().length > 0) yield watch.rest();
      return;
    }
    length += value.length;
    if (length > MAX_ANSWER_BYTES) throw new Error("the answer is too long");
    const clean = watch.pass(value);
    if (!clean) throw new Error("the answer holds what no answer may hold");
    if (clean.length > 0) yield clean;
    reader.recycle(value);
  }
}

/** What a usage means for the money. One that cannot be priced, or is not there, is charged as reserved. */
export function settlement(run: Run, usage: unknown): Event {
  const bound = run.bound();
  if (!bound) return { kind: "lose" };
  if (run.billed !== undefined) return { kind: "settle", actual: fromUsd(run.billed) };
  if (bound.chargedWhole) return { kind: "settle", actual: bound.amount };
  try {
    return { kind: "settle", actual: fromUsd(costFromUsage(bound.model, usage).usd) };
  } catch {
    return { kind: "lose" };
  }
}

export function broken(error: unknown): ErrorFields {
  // What was thrown may come from the upstream: it goes to the log, and not to the caller.
  if (error !== undefined) console.error(JSON.stringify({ event: "answer_broken", message: String(error) }));
  return {
    message: "The upstream's answer broke off; whether it was billed is not known yet.",
    type: "server_error",
    code: "upstream_cut",
    retryable: false,
    charged: true,
  };
}

/** Deadlines of a call: for the whole of it, and for each wait. */
class Clock {
  readonly #total: ReturnType<typeof setTimeout>;
  readonly #late: Promise<never>;

  constructor(totalMs: number) {
    const { promise, reject } = Promise.withResolvers<never>();
    promise.catch(() => undefined);
    this.#late = promise;
    this.#total = setTimeout(() => reject(late()), totalMs);
  }

  /** The value of a promise, if it comes in time. */
  async within<T>(ms: number, promise: Promise<T>): Promise<T> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const idle = new Promise<never>((_, reject) => (timer = setTimeout(() => reject(late()), ms)));
    try {
      return await Promise.race([promise, idle, this.#late]);
    } finally {
      clearTimeout(timer ?? null);
    }
  }

  stop(): void {
    clearTimeout(this.#total);
  }
}

const late = () =>
  new Refusal(504, { message: "The upstream did not answer in time.", type: "server_error", code: "upstream_timeout" });

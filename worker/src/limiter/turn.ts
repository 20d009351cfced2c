// A call takes its turn before it is paid for or sent: it goes, it waits and is told its place, or it is refused.

import { Refusal } from "../errors.ts";
import { Gate } from "./gate.ts";
import type { Ask, Decision, Limits, Observed, Refused, Spent } from "./rules.ts";
import { limitsOf, type LimiterSettings } from "./settings.ts";

/** The object, from afar. Written out, for the compiler does not know the runtime's classes everywhere. */
export interface LimiterStub {
  enter(ask: Ask, limits: Limits): Promise<Decision>;
  turn(id: string, caller: string, patienceMs: number): Promise<Decision>;
  leave(id: string, caller: string, observed?: Observed, spent?: Spent): Promise<void>;
}

/** A header of answers inside the worker: the call never reached the upstream, so it says nothing of the upstream's limits. */
export const UNSENT_HEADER = "x-unsent";

/** A header of refusals: how many images would have left before the call. */
export const AHEAD_HEADER = "x-gpt-image-edge-queue-ahead";

/** Where limiters are. */
export interface LimiterBinding {
  /** The objects of the limiters, one for each organisation and model. */
  LIMITERS?: { idFromName(name: string): unknown; get(id: never): unknown };
}

export interface Asked {
  model: string;
  images: number;
  /** What the call will count, as far as can be told. */
  tokens: number;
  /** Whether an event stream is asked for: one that waits is told its place. */
  stream: boolean;
  /** What the upstream has counted: asked when the answer has ended, where tokens are limited. */
  counted?: () => Promise<number | null>;
}

/** How often somebody who waits hears of it. */
const PATIENCE_MS = 5_000;
const gate = new Gate();

/** What the limiter needs to know of a request: the configuration, and who asks. */
export interface Asking {
  env: LimiterBinding;
  settings: LimiterSettings & { organization?: string | undefined };
  caller: { id: string; concurrency: number };
}

/**
 * Sends a call when its turn has come. Throws 429 when it would have to wait too long. Where nothing is limited it is sent
 * at once.
 */
export async function inTurn(ask: Asking, asked: Asked, send: () => Promise<Response>): Promise<Response> {
  const line = lineFor(ask, asked);
  if (!line) return send();
  const answer = await line.enter(asked);
  if (answer.state === "wait" && asked.stream) return waitAloud(line, answer, send);
  const turn = await line.wait(answer);
  return turn.during(send);
}

/** Waits for the turn of a call that is sent piece by piece; undefined where nothing is limited. */
export async function turnOf(ask: Asking, asked: Asked): Promise<Turn | undefined> {
  const line = lineFor(ask, asked);
  return line && line.wait(await line.enter(asked));
}

function lineFor({ env, settings, caller }: Asking, { model, counted }: Asked): Line | undefined {
  const known = limitsOf(model, settings, caller.concurrency);
  if (!known || !env.LIMITERS) return undefined;
  const name = `${settings.organization ?? ""}/${known.name}`;
  const stub = env.LIMITERS.get(env.LIMITERS.idFromName(name) as never) as LimiterStub;
  const asks = known.limits.tokensPerMinute === undefined ? undefined : counted;
  return new Line(stub, `${name}/${caller.id}`, caller.id, known.limits, asks);
}

/** A place in a line, from entering it to its turn. */
class Line {
  readonly id = crypto.randomUUID();

  constructor(
    readonly stub: LimiterStub,
    readonly key: string,
    readonly caller: string,
    readonly limits: Limits,
    readonly counted: Asked["counted"],
  ) {}

  async enter({ images, tokens }: Asked): Promise<Decision> {
    const closed = gate.closedFor(this.key, Date.now());
    if (closed !== undefined) throw refusal(closed);
    return this.stub.enter({ id: this.id, caller: this.caller, images, tokens }, this.limits);
  }

  /** Where the call stands after a while. */
  next(): Promise<Decision> {
    return this.stub.turn(this.id, this.caller, PATIENCE_MS);
  }

  async wait(answer: Decision): Promise<Turn> {
    while (answer.state === "wait") answer = await this.next();
    if (answer.state === "go") return new Turn(this);
    gate.close(this.key, answer, Date.now());
    throw refusal(answer);
  }

  async leave(observed?: Observed, spent?: Spent): Promise<void> {
    await this.stub.leave(this.id, this.caller, observed, spent).catch(() => undefined);
  }
}

/** The turn of a call: taken when it is sent, over when its answer has ended. */
export class Turn {
  readonly #line: Line;
  #over = false;

  constructor(line: Line) {
    this.#line = line;
  }

  /** Takes the turn for as long as a call takes. */
  async during(send: () => Promise<Response>): Promise<Response> {
    let reply: Response;
    try {
      reply = await send();
    } catch (error) {
      await this.fail(error);
      throw error;
    }
    return this.follow(reply);
  }

  /** The same answer; the turn is over when it is: read to its end, broken, or not wanted any more. */
  async follow(reply: Response): Promise<Response> {
    if (reply.headers.has(UNSENT_HEADER)) {
      await this.end(undefined, { unsent: true });
      return reply;
    }
    const observed = await observedOf(reply);
    if (!reply.ok || !reply.body) {
      await this.end(observed);
      return reply;
    }
    const reader = reply.body.getReader();
    const body = new ReadableStream<Uint8Array>(
      {
        pull: async (controller) => {
          try {
            const { done, value } = await reader.read();
            if (!done) return controller.enqueue(value);
            const tokens = (await this.#line.counted?.().catch(() => null)) ?? undefined;
            await this.end(observed, tokens === undefined ? {} : { tokens });
            controller.close();
          } catch (error) {
            await this.end(observed);
            controller.error(error);
          }
        },
        cancel: async (reason) => {
          await Promise.all([this.end(observed), reader.cancel(reason).catch(() => undefined)]);
        },
      },
      { highWaterMark: 0 },
    );
    return new Response(body, reply);
  }

  /** There is no answer but this error. */
  async fail(error: unknown): Promise<void> {
    const refusal = error instanceof Refusal ? error : undefined;
    if (refusal && UNSENT_HEADER in refusal.headers) return this.end(undefined, { unsent: true });
    await this.end(refusal && { status: refusal.status });
  }

  async end(observed?: Observed, spent?: Spent): Promise<void> {
    if (this.#over) return;
    this.#over = true;
    await this.#line.leave(observed, spent);
  }
}

/** An event stream that begins while its call still waits: comments tell the place, errors come as events. */
function waitAloud(line: Line, first: Decision, send: () => Promise<Response>): Response {
  const utf8 = new TextEncoder();
  async function* chunks(): AsyncGenerator<Uint8Array> {
    let answer = first;
    try {
      while (answer.state === "wait") {
        yield utf8.encode(`: waiting, ${answer.ahead} images ahead, about ${Math.ceil(answer.waitMs / 1000)} s\n\n`);
        answer = await line.next();
      }
    } finally {
      // Whoever stops reading stops waiting.
      if (answer.state === "wait") await line.leave();
    }
    let reply: Response;
    try {
      reply = await (await line.wait(answer)).during(send);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      reply = error.toResponse();
    }
    if (reply.ok && reply.body) return yield* reply.body;
    const { error } = (await reply.json().catch(() => ({}))) as { error?: object };
    const unknown = { message: "The call failed.", type: "server_error", param: null, code: null };
    yield utf8.encode(`event: error\ndata: ${JSON.stringify({ type: "error", error: error ?? unknown })}\n\n`);
  }
  const source = chunks();
  const body = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const { done, value } = await source.next();
        if (done) controller.close();
        else controller.enqueue(value);
      },
      cancel: async () => void (await source.return(undefined)),
    },
    { highWaterMark: 0 },
  );
  return new Response(body, { headers: { "content-type": "text/event-stream; charset=utf-8" } });
}

function refusal({ retryAfterMs, ahead }: Refused): Refusal {
  const seconds = Math.ceil(retryAfterMs / 1000);
  const images = ahead === 1 ? "1 image is" : `${ahead} images are`;
  const message = `The organisation's allowance is in use: ${images} ahead, and there is room for this call in about ${seconds} s.`;
  const headers = {
    "retry-after": String(seconds),
    "retry-after-ms": String(Math.ceil(retryAfterMs)),
    [AHEAD_HEADER]: String(ahead),
  };
  return new Refusal(429, { message, type: "requests", code: "rate_limit_exceeded", ahead }, headers);
}

/** What a reply says of the upstream's limits. */
async function observedOf(reply: Response): Promise<Observed> {
  const { headers, status } = reply;
  const number = (name: string) => {
    const text = headers.get(name);
    return text !== null && /^\d{1,12}$/.test(text) ? Number(text) : undefined;
  };
  const about = (what: string) => ({
    limit: number(`x-ratelimit-limit-${what}`),
    remaining: number(`x-ratelimit-remaining-${what}`),
  });
  const seconds = number("retry-after");
  const retryAfterMs = number("retry-after-ms") ?? (seconds === undefined ? undefined : seconds * 1000);
  const told: Observed = { status, images: about("images"), tokens: about("tokens"), retryAfterMs };
  if (status !== 429 && status !== 503) return told;
  const body = (await reply
    .clone()
    .json()
    .catch(() => ({}))) as { error?: { code?: unknown } };
  const code = body.error?.code;
  // An empty purse is no matter of rates.
  if (code === "insufficient_quota") return { status: 402 };
  return { ...told, ...(typeof code === "string" && { code }) };
}

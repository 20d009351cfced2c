// Keeps an event stream, event by event. The end of its last event is only shown to readers when it was settled.

import type { ErrorFields } from "../errors.ts";
import { EventCutter, meaning, told } from "./events.ts";
import type { Log } from "./log.ts";
import { broken, settlement, type Run } from "./run.ts";
import { Skimmer } from "./skim.ts";

/** The status of a problem that stands in an answer which is kept: a stream that ends with an error. */
const ANSWERED = 200;
/** Shorter events wait for their end: an error of the upstream is written anew, and is never longer. */
const HELD_BYTES = 16 * 1024;
const utf8 = new TextEncoder();

export async function keepEvents(run: Run, chunks: AsyncGenerator<Uint8Array, void>): Promise<void> {
  const { log } = run;
  const cutter = new EventCutter();
  let event: Writing | undefined;
  try {
    for await (const chunk of chunks)
      for (const { kind, bytes } of cutter.feed(chunk)) {
        event ??= new Writing(log, run.operation);
        event.write(bytes);
        if (kind !== "end") continue;
        const said = told(event.text());
        const means = meaning(said);
        if (means === "failed") throw new Failed(said.error);
        if (means === "completed" && !said.whole) throw new Error("the last event of the stream is no JSON");
        if (means === "completed") await run.settle(settlement(run, said.usage), failure(said.error), said.usage);
        event.end(means === "partial");
        event = undefined;
        // Whatever follows is no part of the answer, and must not hold up its end.
        if (means === "completed") return log.close("closed");
      }
    throw new Error("the stream ended before the picture was complete");
  } catch (error) {
    event?.takeBack();
    const fields = error instanceof Failed ? error.fields() : broken(error);
    await run.settle({ kind: "lose" }, { status: ANSWERED, fields });
    const { message, type, code = null, ...more } = fields;
    const body = { message, type, param: null, code, ...more };
    const last = new Writing(log, run.operation);
    last.write(utf8.encode(`event: error\ndata: ${JSON.stringify({ type: "error", error: body })}\n\n`));
    last.end(false);
    log.close("closed");
  }
}

/** An event that is being written. */
class Writing {
  readonly #start: number;
  readonly #skimmer = new Skimmer();
  #held: Uint8Array[] | undefined = [];
  #length = 0;

  constructor(
    readonly log: Log,
    operation: string,
  ) {
    this.#start = log.length;
    // Ours, so that a reader that was cut off can say where.
    this.#held = [utf8.encode(`id: ${operation}:${log.marks.length + 1}\n`)];
  }

  write(bytes: Uint8Array): void {
    this.#skimmer.feed(bytes);
    this.#length += bytes.length;
    if (!this.#held) return this.log.append(bytes.slice());
    this.#held.push(bytes.slice());
    if (this.#length > HELD_BYTES) this.#flush();
  }

  text(): string {
    return this.#skimmer.text();
  }

  end(partial: boolean): void {
    this.#flush();
    this.log.mark(this.#start, partial);
  }

  /** Leaves nothing of an event that has no end: its data would be no JSON, and clients that read it must not trip over it. */
  takeBack(): void {
    if (!this.#held) this.log.truncate(this.#start);
  }

  #flush(): void {
    for (const bytes of this.#held ?? []) this.log.append(bytes);
    this.#held = undefined;
  }
}

/** What a response that came to its end says of its own failure. */
const failure = (error: unknown) =>
  typeof error === "object" && error !== null ? { status: ANSWERED, fields: new Failed(error).fields() } : null;

/** The upstream ended the stream with an error. */
class Failed extends Error {
  constructor(readonly said: unknown) {
    super("the upstream ended the stream with an error");
  }

  fields(): ErrorFields {
    const error = (typeof this.said === "object" && this.said !== null ? this.said : {}) as Record<string, unknown>;
    const word = (name: string) => (typeof error[name] === "string" ? error[name] : undefined);
    return {
      message: word("message") ?? "The upstream ended the stream with an error.",
      type: word("type") ?? "server_error",
      code: word("code") ?? "upstream_error",
      retryable: false,
      charged: true,
    };
  }
}

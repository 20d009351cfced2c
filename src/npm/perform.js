// Performs one call as its session decides: sends, waits, reads, gives up.

import { ImageApiError } from "./errors.js";
import { CHUNK_BYTES, Session } from "./session.js";
import { Pictures } from "./pictures.js";
import { moneyOf, told } from "./results.js";

/** The headers that mean something to a session, or to the caller. */
const HEADERS = [
  "content-type",
  "date",
  "retry-after",
  "retry-after-ms",
  "x-request-id",
  "x-should-retry",
  ...["requests", "tokens", "images"].flatMap((what) =>
    ["limit", "remaining", "reset"].map((state) => `x-ratelimit-${state}-${what}`),
  ),
];
/** How much of an error's body is read. */
const ERROR_BYTES = 256 * 1024;
/** What a reply may still bring after all that was promised has come: so much, and for so long. */
const DRAIN_BYTES = 64 * 1024;
const DRAIN_MS = 2000;
/** The longest time of a timer: a longer one fires at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

const ignore = () => undefined;

/** Whether a timer keeps a process alive, where there is one: not while the caller holds what was found, and may have left. */
function holdProcess(timer, holds) {
  if (typeof timer === "object") (holds ? timer?.ref : timer?.unref)?.call(timer);
  else if (timer !== undefined) globalThis.Deno?.[holds ? "refTimer" : "unrefTimer"]?.(timer);
}

function headersOf(response) {
  const found = {};
  for (const name of HEADERS) {
    const value = response.headers?.get?.(name);
    if (typeof value === "string") found[name] = value;
  }
  return found;
}

/** What Node, Deno and Bun call the failure of a connection; browsers and workerd say nothing of the kind. */
function codeOf(error) {
  const codes = [error?.code, error?.cause?.code, error?.cause?.errors?.[0]?.code];
  return codes.find((code) => typeof code === "string");
}

/** A reader of a body: into a buffer of ours where the stream can, which saves an allocation for every chunk. */
function readerOf(body) {
  try {
    const reader = body.getReader({ mode: "byob" });
    let buffer = new ArrayBuffer(CHUNK_BYTES);
    const read = async () => {
      const part = await reader.read(new Uint8Array(buffer));
      // The stream hands the buffer back with what it read; when it was cancelled it keeps it.
      if (part.value) buffer = part.value.buffer;
      return part;
    };
    return { read, cancel: () => reader.cancel() };
  } catch {
    const reader = body.getReader();
    return { read: () => reader.read(), cancel: () => reader.cancel() };
  }
}

/** Reads anything that calls itself a response: not every `fetch` gives this realm's, and some give no stream. */
function bodyOf(response) {
  if (typeof response.body?.getReader === "function") return readerOf(response.body);
  let done = response.body === null;
  // Nothing can end the reading itself, but nobody has to wait for it.
  const { promise: cancelled, resolve } = deferred();
  const whole = async () => ({ done: false, value: new Uint8Array(await response.arrayBuffer()) });
  const read = async () => {
    if (done) return { done };
    done = true;
    const reading = whole();
    reading.catch(ignore);
    return Promise.race([reading, cancelled]);
  };
  return { read, cancel: async () => resolve({ done: true }) };
}

async function textOf(reader) {
  const decoder = new TextDecoder();
  let text = "";
  for (let length = 0; length < ERROR_BYTES;) {
    const { done, value } = await reader.read();
    if (done) return text + decoder.decode();
    text += decoder.decode(value.subarray(0, ERROR_BYTES - length), { stream: true });
    length += value.length;
  }
  reader.cancel().catch(ignore);
  return text;
}

/**
 * Reads a reply to its end when its reader leaves with everything that was promised: cut off, it would look like a failure
 * to whoever watches the network, and its connection could not be used again.
 */
async function drain(reader, controller) {
  const timer = setTimeout(() => controller.abort(), DRAIN_MS);
  try {
    for (let left = DRAIN_BYTES; left > 0;) {
      const { done, value } = await reader.read();
      if (done) return;
      left -= value.length;
    }
    controller.abort();
  } catch {
    // It ended otherwise: nobody waits for it any more.
  } finally {
    clearTimeout(timer);
  }
}

/** A promise with its resolver. */
function deferred() {
  let resolve;
  const promise = new Promise((done) => (resolve = done));
  return { promise, resolve };
}

/**
 * Performs a call. Yields `{ partial | image | completed | event | document, pictures, head }` with the JSON of each, and
 * ends when the reply is complete; throws when there is none.
 *
 * @param {object} settings what the session is held to (src/npm/session.js)
 * @param {(attempt: { number: number, resume: boolean, lastEventId: string }, signal: AbortSignal) =>
 *   Promise<{ response: Response, operationId?: string, keeps: boolean }>} send
 * @param {Pick<AbortSignal, "aborted" | "reason" | "addEventListener" | "removeEventListener">[]} signals each ends the call
 */
export async function* perform(settings, send, signals) {
  const session = new Session(settings);
  let controller;
  let reader;
  /** What wakes the session, and when; it may come too early, which costs less than a new one for each event. */
  let timer;
  let timerAt = Infinity;
  /** While the caller is busy with what was found, the silence is not the server's. */
  let held = false;
  /** A step that came from outside the attempt: the time is over, or the caller called it off. */
  let outside;
  let gate;
  let cause;
  let head = {};
  let complete = false;
  /** Whether all that was promised has come, though the reply may go on. */
  let enough = false;

  const stop = () => {
    clearTimeout(timer);
    timer = undefined;
    timerAt = Infinity;
  };
  const interrupt = (step) => {
    outside = step;
    stop();
    // Nobody may ever ask for the rest: the memory goes back now.
    if (step.fail) session.free();
    controller?.abort();
    // A cancelled reader answers a read that is under way; no chunk has to race against the clock.
    reader?.cancel().catch(ignore);
    gate?.resolve();
  };
  const arm = () => {
    const { wakeAt } = session;
    if (wakeAt >= timerAt) return;
    stop();
    timerAt = wakeAt;
    timer = setTimeout(due, Math.min(Math.max(wakeAt - performance.now(), 0), LONGEST_TIMER_MS));
  };
  const due = () => {
    stop();
    if (held) return;
    const step = session.wake();
    if (step === undefined) arm();
    else interrupt(step);
  };
  const onAbort = ({ target }) => {
    if (outside?.fail) return;
    cause = target.reason;
    interrupt(session.abort());
  };
  /** What was done, or `undefined` when something else came first. Never rejects because of what came first. */
  const unlessInterrupted = async (work) => {
    try {
      const done = await Promise.race([work, gate.promise]);
      return outside ? undefined : { done };
    } catch (error) {
      return outside ? undefined : { error };
    }
  };

  async function* attempt(attempted) {
    controller = new AbortController();
    reader = undefined;
    arm();
    const sent = (async () => send(attempted, controller.signal))();
    const answer = await unlessInterrupted(sent);
    if (answer === undefined) {
      // It may still come, if whoever sends does not listen to signals.
      sent.then(({ response }) => response?.body?.cancel?.()).catch(ignore);
      return outside;
    }
    if ("error" in answer) {
      cause = answer.error;
      return session.rejected(codeOf(cause));
    }
    const { response, operationId, keeps } = answer.done;
    const headers = headersOf(response);
    head = session.head(Number(response.status), headers, keeps);
    head.operationId = operationId;
    Object.assign(head, moneyOf(response));
    arm();
    reader = bodyOf(response);
    if (!head.read) {
      const body = await unlessInterrupted(textOf(reader));
      if (body === undefined) return outside;
      cause = body.error;
      return session.refused(headers, body.done ?? "");
    }
    return yield* replyOf(reader);
  }

  async function* replyOf(body) {
    const pictures = new Pictures();
    /** Passes on what was found; gives the step that ends the attempt, if it is one. */
    async function* pass(found) {
      if (found === "complete") {
        complete = true;
        return found;
      }
      if (found.picture) return void pictures.add(found.picture);
      if (found.fail || found.wait !== undefined || found.send) return found;
      enough = found.completed !== undefined || (found.image !== undefined && !settings.all_events);
      held = true;
      holdProcess(timer, false);
      yield { ...found, pictures, head };
      held = false;
      holdProcess(timer, true);
      if (outside) return outside;
      session.resume();
      arm();
    }

    for (;;) {
      let part;
      try {
        part = await body.read();
      } catch (error) {
        if (outside) return outside;
        cause = error;
        return session.cut();
      }
      if (outside) return outside;
      if (part.done) break;
      for (let at = 0; at < part.value.length; at += CHUNK_BYTES) {
        const chunk = part.value.length <= CHUNK_BYTES ? part.value : part.value.subarray(at, at + CHUNK_BYTES);
        for (let found = session.feed(chunk); found !== undefined; found = session.read()) {
          const step = yield* pass(found);
          if (step) return step;
        }
      }
    }
    for (;;) {
      const step = yield* pass(session.finish());
      if (step) return step;
    }
  }

  try {
    const aborted = signals.find((signal) => signal.aborted);
    if (aborted) onAbort({ target: aborted });
    else for (const signal of signals) signal.addEventListener("abort", onAbort);
    let step = outside ?? { send: { number: 1, resume: false, lastEventId: "" } };
    while (step !== "complete") {
      if (step.fail) throw new ImageApiError({ ...step.fail, cause, ...told(head) });
      outside = undefined;
      gate = deferred();
      if (step.send) step = yield* attempt(step.send);
      else {
        reader = controller = undefined;
        arm();
        await gate.promise;
        step = outside;
      }
    }
  } finally {
    for (const signal of signals) signal.removeEventListener("abort", onAbort);
    stop();
    const leftWithAll = enough && !complete && !outside;
    // What ends here ends well, and the budget of the retries is told so.
    if (leftWithAll) session.leave();
    session.free();
    if (leftWithAll) drain(reader, controller);
    else if (!complete) {
      controller?.abort();
      reader?.cancel().catch(ignore);
    }
  }
}

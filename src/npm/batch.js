// Many calls: as many at once as the tier allows, each with an end of its own.

import { ImageApiError } from "./errors.js";
import { imagesPerMinute } from "./everything.js";
import { Pace } from "./pace.js";

const DEFAULT_CONCURRENCY = 4;
const MOST_AT_ONCE = 64;
/** A picture takes about half a minute: so many must be under way for a minute's allowance to be used. */
const PICTURES_A_MINUTE = 2;
/** How often a call is put back because the server was busy, and how long everything waits where it does not say. */
const MOST_RETURNS = 5;
const BUSY_MS = 10_000;
/** What every further call would end in, too: the key, the account, the money. */
const FOR_ALL = new Set(["auth", "account", "quota"]);

function wrong(param, given, allowed) {
  const message = `${param}: ${JSON.stringify(given) ?? typeof given} is out of range; allowed are ${allowed}`;
  return new ImageApiError({ kind: "user", code: "invalid_argument", param, message });
}

const isObject = (value) => typeof value === "object" && value !== null;

/** Requests of edits name pictures, those of responses say something, all others are drawn. */
function operationOf(request) {
  if (request.image !== undefined || request.images !== undefined) return "edit";
  return request.input !== undefined || request.tools !== undefined ? "respond" : "generate";
}

/** What was given, as an entry: a request, or an entry of an earlier batch. */
function entryOf(given, index) {
  const request = isObject(given?.request) ? given.request : given;
  if (!isObject(request)) throw wrong(`requests[${index}]`, given, "requests, and entries of earlier batches");
  const { operation = operationOf(request), idempotencyKey = crypto.randomUUID() } = request === given ? {} : given;
  return { index: request === given ? index : (given.index ?? index), operation, request, idempotencyKey };
}

function check({ concurrency, tier }) {
  if (concurrency !== undefined && !(Number.isInteger(concurrency) && concurrency >= 1 && concurrency <= 1000))
    throw wrong("concurrency", concurrency, "whole numbers from 1 to 1000");
  if (tier !== undefined && ![1, 2, 3, 4, 5].includes(tier)) throw wrong("tier", tier, "1 to 5");
}

/** The pictures that a minute allows of such a request; undefined where nothing is published or no tier was told. */
function rateOf({ operation, request }, tier) {
  if (tier === undefined) return undefined;
  return imagesPerMinute(operation, request, tier)?.images_per_minute;
}

/**
 * Performs many calls.
 * @param {(entry: object, signal: AbortSignal) => Promise<object>} call performs one
 * @param {() => boolean} kept whether the server keeps the answers of keys, so that a call that was ended may be sent again
 */
export async function runBatch(given, options, call, kept) {
  check(options);
  if (typeof given?.[Symbol.iterator] !== "function") throw wrong("requests", given, "lists of requests");
  const { tier, onProgress, signal, keepResults = true } = options;
  const entries = Array.from(given, entryOf);
  const rates = new Map(entries.map((entry) => [entry, rateOf(entry, tier)]));
  const best = Math.max(0, ...[...rates.values()].filter((rate) => rate !== undefined));
  const most =
    options.concurrency ??
    (best > 0 ? Math.min(MOST_AT_ONCE, Math.max(1, Math.ceil(best / PICTURES_A_MINUTE))) : DEFAULT_CONCURRENCY);

  const pace = new Pace();
  const queue = [...entries];
  const running = new Map();
  const returns = new Map();
  const done = [];
  const failed = [];
  let atOnce = most;
  let pauseUntil = 0;
  let nanoUsd = 0;
  let unpriced = 0;
  let stopped;
  let wake;

  const cost = () => ({ usd: nanoUsd / 1e9, unpriced });
  const tell = (type, more) => {
    const counts = { total: entries.length, done: done.length, failed: failed.length, running: running.size };
    try {
      onProgress?.({ type, ...more, ...counts, left: queue.length, ...cost() });
    } catch (error) {
      // The batch goes on: its pictures are paid. The mistake is reported as that of an event listener is.
      queueMicrotask(() => {
        throw error;
      });
    }
  };
  const stop = (error) => {
    stopped ??= error;
    wake?.();
  };
  const putBack = (entry) => {
    const at = queue.findIndex(({ index }) => index > entry.index);
    queue.splice(at < 0 ? queue.length : at, 0, entry);
  };

  const succeeded = (entry, result) => {
    done.push(keepResults ? { ...entry, result } : entry);
    if (result.cost === undefined) unpriced++;
    else nanoUsd += Math.round(result.cost.usd * 1e9);
    atOnce = Math.min(most, atOnce + 1);
    tell("done", { entry, result });
  };
  const refused = (entry, error) => {
    const { kind, billed } = error;
    const tries = (returns.get(entry) ?? 0) + 1;
    if (kind === "rate" && tries <= MOST_RETURNS && !stopped) {
      returns.set(entry, tries);
      putBack(entry);
      const wait_ms = error.retryAfterMs ?? BUSY_MS;
      pauseUntil = Math.max(pauseUntil, performance.now() + wait_ms);
      atOnce = Math.max(1, Math.floor(Math.min(atOnce, running.size + 1) / 2));
      return tell("wait", { entry, error, wait_ms });
    }
    const unbilled = billed === "no" || (kind === "aborted" && kept());
    const forAll = FOR_ALL.has(kind) || kind === "crash" || (kind === "network" && billed === "no");
    if (forAll) stop(error);
    if (unbilled && (forAll || kind === "aborted" || (stopped && kind === "rate"))) return putBack(entry);
    failed.push({ ...entry, error });
    tell("failed", { entry, error });
  };

  const start = (entry) => {
    queue.splice(queue.indexOf(entry), 1);
    pace.start(entry.request.model, shareOf(entry), performance.now());
    const ended = (async () => {
      try {
        const result = await call(entry, signal);
        running.delete(entry);
        succeeded(entry, result);
      } catch (error) {
        running.delete(entry);
        refused(entry, ImageApiError.isInstance(error) ? error : unexpected(error));
      }
    })();
    running.set(entry, ended);
    tell("start", { entry });
  };
  const shareOf = (entry) => {
    const rate = rates.get(entry);
    return rate === undefined ? 0 : (entry.request.n ?? 1) / rate;
  };
  /** The next entry and how long it has to wait; the first that may start, else the one that may start first. */
  const next = () => {
    const now = performance.now();
    let found = { wait: Infinity };
    const seen = new Set();
    for (const entry of queue) {
      const kind = `${entry.request.model} ${shareOf(entry)}`;
      if (seen.has(kind)) continue;
      seen.add(kind);
      const wait = Math.max(pauseUntil - now, pace.wait(entry.request.model, shareOf(entry), now));
      if (wait < found.wait) found = { entry, wait };
      if (wait <= 0) break;
    }
    return found;
  };

  const onAbort = () =>
    stop(
      new ImageApiError({ kind: "aborted", code: "aborted", message: "the batch was aborted", cause: signal.reason }),
    );
  if (signal?.aborted) onAbort();
  else signal?.addEventListener("abort", onAbort);
  let told = 0;
  while (running.size > 0 || (queue.length > 0 && !stopped)) {
    const { entry, wait } = stopped || running.size >= atOnce ? { wait: Infinity } : next();
    if (wait <= 0) {
      start(entry);
      continue;
    }
    let timer;
    const waited = new Promise((resolve) => {
      wake = resolve;
      if (wait < Infinity) timer = setTimeout(resolve, wait);
    });
    if (wait < Infinity && running.size === 0 && told !== done.length + failed.length) {
      told = done.length + failed.length;
      tell("wait", { entry, wait_ms: wait });
    }
    await Promise.race([...running.values(), waited]);
    clearTimeout(timer);
  }
  signal?.removeEventListener("abort", onAbort);
  const byIndex = (a, b) => a.index - b.index;
  if (stopped) tell("stop", { error: stopped });
  return { done: done.sort(byIndex), failed: failed.sort(byIndex), left: queue, ...cost(), stopped };
}

function unexpected(cause) {
  return new ImageApiError({ kind: "user", code: "invalid_request", message: String(cause?.message ?? cause), cause });
}

// Sends requests of the Images API, and makes pictures of the answers.

import { dispose } from "./dispose.js";
import { ImageApiError } from "./errors.js";
import { inspectRequest, withFiles } from "./files.js";
import { ready } from "./instance.js";
import { call } from "./packed.js";
import { perform } from "./perform.js";
import { DEFAULT_BASE_URL, requestParts } from "./request.js";
import { imageEvents, keepingPictures, resultOf } from "./results.js";
import { sender } from "./send.js";
import { eventStream } from "./streams.js";

/** Ten minutes, as the official SDK. */
const DEFAULT_TIMEOUT_MS = 600_000;
/** Hosts whose keys buy pictures: such a key does not belong in a page. */
const PAID_HOSTS = /(^|\.)openai\.com$/;
const PAID_KEYS = /^(sk|sess)-/;

/** Servers that have shown that they keep answers: what one client learns holds for the next one, too. */
const keeping = new Set();

function inBrowser() {
  if (typeof window !== "undefined" && typeof window.document !== "undefined") return true;
  // Web workers of browsers; workerd, Node, Deno and Bun do not call themselves Mozilla.
  return typeof WorkerGlobalScope !== "undefined" && /^Mozilla\//.test(globalThis.navigator?.userAgent ?? "");
}

function hostOf(baseURL) {
  try {
    return new URL(baseURL).hostname;
  } catch {
    return "";
  }
}

function wrong(param, message) {
  return new ImageApiError({ kind: "user", code: "invalid_argument", param, message: `${param}: ${message}` });
}

/** A time in milliseconds, or undefined for none. */
function timeOf(param, value) {
  if (value === undefined || value === null || value === Infinity) return undefined;
  if (typeof value === "number" && value > 0) return value;
  throw wrong(param, `${JSON.stringify(value)} is no time; give milliseconds above 0`);
}

/**
 * Where an idempotency key may be sent before it is known whether it is kept: not to OpenAI, which keeps none, and from a
 * page to its own origin only, since another server may refuse a page's header that it does not know.
 */
function maySendKey(baseURL) {
  const { location } = globalThis;
  if (!inBrowser()) return !PAID_HOSTS.test(hostOf(baseURL));
  if (!location?.origin || location.origin === "null") return false;
  try {
    return new URL(baseURL, location.href).origin === location.origin;
  } catch {
    return false;
  }
}

/**
 * What ends all calls of a client. A signal of the runtime would not do: in workerd it belongs to the request that made
 * it, and a client that serves several requests would fail in all but the first.
 */
class Ending {
  aborted = false;
  reason;
  #listeners = new Set();

  addEventListener(_, listener) {
    this.#listeners.add(listener);
  }

  removeEventListener(_, listener) {
    this.#listeners.delete(listener);
  }

  abort() {
    this.aborted = true;
    this.reason = new DOMException("the client was disposed of", "AbortError");
    for (const listener of [...this.#listeners]) listener({ target: this });
  }
}

/** What a client that can do more is built upon (client-extras.js): a call, a streamed call, and what is known of keys. */
export const whole = Symbol("whole");
export const stream = Symbol("stream");
export const keys = Symbol("keys");

export class ImageClient {
  #options;
  #settings;
  /** Whether the server keeps the answers of idempotency keys: as told, else as its replies show. */
  #idempotent;
  /** Ends the calls that are under way when the client is disposed of. */
  #ended = new Ending();

  constructor({
    baseURL = DEFAULT_BASE_URL,
    apiKey,
    headers,
    fetch,
    timeout = DEFAULT_TIMEOUT_MS,
    idleTimeout,
    connectTimeout,
    maxRetries = 2,
    idempotent,
    dangerouslyAllowBrowser = false,
  } = {}) {
    const paid = apiKey !== undefined && (PAID_KEYS.test(apiKey) || PAID_HOSTS.test(hostOf(baseURL)));
    if (paid && !dangerouslyAllowBrowser && inBrowser()) {
      const message =
        "apiKey: an OpenAI key in a page can be read by everybody who opens it; send through a worker that holds the key, or set dangerouslyAllowBrowser: true";
      throw new ImageApiError({ kind: "user", code: "key_in_browser", param: "apiKey", message });
    }
    if (!Number.isInteger(maxRetries) || maxRetries < 0 || maxRetries > 10)
      throw wrong(
        "maxRetries",
        `${JSON.stringify(maxRetries)} is out of range; allowed are whole numbers from 0 to 10`,
      );
    // Unbound, browsers refuse to call their own fetch.
    this.#options = {
      baseURL: String(baseURL),
      apiKey,
      headers,
      fetch: fetch ?? ((...call) => globalThis.fetch(...call)),
    };
    this.#settings = {
      server: String(baseURL),
      max_retries: maxRetries,
      total_ms: timeOf("timeout", timeout),
      idle_ms: timeOf("idleTimeout", idleTimeout),
      connect_ms: timeOf("connectTimeout", connectTimeout),
    };
    this.#idempotent = idempotent ?? (keeping.has(String(baseURL)) || undefined);
  }

  generate(request, options) {
    return this[whole]("generate", request, options);
  }

  edit(request, options) {
    return this[whole]("edit", request, options);
  }

  generateStream(request, options) {
    return this[stream]("generate", request, options);
  }

  editStream(request, options) {
    return this[stream]("edit", request, options);
  }

  /** Whether an idempotency key may be sent, and whether it is known to be kept. */
  [keys]() {
    return { sent: this.#idempotent ?? maySendKey(this.#options.baseURL), kept: this.#idempotent === true };
  }

  /** Ends every call that is under way. The client can be used again. */
  [dispose]() {
    this.#ended.abort();
    this.#ended = new Ending();
  }

  async [whole](operation, given, options, resultFrom = resultOf) {
    await ready();
    const request = named(operation, objectOf(given));
    const { stream: _, partial_images: __, ...plain } = request;
    let result;
    for await (const { document, pictures, head } of this.#perform(operation, plain, options)) {
      if (document === undefined)
        throw new ImageApiError({
          kind: "protocol",
          code: "unexpected_stream",
          message: "the server answered with a stream, which was not asked for",
        });
      result = resultFrom(JSON.parse(document), pictures, head, request);
    }
    return result;
  }

  [stream](operation, request, options, eventsFrom = imageEvents) {
    const abort = new AbortController();
    const events = async () => {
      await ready();
      const asked = named(operation, { ...objectOf(request), stream: true });
      return eventsFrom(this.#perform(operation, asked, options, abort.signal), asked);
    };
    return eventStream(keepingPictures(lazily(events)), abort);
  }

  async *#perform(operation, request, { signal, idempotencyKey } = {}, ...further) {
    // Listened to one by one: what AbortSignal.any makes of a client's signal would outlive the call in some runtimes.
    const signals = [signal, this.#ended, ...further].filter(Boolean);
    const whole = await withFiles(request);
    await inspectRequest(whole);
    const parts = requestParts(operation, whole, this.#options);
    const { fetch, baseURL } = this.#options;
    const asked = idempotencyKey ?? parts.headers.get("idempotency-key") ?? undefined;
    const key = asked ?? (this[keys]().sent ? crypto.randomUUID() : undefined);
    if (key !== undefined) parts.headers.set("idempotency-key", key);
    const onKept = () => {
      keeping.add(baseURL);
      this.#idempotent ??= true;
    };
    const send = sender(parts, { baseURL, fetch, key, onKept });
    const settings = {
      ...this.#settings,
      idempotent: this.#idempotent === true && key !== undefined,
      all_events: operation === "respond",
    };
    yield* perform(settings, send, signals);
  }
}

/** The events of a generator that is made with the first read. */
async function* lazily(make) {
  yield* await make();
}

/**
 * A request of the Images API with its model. Without one the API takes what it likes that month; the checks and prices
 * here are those of the catalogue's default, so that is what is asked for.
 */
function named(operation, request) {
  if (operation === "respond" || (request.model !== undefined && request.model !== null)) return request;
  const usual = call("models", null).find((model) => model.default);
  return usual ? { ...request, model: usual.id } : request;
}

function objectOf(request) {
  if (typeof request === "object" && request !== null) return request;
  const message = `request: expected an object, not ${request === null ? "null" : typeof request}`;
  throw new ImageApiError({ kind: "user", code: "invalid_request", message });
}

// Sends requests, and makes pictures of the answers.

import { costFromUsage } from "./core.js";
import { ImageApiError } from "./errors.js";
import { inspectRequest, withFiles } from "./files.js";
import { ready } from "./instance.js";
import { perform } from "./perform.js";
import { DEFAULT_BASE_URL, requestParts } from "./request.js";
import { eventStream } from "./streams.js";

/** Ten minutes, as the official SDK. */
const DEFAULT_TIMEOUT_MS = 600_000;
/** Hosts whose keys buy pictures: such a key does not belong in a page. */
const PAID_HOSTS = /(^|\.)openai\.com$/;
const PAID_KEYS = /^(sk|sess)-/;

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

/** Our worker on the page's own origin; others are known when they answer, or are told by an option. */
function isSameOrigin(baseURL) {
  const { location } = globalThis;
  if (!location?.origin || location.origin === "null") return false;
  try {
    return new URL(baseURL, location.href).origin === location.origin;
  } catch {
    return false;
  }
}

export class ImageClient {
  #options;
  #settings;
  /** Whether the server keeps the answers of idempotency keys: as told, else as its replies show. */
  #idempotent;

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
    this.#idempotent = idempotent;
  }

  generate(request, options) {
    return this.#whole("generate", request, options);
  }

  edit(request, options) {
    return this.#whole("edit", request, options);
  }

  generateStream(request, options) {
    return this.#stream("generate", request, options);
  }

  editStream(request, options) {
    return this.#stream("edit", request, options);
  }

  async #whole(operation, request, options) {
    const { stream: _, partial_images: __, ...plain } = objectOf(request);
    for await (const { document, pictures, head } of this.#perform(operation, plain, options))
      if (document !== undefined) return resultOf(JSON.parse(document), pictures, head, request.model);
      else
        throw new ImageApiError({
          kind: "protocol",
          code: "unexpected_stream",
          message: "the server answered with a stream, which was not asked for",
        });
  }

  #stream(operation, request, options) {
    const abort = new AbortController();
    const signal = options?.signal ? AbortSignal.any([options.signal, abort.signal]) : abort.signal;
    const found = () => this.#perform(operation, { ...objectOf(request), stream: true }, { ...options, signal });
    return eventStream(eventsOf(found, request), abort);
  }

  async *#perform(operation, request, { signal, idempotencyKey } = {}) {
    await ready();
    const whole = await withFiles(request);
    await inspectRequest(whole);
    const { url, ...init } = requestParts(operation, whole, this.#options);
    const { fetch, baseURL } = this.#options;
    const key = idempotencyKey ?? ((this.#idempotent ?? isSameOrigin(baseURL)) ? crypto.randomUUID() : undefined);
    if (key !== undefined) init.headers.set("idempotency-key", key);
    const send = async ({ resume, lastEventId }, ended) => {
      if (resume && lastEventId !== "") init.headers.set("last-event-id", lastEventId);
      const response = await fetch(url, { ...init, signal: ended });
      // Our worker repeats the key of an answer it keeps: from then on, what failed may be sent again without being paid twice.
      if (key !== undefined && response.headers?.get?.("idempotency-key") === key) this.#idempotent ??= true;
      return response;
    };
    yield* perform({ ...this.#settings, idempotent: this.#idempotent === true }, send, signal);
  }
}

function objectOf(request) {
  if (typeof request === "object" && request !== null) return request;
  const message = `request: expected an object, not ${request === null ? "null" : typeof request}`;
  throw new ImageApiError({ kind: "user", code: "invalid_request", message });
}

/** What a call has cost, where its usage can be priced. */
function costOf(model, usage) {
  if (!usage || typeof model !== "string") return undefined;
  try {
    return costFromUsage(model, usage);
  } catch (error) {
    // A model without published prices, or a usage in a form that is not known: no price is better than a wrong one.
    if (error.kind === "user") return undefined;
    throw error;
  }
}

function resultOf({ data, ...reply }, pictures, { requestId, rateLimit }, model) {
  const images = data.map((item) => pictures.take(item.b64_json, reply));
  return { ...reply, images, cost: costOf(model, reply.usage), requestId, rateLimit };
}

/** The events of a streamed call; a gateway that answers with a whole body instead gives the finished picture alone. */
async function* eventsOf(found, request) {
  const shown = [];
  try {
    for await (const { partial, image, document, pictures, head } of found()) {
      if (document !== undefined) {
        const { images, ...reply } = resultOf(JSON.parse(document), pictures, head, request.model);
        for (const drawn of images) yield { ...reply, type: "completed", image: drawn };
        continue;
      }
      const { b64_json, ...event } = JSON.parse(partial ?? image);
      const picture = pictures.take(b64_json, event);
      if (partial !== undefined) shown.push(picture);
      const type = partial !== undefined ? "partial_image" : "completed";
      yield {
        ...event,
        type,
        image: picture,
        cost: costOf(request.model, event.usage),
        requestId: head.requestId,
        rateLimit: head.rateLimit,
      };
    }
  } catch (error) {
    // What was seen of the picture is worth keeping: it has been paid.
    if (shown.length > 0 && ImageApiError.isInstance(error)) error.partialImages = shown;
    throw error;
  }
}

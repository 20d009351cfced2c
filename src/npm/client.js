// Sends requests, and makes pictures of the answers.

import { ImageApiError } from "./errors.js";
import { inspectRequest } from "./files.js";
import { DEFAULT_BASE_URL, requestParts } from "./request.js";
import { costOf, imageOf } from "./result.js";
import { eventsOf, iterableStream } from "./streams.js";

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

export class ImageClient {
  #options;

  constructor({ baseURL = DEFAULT_BASE_URL, apiKey, headers, fetch, dangerouslyAllowBrowser = false } = {}) {
    const paid = apiKey !== undefined && (PAID_KEYS.test(apiKey) || PAID_HOSTS.test(hostOf(baseURL)));
    if (paid && !dangerouslyAllowBrowser && inBrowser()) {
      const message =
        "apiKey: an OpenAI key in a page can be read by everybody who opens it; send through a worker that holds the key, or set dangerouslyAllowBrowser: true";
      throw new ImageApiError({ kind: "user", code: "key_in_browser", param: "apiKey", message });
    }
    // Unbound, browsers refuse to call their own fetch.
    this.#options = { baseURL, apiKey, headers, fetch: fetch ?? ((...call) => globalThis.fetch(...call)) };
  }

  generate(request, options) {
    return this.#call("generate", request, options);
  }

  edit(request, options) {
    return this.#call("edit", request, options);
  }

  generateStream(request, options) {
    return this.#stream("generate", request, options);
  }

  editStream(request, options) {
    return this.#stream("edit", request, options);
  }

  async #send(operation, request, { signal } = {}) {
    await inspectRequest(request);
    const { url, ...init } = requestParts(operation, request, this.#options);
    let response;
    try {
      response = await this.#options.fetch(url, { ...init, signal });
    } catch (cause) {
      throw failedToSend(cause, signal);
    }
    if (!response.ok) throw await refusal(response);
    return response;
  }

  async #call(operation, request, options) {
    const { stream: _, partial_images: __, ...plain } = objectOf(request);
    const response = await this.#send(operation, plain, options);
    const requestId = response.headers.get("x-request-id") ?? undefined;
    const reply = await response.json();
    const { data = [], ...rest } = reply;
    const images = data.map((item) => imageOf(fromBase64(item.b64_json), reply));
    return { ...rest, images, cost: costOf(request.model, reply.usage), requestId };
  }

  #stream(operation, request, options = {}) {
    const abort = new AbortController();
    const { signal } = options;
    const follow = () => abort.abort(signal.reason);
    if (signal?.aborted) follow();
    else signal?.addEventListener("abort", follow, { once: true });
    const send = (asked) => this.#send(operation, { ...objectOf(request), stream: true }, asked);
    async function* events() {
      try {
        const response = await send({ signal: abort.signal });
        const requestId = response.headers.get("x-request-id") ?? undefined;
        let completed = false;
        for await (const { b64_json, ...event } of eventsOf(response.body)) {
          if (event.error || event.type === "error") throw streamedError(event.error ?? event, requestId);
          if (b64_json === undefined) continue;
          const type = event.type.endsWith(".completed") ? "completed" : "partial_image";
          completed ||= type === "completed";
          const image = imageOf(fromBase64(b64_json), event);
          yield { ...event, type, image, cost: costOf(request.model, event.usage), requestId };
        }
        if (!completed) {
          const message = "the stream ended before the finished picture came; it may have been billed";
          throw new ImageApiError({ kind: "protocol", code: "truncated_stream", message, requestId });
        }
      } catch (error) {
        throw ImageApiError.isInstance(error) ? error : failedToSend(error, abort.signal);
      } finally {
        signal?.removeEventListener("abort", follow);
      }
    }
    return iterableStream(events(), () => abort.abort());
  }
}

function objectOf(request) {
  if (typeof request === "object" && request !== null) return request;
  const message = `request: expected an object, not ${request === null ? "null" : typeof request}`;
  throw new ImageApiError({ kind: "user", code: "invalid_request", message });
}

function failedToSend(cause, signal) {
  if (signal?.aborted)
    return new ImageApiError({ kind: "aborted", code: "aborted", message: "the call was aborted", cause });
  if (ImageApiError.isInstance(cause)) return cause;
  const message = `the connection failed: ${cause?.message ?? String(cause)}`;
  return new ImageApiError({ kind: "network", code: "connection_failed", message, cause });
}

function kindOf(status, { code }) {
  if (status === 401) return "auth";
  if (status === 403) return "account";
  if (status === 429) return code === "insufficient_quota" ? "quota" : "rate";
  if (code === "moderation_blocked" || code === "content_policy_violation") return "moderation";
  return status >= 500 ? "upstream" : "user";
}

async function refusal(response) {
  const text = await response.text();
  let error = {};
  try {
    error = JSON.parse(text).error ?? {};
  } catch {
    // A page of HTML from something in between: its status has to do.
  }
  const {
    message = `the server answered ${response.status}`,
    type,
    param,
    code,
    moderation_details: moderation,
    issues,
  } = error;
  const requestId = response.headers.get("x-request-id") ?? undefined;
  const kind = kindOf(response.status, error);
  return new ImageApiError({
    kind,
    status: response.status,
    message,
    type,
    param,
    code,
    moderation,
    requestId,
    issues,
  });
}

function streamedError(error, requestId) {
  const { message = "the server reported an error", type, param, code } = error;
  return new ImageApiError({ kind: kindOf(500, error), message, type, param, code, requestId });
}

function fromBase64(text) {
  if (Uint8Array.fromBase64) return Uint8Array.fromBase64(text);
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}

// The upstream itself: which address answers what, and in which order the API would object.

import { Draft, models, type Opened } from "../../../target/sandbox/gpt_image_edge_sandbox.js";
import { INVALID, Unreadable, json, refuse } from "./errors.ts";
import { faultInPrompt, faultReply, parseFault, type Fault } from "./faults.ts";
import { parseForm, type Part } from "./multipart.ts";
import { cut, eventBody, jsonBody, pause, streamOf, type Summary } from "./replies.ts";

/** How a sandbox behaves. */
export interface SandboxOptions {
  /** The key callers must send; any is accepted when unset, and none too. */
  apiKey?: string;
  /**
   * The day it plays, as `YYYY-MM-DD`: models that have ended by then answer 404. Default: today. A demo that should
   * outlive a model pins a day on which it was served.
   */
  today?: string;
  /** Between the events of a stream, in milliseconds. Default 150. */
  pauseMs?: number;
  /**
   * Whether files must be declared as what they are, as the API demands: `application/octet-stream` and parts without
   * a type are refused. Default: what the bytes are counts.
   */
  strictTypes?: boolean;
  /** The most bytes of a body. Default 100,000,000. */
  maxBodyBytes?: number;
}

/** An upstream that takes requests as the network would bring them. */
export interface Sandbox {
  fetch(request: Request): Promise<Response>;
}

/** How long `hang` keeps a caller waiting: longer than any of them should. */
const HANG_MS = 600_000;
const IMAGES = new Map([
  ["/v1/images/generations", false],
  ["/v1/images/edits", true],
]);

/** Makes one. The wasm module must have been started. */
export function sandbox(options: SandboxOptions): Sandbox {
  const spent = new Set<string>();
  const window = new RateWindow();
  return {
    async fetch(request) {
      const begin = Date.now();
      const scene = { request, options, spent, window, begin, requestId: requestId() };
      try {
        return await answer(scene);
      } catch (error) {
        if (request.signal.aborted) throw error;
        const headers = commonHeaders(scene);
        if (error instanceof Unreadable) return refuse(error.refusal, headers);
        // A trap of the module, for want of memory for example. The API would not say more either.
        console.error("sandbox:", error);
        const message = "The server had an error while processing your request. Sorry about that!";
        return refuse({ status: 500, type: "server_error", code: "server_error", message }, headers);
      }
    },
  };
}

interface Scene {
  request: Request;
  options: SandboxOptions;
  spent: Set<string>;
  window: RateWindow;
  begin: number;
  requestId: string;
}

async function answer(scene: Scene): Promise<Response> {
  const { request } = scene;
  const { pathname } = new URL(request.url);
  const refused = unauthorized(request, scene.options.apiKey);
  if (refused) return refuse(refused, commonHeaders(scene));
  const edit = IMAGES.get(pathname);
  if (edit !== undefined) {
    if (request.method !== "POST") return wrongMethod(scene, "POST");
    return images(scene, edit);
  }
  if (pathname === "/v1/models" || pathname.startsWith("/v1/models/")) {
    if (request.method !== "GET" && request.method !== "HEAD") return wrongMethod(scene, "GET, HEAD");
    return modelList(scene, decodeURIComponent(pathname.slice("/v1/models/".length)));
  }
  const message = `Invalid URL (${request.method} ${pathname})`;
  return refuse({ status: 404, type: INVALID, message }, commonHeaders(scene));
}

async function images(scene: Scene, edit: boolean): Promise<Response> {
  const { request, options } = scene;
  const asked = request.headers.get("x-sandbox-fault");
  let fault = live(scene, asked === null ? undefined : parseFault(asked));
  const draft = new Draft(edit);
  const body = await read(scene, edit);
  fault ??= live(scene, body.fault);
  if (fault) {
    const { headers, authorization } = {
      headers: commonHeaders(scene),
      authorization: request.headers.get("authorization"),
    };
    const reply = faultReply(fault, {
      headers,
      model: body.model ?? "gpt-image-1-mini",
      requestId: scene.requestId,
      authorization,
    });
    if (reply) {
      draft.free();
      return reply;
    }
  }
  body.fill(draft);
  const call = draft.open(now(options));
  const summary: Summary = JSON.parse(call.summary());
  if (call.status !== 200) {
    const status = call.status;
    call.free();
    return json(summary, status, commonHeaders(scene));
  }
  return reply(scene, edit, call, summary, fault);
}

async function reply(scene: Scene, edit: boolean, call: Opened, summary: Summary, fault?: Fault): Promise<Response> {
  const { signal } = scene.request;
  try {
    if (fault?.name === "slow") await pause(fault.ms ?? 3000, signal);
    if (fault?.name === "hang") await pause(fault.ms ?? HANG_MS, signal);
  } catch (error) {
    call.free();
    throw error;
  }
  scene.window.take(summary.n);
  const headers = commonHeaders(scene);
  const manner = { edit, created: Math.floor(Date.now() / 1000), fault, pauseMs: scene.options.pauseMs ?? 150 };
  const stream = summary.stream;
  headers.set("content-type", stream ? "text/event-stream; charset=utf-8" : "application/json");
  if (stream) headers.set("cache-control", "no-cache");
  const chunks = (stream ? eventBody : jsonBody)(call, summary, manner);
  const body = streamOf(fault?.name === "cut-start" ? cutAtOnce() : chunks, () => call.free());
  return new Response(body, { headers });
}

/** The headers are on their way by then; not one byte of the body follows. */
async function* cutAtOnce(): AsyncGenerator<Uint8Array> {
  yield await cut();
}

/** A body that has been read, before the module sees it. */
interface Body {
  model: string | undefined;
  fault: Fault | undefined;
  fill(draft: Draft): void;
}

async function read(scene: Scene, edit: boolean): Promise<Body> {
  const { request, options } = scene;
  const type = request.headers.get("content-type") ?? "";
  const limit = options.maxBodyBytes ?? 100_000_000;
  const bytes = new Uint8Array(await request.arrayBuffer());
  if (bytes.length > limit) {
    throw new Unreadable(`Request body too large: ${bytes.length} bytes, at most ${limit} are accepted.`, {
      status: 413,
    });
  }
  if (/^application\/json\b/i.test(type)) return readJson(new TextDecoder().decode(bytes));
  if (edit && /^multipart\/form-data\b/i.test(type)) return readForm(parseForm(bytes, type), options);
  const wanted = edit ? "multipart/form-data or application/json" : "application/json";
  throw new Unreadable(
    `Invalid Content-Type header (${type || "none"}), expected ${wanted}. (HINT: If you're using curl, you can pass -H 'Content-Type: application/json')`,
    { code: "unsupported_content_type" },
  );
}

function readJson(text: string): Body {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    value = undefined;
  }
  const object = typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
  const { model, prompt } = object;
  const found = typeof prompt === "string" ? faultInPrompt(prompt) : undefined;
  // Only a prompt with a fault in it is written anew: the module judges the text as it came.
  const body = found?.fault ? JSON.stringify({ ...object, prompt: found.prompt }) : text;
  return {
    model: typeof model === "string" ? model : undefined,
    fault: found?.fault,
    fill: (draft) => draft.json(body),
  };
}

function readForm(parts: Part[], options: SandboxOptions): Body {
  const utf8 = new TextDecoder();
  const text = (name: string) => {
    const part = parts.findLast((part) => part.fileName === undefined && part.name === name);
    return part && utf8.decode(part.bytes);
  };
  const found = faultInPrompt(text("prompt") ?? "");
  for (const part of parts) if (part.fileName !== undefined && options.strictTypes) demandType(part);
  return {
    model: text("model"),
    fault: found.fault,
    fill(draft) {
      for (const { name, fileName, mediaType, bytes } of parts) {
        // `image[]` and `image[3]` are lists of `image`.
        const field = name.replace(/\[\d*\]$/, "");
        if (fileName !== undefined) draft.file(field, fileName, mediaType ?? "", bytes);
        else draft.field(name, name === "prompt" && found.fault ? found.prompt : utf8.decode(bytes));
      }
    },
  };
}

const ACCEPTED = ["image/jpeg", "image/png", "image/webp"];

function demandType({ name, mediaType }: Part): void {
  const formats = "Supported file formats are 'image/jpeg', 'image/png', and 'image/webp'.";
  if (mediaType === undefined)
    throw new Unreadable(`Invalid file '${name}': missing mimetype. ${formats}`, {
      param: name,
      code: "missing_file_mimetype",
    });
  if (!ACCEPTED.includes(mediaType.toLowerCase()))
    throw new Unreadable(`Invalid file '${name}': unsupported mimetype ('${mediaType}'). ${formats}`, {
      param: name,
      code: "unsupported_file_mimetype",
    });
}

/** The fault, unless it was to happen only once and has. */
function live({ spent }: Scene, fault: Fault | undefined): Fault | undefined {
  if (fault?.once === undefined) return fault;
  if (spent.has(fault.once)) return undefined;
  spent.add(fault.once);
  return fault;
}

function modelList(scene: Scene, id: string): Response {
  const entries: { id: string; created: number; shutdown_date: string | null }[] = JSON.parse(
    models(now(scene.options)),
  );
  const data = entries.map(({ id, created, shutdown_date }) => ({
    id,
    object: "model",
    created,
    owned_by: "system",
    shutdown_date,
  }));
  if (id === "") return json({ object: "list", data }, 200, commonHeaders(scene));
  const model = data.find((model) => model.id === id);
  if (model) return json(model, 200, commonHeaders(scene));
  const message = `The model '${id}' does not exist`;
  return refuse({ status: 404, type: INVALID, param: "model", code: "model_not_found", message }, commonHeaders(scene));
}

function unauthorized(request: Request, apiKey: string | undefined) {
  if (apiKey === undefined) return undefined;
  const given = /^Bearer\s+(.+)$/i.exec(request.headers.get("authorization") ?? "")?.[1];
  if (given === apiKey) return undefined;
  if (given === undefined)
    return {
      status: 401,
      type: INVALID,
      message:
        "You didn't provide an API key. You need to provide your API key in an Authorization header using Bearer auth (i.e. Authorization: Bearer YOUR_KEY). You can obtain an API key from https://platform.openai.com/account/api-keys.",
    };
  const shown =
    given.length > 12 ? `${given.slice(0, 8)}${"*".repeat(10)}${given.slice(-4)}` : "*".repeat(given.length);
  return {
    status: 401,
    type: INVALID,
    code: "invalid_api_key",
    message: `Incorrect API key provided: ${shown}. You can find your API key at https://platform.openai.com/account/api-keys.`,
  };
}

function wrongMethod(scene: Scene, allow: string): Response {
  const headers = commonHeaders(scene);
  headers.set("allow", allow);
  const message = `Only ${allow.split(",")[0]} requests are accepted.`;
  return refuse({ status: 405, type: INVALID, code: "method_not_supported", message }, headers);
}

function now({ today }: SandboxOptions): number {
  const pinned = today === undefined ? Number.NaN : Date.parse(`${today}T12:00:00Z`);
  return Number.isNaN(pinned) ? Date.now() : pinned;
}

function requestId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return `req_${Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("")}`;
}

function commonHeaders(scene: Scene): Headers {
  const { requests, reset } = scene.window.state();
  return new Headers({
    "openai-organization": "org-sandbox",
    "openai-processing-ms": String(Math.max(1, Date.now() - scene.begin)),
    "openai-version": "2020-10-01",
    "x-request-id": scene.requestId,
    "x-ratelimit-limit-requests": String(LIMIT),
    "x-ratelimit-remaining-requests": String(requests),
    "x-ratelimit-reset-requests": reset,
  });
}

/** Images per minute that the headers tell of: those of tier 5. Nothing is refused for them. */
const LIMIT = 250;

class RateWindow {
  #used = 0;
  #at = 0;

  take(images: number): void {
    this.#drain();
    this.#used = Math.min(LIMIT, this.#used + images);
  }

  state(): { requests: number; reset: string } {
    this.#drain();
    const ms = Math.round((this.#used / LIMIT) * 60_000);
    // A Go duration, as the API writes it.
    const reset = ms < 1000 ? `${ms}ms` : `${Math.floor(ms / 60_000) > 0 ? "1m" : ""}${(ms % 60_000) / 1000}s`;
    return { requests: Math.floor(LIMIT - this.#used), reset };
  }

  #drain(): void {
    const now = Date.now();
    this.#used = Math.max(0, this.#used - ((now - this.#at) / 60_000) * LIMIT);
    this.#at = now;
  }
}

// The upstream itself: which address answers what, and in which order the API would object.

import { models } from "../../../target/sandbox/gpt_image_edge_sandbox.js";
import { INVALID, Unreadable, json, refuse } from "./errors.ts";
import { images } from "./images.ts";
import { Memory } from "./memory.ts";
import { responses } from "./responses.ts";
import { runware } from "./runware.ts";
import { commonHeaders, now, RateWindow, requestId, type SandboxOptions, type Scene } from "./scene.ts";

export type { SandboxOptions } from "./scene.ts";

/** An upstream that takes requests as the network would bring them. */
export interface Sandbox {
  fetch(request: Request): Promise<Response>;
}

const IMAGES = new Map([
  ["/v1/images/generations", false],
  ["/v1/images/edits", true],
]);

/** Makes one. The wasm module must have been started. */
export function sandbox(options: SandboxOptions): Sandbox {
  const spent = new Set<string>();
  const window = new RateWindow();
  const memory = new Memory();
  return {
    async fetch(request) {
      const begin = Date.now();
      const scene = { request, options, spent, window, memory, begin, requestId: requestId() };
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

async function answer(scene: Scene): Promise<Response> {
  const { request } = scene;
  const { pathname } = new URL(request.url);
  // Runware's API is one address, its errors have a form of their own, and its key may stand in the body.
  if (pathname === "/v1") return runware(scene);
  const refused = unauthorized(request, scene.options.apiKey);
  if (refused) return refuse(refused, commonHeaders(scene));
  const edit = IMAGES.get(pathname);
  if (edit !== undefined) {
    if (request.method !== "POST") return wrongMethod(scene, "POST");
    return images(scene, edit);
  }
  if (pathname === "/v1/responses") return request.method === "POST" ? responses(scene) : wrongMethod(scene, "POST");
  if (pathname === "/v1/models" || pathname.startsWith("/v1/models/")) {
    if (request.method !== "GET" && request.method !== "HEAD") return wrongMethod(scene, "GET, HEAD");
    return modelList(scene, decodeURIComponent(pathname.slice("/v1/models/".length)));
  }
  const message = `Invalid URL (${request.method} ${pathname})`;
  return refuse({ status: 404, type: INVALID, message }, commonHeaders(scene));
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

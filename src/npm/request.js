// A request as a standard fetch Request.

import { asBytes } from "./bytes.js";
import { ImageApiError } from "./errors.js";
import { formatOf } from "./files.js";
import { callWithFiles } from "./packed.js";

export const DEFAULT_BASE_URL = "https://api.openai.com/v1";

/** The types by which the API knows a picture, when nobody has read its bytes. */
const DECLARED = /^image\//i;

/** Address, headers and body of a request. Blobs whose bytes nobody has read yet must at least declare a type. */
export function requestParts(operation, request, { baseURL = DEFAULT_BASE_URL, apiKey, headers } = {}) {
  const random = Array.from(crypto.getRandomValues(new Uint8Array(16)));
  const { answer, files } = callWithFiles("build", operation, request, (found) => ({
    formats: found.map(formatOf),
    random,
  }));
  const head = new Headers({ accept: request?.stream === true ? "text/event-stream" : "application/json" });
  if (apiKey) head.set("authorization", `Bearer ${apiKey}`);
  new Headers(headers).forEach((value, name) => head.set(name, value));
  head.set("content-type", answer.content_type);
  const pieces = answer.body.map((piece) => (typeof piece === "string" ? piece : bodyOf(files[piece])));
  // A Blob of pieces: no byte of a picture is copied into the memory of JavaScript.
  const body = files.length === 0 ? pieces.join("") : new Blob(pieces, { type: answer.content_type });
  return { url: String(baseURL).replace(/\/+$/, "") + answer.path, method: "POST", headers: head, body };
}

function bodyOf(file) {
  if (file.size === undefined) return asBytes(file);
  if (formatOf(file) === null && !DECLARED.test(file.type)) {
    const name = file.name ? `"${file.name}"` : "a Blob";
    const message = `image: what is in ${name} is not known, and it declares no image type; await inspectRequest(request) first`;
    throw new ImageApiError({ kind: "user", code: "missing_file_type", param: "image", message });
  }
  return file;
}

/**
 * Builds a standard fetch Request: JSON, or a form for edits with files.
 * @param {"generate" | "edit" | "respond" | "runware"} operation
 */
export function buildRequest(operation, request, options = {}) {
  const { url, ...init } = requestParts(operation, request, options);
  if (options.signal) init.signal = options.signal;
  return new Request(url, init);
}

// The files of a request: what their first bytes say.

import { ImageApiError } from "./errors.js";
import { ready } from "./instance.js";
import { callBytes, isFile } from "./packed.js";

/** So many first bytes answer for nearly every file (`HEAD_BYTES` in src/picture/mod.rs). */
const HEAD_BYTES = 64 * 1024;
/** A longer head is read once where those do not; then the whole file. */
const LONGER_HEAD_BYTES = 1024 * 1024;

/** What the head of a Blob told, so that building a request after inspecting it need not wait for bytes. */
const known = new WeakMap();

/** The bytes of an ArrayBuffer or of any view, without a copy. */
export function asBytes(value) {
  if (value instanceof Uint8Array) return value;
  if (ArrayBuffer.isView(value)) return new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
  return new Uint8Array(value);
}

/**
 * Reads the header of an image.
 * @param {Uint8Array | ArrayBuffer | ArrayBufferView} head the first bytes; 64 KiB are nearly always enough
 */
export function inspectImage(head) {
  if (!ArrayBuffer.isView(head) && Object.prototype.toString.call(head) !== "[object ArrayBuffer]") {
    const message = "head: expected a Uint8Array or an ArrayBuffer; for a Blob, await inspectRequest({ image: blob })";
    throw new ImageApiError({ kind: "user", code: "invalid_type", param: "head", message });
  }
  const bytes = asBytes(head);
  const info = callBytes("inspect", bytes);
  info.bytes = bytes.length;
  return info;
}

/** What the first bytes say, or which problem they have; undefined when only more bytes would tell. */
function facts(head, whole) {
  try {
    const info = callBytes("inspect", head);
    // Transparency or orientation may stand behind a large profile, or at the very end.
    if (!info.complete && head.length < whole) return undefined;
    info.bytes = whole;
    return info;
  } catch (error) {
    if (!["not_an_image", "truncated", "corrupt"].includes(error.code)) throw error;
    if (error.code === "truncated" && head.length < whole) return undefined;
    const { code: problem, format } = error;
    return format === undefined ? { bytes: whole, problem } : { bytes: whole, problem, format };
  }
}

async function inspectFile(file) {
  if (typeof file.slice !== "function" || file.size === undefined) {
    const bytes = asBytes(file);
    return facts(bytes, bytes.length);
  }
  let found = known.get(file);
  for (const length of [HEAD_BYTES, LONGER_HEAD_BYTES, file.size]) {
    if (found) break;
    found = facts(new Uint8Array(await file.slice(0, length).arrayBuffer()), file.size);
  }
  known.set(file, found);
  return found;
}

const DATA_URL = /^data:[^,]*;base64,/i;

/** A picture that stands in the request itself, as a data URL. */
function inspectReference(reference) {
  const url = reference?.image_url;
  const prefix = typeof url === "string" ? DATA_URL.exec(url)?.[0].length : undefined;
  if (prefix === undefined) return null;
  const whole = Math.floor(((url.length - prefix - (url.endsWith("==") ? 2 : url.endsWith("=") ? 1 : 0)) * 3) / 4);
  for (const length of [HEAD_BYTES, LONGER_HEAD_BYTES, whole]) {
    let head;
    try {
      const text = atob(url.slice(prefix, prefix + Math.ceil(length / 3) * 4));
      head = Uint8Array.from(text, (character) => character.charCodeAt(0));
    } catch {
      // No base64: what is wrong with it is the API's to say.
      return null;
    }
    const found = facts(head, Math.max(whole, head.length));
    if (found) return found;
  }
  return null;
}

const listOf = (value) => (value === undefined || value === null ? [] : Array.isArray(value) ? value : [value]);

/**
 * Reads the first bytes of the files of a request, and gives what `validate`, `normalize` and `estimateCost` take as
 * their context.
 */
export async function inspectRequest(request) {
  await ready();
  const context = {};
  const inspect = (value) => (isFileValue(value) ? inspectFile(value) : inspectReference(value));
  const images = listOf(request?.image ?? request?.images);
  if (images.length > 0) context.images = await Promise.all(images.map(inspect));
  for (const name of ["mask", "markup"]) {
    const found = request?.[name] ? await inspect(request[name]) : null;
    if (found) context[name] = found;
  }
  return context;
}

const isFileValue = (value) => typeof value === "object" && value !== null && isFile(value);

/** The format of a file by its bytes, where they are known without waiting; null where they are not. */
export function formatOf(file) {
  const found = typeof file.slice === "function" && file.size !== undefined ? known.get(file) : undefined;
  if (found) return found.format ?? null;
  if (file.size !== undefined) return null;
  const head = asBytes(file).subarray(0, HEAD_BYTES);
  return facts(head, head.length).format ?? null;
}

const nameOf = (path) => String(path).split(/[\\/]/).pop();

/** A Blob of whatever can be uploaded, or the value itself when it is no upload. Streams and responses are read whole. */
async function asFile(value) {
  if (typeof value !== "object" || value === null || isFile(value)) return value;
  if (typeof value.blob === "function") {
    const blob = await value.blob();
    const name = nameOf(new URL(value.url || "blob", "http://x").pathname);
    return new File([blob], name || "blob", { type: blob.type });
  }
  const chunks = value.data ?? value;
  if (typeof chunks[Symbol.asyncIterator] !== "function" && typeof chunks.getReader !== "function") return value;
  const parts = [];
  if (typeof chunks[Symbol.asyncIterator] === "function") for await (const part of chunks) parts.push(part);
  else for (let reader = chunks.getReader(), part; !(part = await reader.read()).done;) parts.push(part.value);
  return new File(parts, nameOf(value.name ?? value.path ?? "blob"), { type: value.type ?? "" });
}

/** The request with every upload as a Blob or bytes. */
export async function withFiles(request) {
  const whole = { ...request };
  for (const name of ["image", "mask", "markup"]) {
    const value = request[name];
    if (value === undefined) continue;
    whole[name] = Array.isArray(value) ? await Promise.all(value.map(asFile)) : await asFile(value);
  }
  return whole;
}

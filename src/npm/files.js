// The files of a request: what their first bytes say.

import { asBytes, isBytes } from "./bytes.js";
import { ImageApiError } from "./errors.js";
import { ready } from "./instance.js";
import { isFile } from "./pack.js";
import { callBytes } from "./packed.js";

/** So many first bytes answer for nearly every file (`HEAD_BYTES` in src/picture/mod.rs). */
const HEAD_BYTES = 64 * 1024;
/** A longer head is read once where those do not; then the whole file. */
const LONGER_HEAD_BYTES = 1024 * 1024;
/** No model takes a larger mask. */
const MAX_PIXEL_BYTES = 50_000_000;

/** What the head of a Blob told, so that building a request after inspecting it need not wait for bytes. */
const known = new WeakMap();

/**
 * Reads the header of an image.
 * @param {Uint8Array | ArrayBuffer | ArrayBufferView} head the first bytes; 64 KiB are nearly always enough
 */
export function inspectImage(head) {
  if (!isBytes(head)) {
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

/** The base64 of a picture that stands in the request itself, as a data URL; undefined where none does. */
function base64Of(reference) {
  const url = reference?.image_url;
  const prefix = typeof url === "string" ? DATA_URL.exec(url)?.[0].length : undefined;
  return prefix === undefined ? undefined : url.slice(prefix);
}

/** The first bytes of base64; undefined where it is none: what is wrong with it is the API's to say. */
function decoded(base64, length) {
  try {
    return Uint8Array.from(atob(base64.slice(0, Math.ceil(length / 3) * 4)), (character) => character.charCodeAt(0));
  } catch {
    return undefined;
  }
}

function inspectReference(reference) {
  const base64 = base64Of(reference);
  if (base64 === undefined) return null;
  const whole = Math.floor(((base64.length - (base64.endsWith("==") ? 2 : base64.endsWith("=") ? 1 : 0)) * 3) / 4);
  for (const length of [HEAD_BYTES, LONGER_HEAD_BYTES, whole]) {
    const head = decoded(base64, length);
    if (head === undefined) return null;
    const found = facts(head, Math.max(whole, head.length));
    if (found) return found;
  }
  return null;
}

/** All bytes of a file, or of a picture that stands in the request itself; undefined where it cannot be read. */
async function wholeOf(value) {
  if (!isFileValue(value)) return decoded(base64Of(value), Infinity);
  return typeof value.arrayBuffer === "function" ? new Uint8Array(await value.arrayBuffer()) : asBytes(value);
}

const listOf = (value) => (value === undefined || value === null ? [] : Array.isArray(value) ? value : [value]);

/** The module for pixels, from what `inspectRequest` was given: the module, or what imports it. */
async function pixelsFrom(source) {
  const module = await (typeof source === "function" ? source() : source);
  if (typeof module?.maskTransparency !== "function") {
    const message = 'pixels: expected () => import("gpt-image-edge/pixels"), or what that gives';
    throw new ImageApiError({ kind: "user", code: "invalid_argument", param: "pixels", message });
  }
  await module.default?.();
  return module;
}

/** Adds to the header's facts of a mask how much of it is transparent, where only its pixels can tell. */
async function withTransparency(found, value, source) {
  // Without alpha the header says it all, and larger files are refused for their size.
  if (!found.has_alpha || found.transparency || found.bytes > MAX_PIXEL_BYTES) return found;
  const { maskTransparency } = await pixelsFrom(source);
  const bytes = await wholeOf(value);
  let seen;
  try {
    seen = { ...found, transparency: maskTransparency(bytes) };
  } catch (error) {
    // What is too large to be decoded stays unknown; damage of the pixels is damage of the file.
    if (error?.code === "too_large") return found;
    if (error?.code !== "truncated" && error?.code !== "corrupt") throw error;
    seen = { bytes: found.bytes, problem: error.code, format: found.format };
  }
  if (known.has(value)) known.set(value, seen);
  return seen;
}

/**
 * Reads the first bytes of the files of a request, and gives what `validate`, `normalize` and `estimateCost` take as
 * their context. With `pixels` it also decodes the mask and the markup, to say how much of them is transparent.
 */
export async function inspectRequest(request, { pixels } = {}) {
  await ready();
  const context = {};
  const inspect = (value) => (isFileValue(value) ? inspectFile(value) : inspectReference(value));
  const images = listOf(request?.image ?? request?.images);
  if (images.length > 0) context.images = await Promise.all(images.map(inspect));
  for (const name of ["mask", "markup"]) {
    const value = request?.[name];
    const found = value ? await inspect(value) : null;
    if (found) context[name] = pixels === undefined ? found : await withTransparency(found, value, pixels);
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

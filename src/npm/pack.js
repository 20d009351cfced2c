// Values to the bytes that src/js/packed/mod.rs describes. Reading a property costs nanoseconds here and a hundred times as
// much from inside the module, so requests are packed on this side.

import { ImageApiError } from "./errors.js";
import { bytes, look, view } from "./memory.js";
import { FIELDS, isPlain, last, lastIndices, lastValues } from "./plain.js";

const NULL = 0;
const FALSE = 1;
const TRUE = 2;
const NUMBER = 3;
const TEXT = 4;
const LIST = 5;
const OBJECT = 6;
const FILE = 7;
/** A text of which only the length matters. */
const STAND_IN = 8;
const FIRST_WORD = 32;
const MAX_DEPTH = 64;
const MAX_ITEMS = 1 << 22;
/** Longer texts are never words, and longer ones are encoded by the runtime rather than here. */
const LONGEST_WORD = 32;
const LONGEST_LOOP = 48;
/** A field's word, and a value of at most 32 UTF-16 units with its tag and length; and what ends the request. */
const PLAIN_BYTES = 103;
/** Shorter texts are packed as fast as their length; longer ones may have no stand-in (src/js/packed/read.rs). */
const SHORTEST_STAND_IN = 8;
export const LONGEST_STAND_IN = 10_000;
/** Buffers that one large request made larger than this are given back. */
const KEEP_BYTES = 1 << 20;

/** What is packed of a prompt: all of it, or what has the same length in UTF-16 units or in UTF-8 bytes. */
export const WHOLE = 0;
export const BY_UNITS = 1;
export const BY_BYTES = 2;
let promptAs = WHOLE;

const encoder = new TextEncoder();

let numberOfWord = new Map();
/** The words that begin the fields of a request which was taken apart, by their numbers there. */
let wordOfField = [];
let wordOfPrompt = 0;

/** Where the input buffer begins, where it ends, and where the next byte goes. */
let base = 0;
let limit = 0;
let at = 0;

/** Begins anew, with the words of another instance. */
export function learnWords(words) {
  limit = 0;
  numberOfWord = new Map(words.map((word, index) => [word, FIRST_WORD + index]));
  wordOfField = FIELDS.map((name) => numberOfWord.get(name));
  wordOfPrompt = numberOfWord.get("prompt");
}

/** How many bytes have been packed. */
export const packed = () => at - base;

/** Makes room for so many more bytes of input. */
function reserve(exports, length) {
  if (at + length <= limit) return;
  const used = at - base;
  const wanted = Math.max(4096, used + length);
  base = exports.input(wanted) >>> 0;
  limit = base + wanted;
  at = base + used;
  look();
}

/** Gives the buffers back that a large request or answer, of so many bytes, has left. */
export function tidy(exports, length) {
  if (length <= KEEP_BYTES && limit - base <= KEEP_BYTES) return;
  exports.shrink(KEEP_BYTES);
  base = limit = at = 0;
}

/** Counts what begins: a getter of the request that is being packed may call the package, which packs something else. */
let begun = 0;

/** Refuses what has called the package while it was read: the request would be a mixture of two. */
function refuseNested(before, name) {
  if (begun === before) return;
  throw new ImageApiError({
    kind: "user",
    code: "nested_call",
    param: String(name),
    message: `${String(name)}: reading it calls gpt-image-edge; call it before, and put the value here`,
  });
}

export function begin(exports) {
  begun++;
  items = 0;
  look();
  at = base;
  if (files.length > 0) files = [];
  reserve(exports, 1024);
}

/** The files of the request that is being packed, by their numbers. */
export let files = [];

/** Packs bytes as they are. */
export function packBytes(exports, source) {
  begin(exports);
  reserve(exports, source.length);
  bytes.set(source, base);
}

function putLength(value) {
  view.setUint32(at, value, true);
  at += 4;
}

function putText(exports, text) {
  const length = text.length;
  if (length <= LONGEST_WORD) {
    const word = numberOfWord.get(text);
    if (word !== undefined) {
      reserve(exports, 1);
      bytes[at++] = word;
      return;
    }
  }
  // A UTF-16 unit is at most three bytes of UTF-8.
  reserve(exports, 5 + length * 3);
  bytes[at++] = TEXT;
  const lengthAt = at;
  at += 4;
  const start = at;
  if (length <= LONGEST_LOOP) {
    let index = 0;
    for (; index < length; index++) {
      const unit = text.charCodeAt(index);
      if (unit >= 0x80) break;
      bytes[at++] = unit;
    }
    if (index === length) return view.setUint32(lengthAt, length, true);
    at = start;
  }
  at += encoder.encodeInto(text, bytes.subarray(start, start + length * 3)).written;
  view.setUint32(lengthAt, at - start, true);
}

const tagOf = (value) => Object.prototype.toString.call(value);

/** What of a value is a file: a Blob or File of any realm, an ArrayBuffer, a view of one. */
export function isFile(value) {
  if (ArrayBuffer.isView(value)) return true;
  const tag = tagOf(value);
  return tag === "[object Blob]" || tag === "[object File]" || tag === "[object ArrayBuffer]";
}

function putFile(exports, value) {
  reserve(exports, 9);
  bytes[at++] = FILE;
  view.setFloat64(at, value.size ?? value.byteLength, true);
  at += 8;
  putText(exports, typeof value.type === "string" ? value.type : "");
  putText(exports, typeof value.name === "string" ? value.name : "");
  files.push(value);
}

export function pack(exports, request, context, how) {
  promptAs = how;
  try {
    begin(exports);
    put(exports, request, 0);
    put(exports, context, 0);
  } finally {
    promptAs = WHOLE;
  }
}

/** Packs the request that was taken apart last, with nothing beside it. */
export function packPlain(exports, how) {
  const { prompt, model, count } = last;
  begin(exports);
  bytes[at++] = OBJECT;
  putLength(count + (model === undefined ? 1 : 2));
  bytes[at++] = wordOfPrompt;
  putPrompt(exports, prompt, how);
  reserve(exports, 2 * PLAIN_BYTES);
  if (model !== undefined) {
    bytes[at++] = wordOfField[0];
    put(exports, model, 1);
  }
  for (let index = 0; index < count; index++) {
    reserve(exports, PLAIN_BYTES);
    bytes[at++] = wordOfField[lastIndices[index]];
    put(exports, lastValues[index], 1);
  }
  bytes[at++] = NULL;
}

function putPrompt(exports, prompt, how) {
  if (how === WHOLE || !canStandIn(prompt)) return putText(exports, prompt);
  bytes[at++] = STAND_IN;
  putLength(how === BY_UNITS ? prompt.length : utf8Length(exports, prompt));
}

/** Bytes of UTF-8; at most three for each UTF-16 unit. */
export function utf8Length(exports, text) {
  const length = text.length;
  if (length <= LONGEST_LOOP) {
    let index = 0;
    while (index < length && text.charCodeAt(index) < 0x80) index++;
    if (index === length) return length;
  }
  reserve(exports, length * 3);
  return encoder.encodeInto(text, bytes.subarray(at, at + length * 3)).written;
}

/** Whether all that can be said of a prompt follows from its length. */
const canStandIn = (text) => isPlain(text) && text.length >= SHORTEST_STAND_IN && text.length <= LONGEST_STAND_IN;

export function put(exports, value, depth) {
  switch (typeof value) {
    case "string":
      return putText(exports, value);
    case "number":
      reserve(exports, 9);
      bytes[at++] = NUMBER;
      view.setFloat64(at, value, true);
      at += 8;
      return;
    case "boolean":
      reserve(exports, 1);
      bytes[at++] = value ? TRUE : FALSE;
      return;
    case "bigint":
      return put(exports, Number(value), depth);
    case "object":
      if (value !== null) return putObject(exports, value, depth);
  }
  // As JSON.stringify has it, what stands in a list and has no JSON form is null.
  reserve(exports, 1);
  bytes[at++] = NULL;
}

/** How much stands in the lists and objects that are being packed. */
let items = 0;

/** A list may claim any length and hold nothing, and a list of the same lists is larger than what the caller holds. */
function countItems(more) {
  items += more;
  if (items <= MAX_ITEMS) return;
  const message = `request: its lists and objects have more than ${MAX_ITEMS} items in all, which are not read`;
  throw new ImageApiError({ kind: "user", code: "list_too_long", message });
}

function putObject(exports, value, depth) {
  if (depth >= MAX_DEPTH)
    throw new ImageApiError({
      kind: "user",
      code: "too_deep",
      message: `request: nested deeper than ${MAX_DEPTH} levels`,
    });
  const mine = begun;
  if (Array.isArray(value)) {
    countItems(value.length);
    reserve(exports, 5);
    bytes[at++] = LIST;
    putLength(value.length);
    for (let index = 0; index < value.length; index++) {
      const item = value[index];
      refuseNested(mine, index);
      put(exports, item, depth + 1);
    }
    return;
  }
  const prototype = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null && isFile(value)) return putFile(exports, value);
  if (typeof value.toJSON === "function") {
    const json = value.toJSON();
    refuseNested(mine, "toJSON");
    return put(exports, json, depth + 1);
  }
  reserve(exports, 5);
  bytes[at++] = OBJECT;
  const countAt = at - base;
  at += 4;
  let count = 0;
  for (const name in value) {
    // As JSON.stringify has it, what is inherited does not count.
    if (!Object.hasOwn(value, name)) continue;
    const field = value[name];
    refuseNested(mine, name);
    const type = typeof field;
    if (type === "undefined" || type === "function" || type === "symbol") continue;
    count++;
    countItems(1);
    putText(exports, name);
    if (promptAs !== WHOLE && depth === 0 && name === "prompt" && canStandIn(field)) {
      reserve(exports, 5);
      putPrompt(exports, field, promptAs);
    } else put(exports, field, depth + 1);
  }
  view.setUint32(base + countAt, count, true);
}

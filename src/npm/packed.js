// Values to and from the bytes that src/js/packed/mod.rs describes. Reading a property costs nanoseconds here and a
// hundred times as much from inside the module, so requests are packed on this side.

import { acceptedReport } from "./accepted.js";
import { ImageApiError } from "./errors.js";
import { crashed, live, onStart } from "./instance.js";
import { FIELDS, isPlain, last, lastIndices, lastValues } from "./plain.js";
import {
  copyOfIssue,
  forget,
  lookAt,
  recallEstimate,
  recallReport,
  rememberEstimate,
  rememberReport,
} from "./recall.js";

const [NULL, FALSE, TRUE, NUMBER, TEXT, LIST, OBJECT, FILE] = [0, 1, 2, 3, 4, 5, 6, 7];
/** Going in: a text of which only the length matters. Coming out: a value that is absent. */
const STAND_IN = 8;
const ABSENT = 8;
const DAY = 9;
const STATIC = 10;
const END = 11;
const ESTIMATE = 12;
const REPORT = 13;
const COST = 14;
const CODE = 15;
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
const LONGEST_STAND_IN = 10_000;
/** What an export answers when the stand-in would not do. */
const NEEDS_TEXT = 0xffff_ffff;
/** Buffers that one large request made larger than this are given back. */
const KEEP_BYTES = 1 << 20;

/** As `Operation::ALL` in src/request/mod.rs begins; the module tells which more it knows. */
const GENERATE = 0;
/** Generations and edits. */
const LAST_OF_IMAGES_API = 1;

const encoder = new TextEncoder();
const decoder = new TextDecoder();

let memory;
let numberOfWord = new Map();
/** The words that begin the fields of a request which was taken apart, by their numbers there. */
let wordOfField = [];
let wordOfPrompt = 0;
let tables;

/** The whole memory of the module, as bytes and as numbers. A new one after each growth. */
let bytes = new Uint8Array(0);
let view = new DataView(bytes.buffer);
/** Where the input buffer begins, where it ends, and where the next byte goes. */
let base = 0;
let limit = 0;
let at = 0;
/** What is packed of a prompt: all of it, or what has the same length in UTF-16 units or in UTF-8 bytes. */
const [WHOLE, BY_UNITS, BY_BYTES] = [0, 1, 2];
let promptAs = WHOLE;

/** When the memory grows, the old views have no bytes any more; asking them is cheaper than asking the memory. */
function look() {
  if (bytes.length === 0) {
    bytes = new Uint8Array(memory.buffer);
    view = new DataView(memory.buffer);
  }
}

onStart((exports) => {
  memory = exports.memory;
  bytes = new Uint8Array(memory.buffer);
  view = new DataView(memory.buffer);
  limit = 0;
  statics.clear();
  forget();
  const lists = receive(exports, exports.words() >>> 0)
    .trimEnd()
    .split("\n\n");
  const [words, fields, kinds, notes, bases, operations, sources, codes] = lists.map((list) => list.split("\n"));
  numberOfWord = new Map(words.map((word, index) => [word, FIRST_WORD + index]));
  wordOfField = FIELDS.map((name) => numberOfWord.get(name));
  wordOfPrompt = numberOfWord.get("prompt");
  tables = { codes: codes.map((line) => codeOf(line, sources)), fields, kinds, notes, bases, operations };
});

/** A code with its severity and its source, which src/js/packed/tables.rs tells by a letter before the name. */
const codeOf = (line, sources) => [
  line.slice(1),
  line < "a" ? "error" : "warning",
  sources[(line.charCodeAt(0) & 31) - 1],
];

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

function begin(exports) {
  begun++;
  look();
  at = base;
  if (files.length > 0) files = [];
  reserve(exports, 1024);
}

/** The files of the request that is being packed, by their numbers. */
let files = [];

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

function pack(exports, request, context, how) {
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
function packPlain(exports, how) {
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
function utf8Length(exports, text) {
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

function put(exports, value, depth) {
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

function putObject(exports, value, depth) {
  if (depth >= MAX_DEPTH)
    throw new ImageApiError({
      kind: "user",
      code: "too_deep",
      message: `request: nested deeper than ${MAX_DEPTH} levels`,
    });
  const mine = begun;
  if (Array.isArray(value)) {
    // A list may claim any length and hold nothing.
    if (value.length > MAX_ITEMS)
      throw new ImageApiError({
        kind: "user",
        code: "list_too_long",
        message: `request: a list of ${value.length} items; at most ${MAX_ITEMS} are read`,
      });
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
    putText(exports, name);
    if (promptAs !== WHOLE && depth === 0 && name === "prompt" && canStandIn(field)) {
      reserve(exports, 5);
      putPrompt(exports, field, promptAs);
    } else put(exports, field, depth + 1);
  }
  view.setUint32(base + countAt, count, true);
}

/** Where the answer is being read: its tags, and its texts decoded as one. */
let texts = "";
let textAt = 0;

function get() {
  const tag = bytes[at++];
  if (tag === STATIC) return getStatic();
  if (tag === REPORT) return getReport();
  if (tag === ESTIMATE) return getEstimate();
  switch (tag) {
    case FALSE:
      return false;
    case TRUE:
      return true;
    case NUMBER: {
      const value = view.getFloat64(at, true);
      at += 8;
      return value;
    }
    case TEXT: {
      const start = textAt;
      textAt += getLength();
      return texts.slice(start, textAt);
    }
    case LIST: {
      const items = [];
      while (bytes[at] !== END) items.push(get());
      at++;
      return items;
    }
    case OBJECT: {
      const value = {};
      while (bytes[at] !== END) {
        const name = get();
        if (name === "__proto__")
          Object.defineProperty(value, name, { value: get(), enumerable: true, configurable: true, writable: true });
        else value[name] = get();
      }
      at++;
      return value;
    }
    case COST:
      return getCost();
    case DAY:
      return dayOf(get());
    case CODE:
      return tables.codes[bytes[at++]][0];
    case ABSENT:
      return undefined;
    case FILE:
      return files[getLength()];
    default:
      return null;
  }
}

/** The module's own texts that have been read, by their addresses. */
const statics = new Map();

function getStatic() {
  const address = getLength();
  const length = getLength();
  let text = statics.get(address);
  // One text may begin as another one does and lie at the same place.
  if (text === undefined || text.length !== length) {
    text = decoder.decode(bytes.subarray(address, address + length));
    statics.set(address, text);
  }
  return text;
}

/** Days as texts: an estimate tells the same one again and again. */
const days = new Map();

function dayOf(number) {
  let text = days.get(number);
  if (text === undefined) {
    text = new Date(number * 86_400_000).toISOString().slice(0, 10);
    if (days.size > 100) days.clear();
    days.set(number, text);
  }
  return text;
}

/** As src/js/packed/compact.rs writes reports. */
function getReport() {
  const ok = bytes[at++] === TRUE;
  const issues = new Array(getLength());
  for (let index = 0; index < issues.length; index++) issues[index] = getIssue();
  return { ok, issues };
}

/** In place of a field's number. */
const PATH = 255;
const APPLICABILITY = [undefined, "safe", "unsafe", "display_only"];

function getIssue() {
  const [code, severity, source] = tables.codes[bytes[at++]];
  const field = bytes[at++];
  const param = field === PATH ? get() : tables.fields[field];
  const path = field === PATH ? get() : [param];
  const message = get();
  const given = get();
  const allowed = get();
  const applicability = APPLICABILITY[bytes[at++]];
  const fix = applicability === undefined ? undefined : getFix(applicability);
  if (given !== undefined && allowed !== undefined && fix !== undefined)
    return { severity, code, param, path, message, given, allowed, fix, source };
  const issue = { severity, code, param, path, message };
  if (given !== undefined) issue.given = given;
  if (allowed !== undefined) issue.allowed = allowed;
  if (fix !== undefined) issue.fix = fix;
  issue.source = source;
  return issue;
}

function getFix(applicability) {
  const value = get();
  return value === undefined ? { applicability } : { value, applicability };
}

/** As src/js/packed/compact.rs writes estimates. */
function getEstimate() {
  const currency = "USD";
  const model = get();
  const min = getBare();
  const expected = getBareOrNull();
  const max = getBareOrNull();
  const basis = tables.bases[bytes[at++]];
  const estimate =
    model === undefined ? { currency, min, expected, max, basis } : { currency, model, min, expected, max, basis };
  if (bytes[at++] === TRUE) estimate.by_tokens = getRange();
  if (bytes[at++] === TRUE) estimate.by_table = getRange();
  const day = getBareOrNull();
  if (day !== null) estimate.prices_as_of = dayOf(day);
  estimate.notes = new Array(bytes[at++]);
  for (let index = 0; index < estimate.notes.length; index++) estimate.notes[index] = tables.notes[bytes[at++]];
  estimate.items = new Array(bytes[at++]);
  for (let index = 0; index < estimate.items.length; index++) {
    const kind = tables.kinds[bytes[at++]];
    const tokens = bytes[at++] === TRUE ? getRange() : undefined;
    estimate.items[index] = tokens === undefined ? { kind, usd: getRange() } : { kind, tokens, usd: getRange() };
  }
  return estimate;
}

/** As src/js/packed/compact.rs writes costs. */
function getCost() {
  const cost = { currency: "USD", usd: getBare(), usd_text: get(), items: new Array(bytes[at++]) };
  for (let index = 0; index < cost.items.length; index++)
    cost.items[index] = { kind: tables.kinds[bytes[at++]], tokens: getBare(), usd: getBare() };
  const notes = getTexts(bytes[at++]);
  if (notes.length > 0) cost.notes = notes;
  const unknown = getTexts(getLength());
  if (unknown.length > 0) cost.unknown_fields = unknown;
  return cost;
}

function getTexts(count) {
  const list = new Array(count);
  for (let index = 0; index < count; index++) list[index] = get();
  return list;
}

const getRange = () => ({ min: getBare(), expected: getBareOrNull(), max: getBareOrNull() });

function getBare() {
  at += 8;
  return view.getFloat64(at - 8, true);
}

/** What is unknown crosses as NaN. */
function getBareOrNull() {
  const value = getBare();
  return value === value ? value : null;
}

function getLength() {
  const value = view.getUint32(at, true);
  at += 4;
  return value;
}

/** Reads the answer of `length` bytes that the module has just written. */
function receive(exports, length) {
  look();
  at = exports.output() >>> 0;
  const textsLength = getLength();
  const textsAt = getLength();
  texts = textsLength === 0 ? "" : decoder.decode(bytes.subarray(textsAt, textsAt + textsLength));
  textAt = 0;
  const value = get();
  texts = "";
  // What follows packs from the start again; a large text is not kept alive on either side.
  at = base;
  if (length > KEEP_BYTES || limit - base > KEEP_BYTES) shrink(exports);
  return value;
}

function shrink(exports) {
  exports.shrink(KEEP_BYTES);
  base = limit = at = 0;
}

function answer(exports, length) {
  if (length === 0) {
    if (limit - base > KEEP_BYTES) shrink(exports);
    return undefined;
  }
  const value = receive(exports, length);
  if (value !== null && value.failure !== undefined) throw new ImageApiError({ kind: "user", ...value.failure });
  return value;
}

function numberOf(operation) {
  const number = tables.operations.indexOf(operation);
  if (number >= 0) return number;
  const allowed = tables.operations.map((word) => `"${word}"`).join(", ");
  const message = `operation: ${JSON.stringify(operation) ?? typeof operation} is none; allowed are ${allowed}`;
  throw new ImageApiError({ kind: "user", code: "invalid_argument", param: "operation", message });
}

/**
 * Calls an export with an operation, a request and what is known beside it.
 * @returns the answer, or undefined where there was nothing to say
 */
export function callOperation(name, operation, request, context, further) {
  const exports = live();
  const number = numberOf(operation);
  begin(exports);
  put(exports, request, 0);
  put(exports, context, 0);
  let length;
  try {
    length = exports[name](number, at - base, Date.now(), further) >>> 0;
  } catch (error) {
    throw crashed(error);
  }
  return answer(exports, length);
}

/** Whether an answer may have been given before; what is known beside a request makes each one its own. */
const mayBeKnown = (number, context) => number <= LAST_OF_IMAGES_API && (context === undefined || context === null);

/** Whether nothing is known beside a request. */
function isEmpty(context) {
  if (context === undefined || context === null) return true;
  if (Object.getPrototypeOf(context) !== Object.prototype) return false;
  for (const name in context) if (context[name] !== undefined) return false;
  return true;
}

/** What the module says of a model; see src/npm/accepted.js. */
const askForTable = (model, now) => call("accepted", model, undefined, now);

/** What a request will cost. Of a prompt that is only its length in bytes, so no more is packed. */
export function callEstimate(operation, request, context) {
  const exports = live();
  const number = numberOf(operation);
  const now = Date.now();
  const recallable = mayBeKnown(number, context);
  const plain = number <= LAST_OF_IMAGES_API && isEmpty(context) && lookAt(number, request, now);
  let promptBytes;
  // A longer one would be encoded twice, and its buffer kept where the answer is recalled.
  if (plain && recallable && last.prompt.length <= LONGEST_STAND_IN) {
    begin(exports);
    promptBytes = utf8Length(exports, last.prompt);
    const known = recallEstimate(promptBytes);
    if (known !== undefined) return known;
  }
  if (plain) packPlain(exports, BY_BYTES);
  else pack(exports, request, context, number <= LAST_OF_IMAGES_API ? BY_BYTES : WHOLE);
  let length;
  try {
    length = exports.estimate(number, at - base, now) >>> 0;
  } catch (error) {
    throw crashed(error);
  }
  const estimate = answer(exports, length);
  if (promptBytes !== undefined) rememberEstimate(promptBytes, estimate);
  return estimate;
}

/**
 * Checks a request. Of a prompt that is not blank the rules want to know its length only, so at first no more is packed;
 * should it be too long, all of it follows.
 */
export function callValidate(operation, request, context) {
  const exports = live();
  const number = numberOf(operation);
  const now = Date.now();
  const recallable = mayBeKnown(number, context);
  const plain = number <= LAST_OF_IMAGES_API && isEmpty(context) && lookAt(number, request, now);
  if (plain) {
    if (number === GENERATE) {
      const found = acceptedReport(askForTable, now);
      if (found !== undefined) return { ok: found.ok, issues: found.issues.map(copyOfIssue) };
    }
    if (recallable) {
      const known = recallReport();
      if (known !== undefined) return known;
    }
  }
  let length = NEEDS_TEXT;
  if (number <= LAST_OF_IMAGES_API) {
    if (plain) packPlain(exports, BY_UNITS);
    else pack(exports, request, context, BY_UNITS);
    length = checked(exports, number, now, true);
  }
  if (length === NEEDS_TEXT) {
    pack(exports, request, context, WHOLE);
    length = checked(exports, number, now, false);
  }
  const report = answer(exports, length) ?? { ok: true, issues: [] };
  if (plain && recallable) rememberReport(report);
  return report;
}

function checked(exports, number, now, standIn) {
  try {
    return exports.validate(number, at - base, now, standIn) >>> 0;
  } catch (error) {
    throw crashed(error);
  }
}

/**
 * The same for an export that wants to know more about the request's files.
 * @param {(files: unknown[]) => unknown} describe what to pack after the request
 */
export function callWithFiles(name, operation, request, describe) {
  const exports = live();
  const number = numberOf(operation);
  begin(exports);
  put(exports, request, 0);
  const found = files;
  // Describing may use the same buffer: it comes first, and then everything is packed again.
  const described = describe(found);
  begin(exports);
  put(exports, request, 0);
  put(exports, described, 0);
  return { answer: invoke(exports, () => exports[name](number, at - base)), files: found };
}

/** Calls an export with packed values and a time, which is that of day unless told otherwise. */
export function call(name, first, second, time = Date.now()) {
  const exports = live();
  begin(exports);
  put(exports, first, 0);
  put(exports, second, 0);
  return invoke(exports, () => exports[name](at - base, time));
}

/** Tells a session what has happened, with two packed values. */
export function callTold(number, event, first, second, ...numbers) {
  const exports = live();
  begin(exports);
  put(exports, first, 0);
  put(exports, second, 0);
  return invoke(exports, () => exports.session_event(number, event, at - base, ...numbers));
}

/** Tells a session what has happened where that needs no values; it is called for every chunk of a reply. */
export function callEvent(number, event, chunkLength, now, dice) {
  const exports = live();
  let length;
  try {
    length = exports.session_event(number, event, chunkLength, now, dice, 0) >>> 0;
  } catch (error) {
    throw crashed(error);
  }
  return length === 0 ? undefined : answer(exports, length);
}

/** Calls an export with numbers only; its answer is a number. */
export function callRaw(name, ...numbers) {
  const exports = live();
  try {
    return exports[name](...numbers);
  } catch (error) {
    throw crashed(error);
  }
}

/** A view of the module's memory, which the next call may end. */
export function viewOf(address, length) {
  look();
  return bytes.subarray(address, address + length);
}

/** Puts bytes where the module reads them. */
export function putBytes(address, source) {
  look();
  bytes.set(source, address);
}

/** Calls an export with bytes as they are. */
export function callBytes(name, source) {
  const exports = live();
  begin(exports);
  reserve(exports, source.length);
  bytes.set(source, base);
  return invoke(exports, () => exports[name](source.length));
}

function invoke(exports, work) {
  let length;
  try {
    length = work() >>> 0;
  } catch (error) {
    throw crashed(error);
  }
  return answer(exports, length);
}

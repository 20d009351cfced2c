// What the module has written, by src/js/packed/mod.rs, to values.

import { bytes, look, view } from "./memory.js";
import { files } from "./pack.js";

const FALSE = 1;
const TRUE = 2;
const NUMBER = 3;
const TEXT = 4;
const LIST = 5;
const OBJECT = 6;
const FILE = 7;
const ABSENT = 8;
const STATIC = 10;
const END = 11;
const ESTIMATE = 12;
const REPORT = 13;
const COST = 14;
const CODE = 15;

// A mark at the beginning is a part of its text: left away, all texts after it would move.
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/** The texts that cross as numbers. */
export let tables;

/** Begins anew, with the texts of another instance; gives the words that requests are made of. */
export function learnTables(exports) {
  statics.clear();
  exports.words();
  // The words begin with the fields, so that a field's number is its word's.
  const lists = unpack(exports).trimEnd().split("\n\n");
  const [words, kinds, notes, bases, operations, sources, codes] = lists.map((list) => list.split("\n"));
  tables = { codes: codes.map((line) => codeOf(line, sources)), words, kinds, notes, bases, operations };
  return words;
}

/** A code with its severity and its source, which src/js/packed/tables.rs tells by a letter before the name. */
const codeOf = (line, sources) => [
  line.slice(1),
  line < "a" ? "error" : "warning",
  sources[(line.charCodeAt(0) & 31) - 1],
];

/** Reads the answer that the module has just written. */
export function unpack(exports) {
  look();
  at = exports.output() >>> 0;
  const textsLength = getLength();
  const textsAt = getLength();
  texts = textsLength === 0 ? "" : decoder.decode(bytes.subarray(textsAt, textsAt + textsLength));
  textAt = 0;
  const value = get();
  texts = "";
  return value;
}

/** Where the answer is being read: its tags, and its texts decoded as one. */
let at = 0;
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
    case NUMBER:
      return getBare();
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
  const param = field === PATH ? get() : tables.words[field];
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

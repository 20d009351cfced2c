// Reports of requests that were checked before, so that a form which checks at each key stroke, and a server whose callers
// ask for the same few things, do not check again.
//
// What the rules of the Images API say follows from the day, the catalogue, the values of the fields, and of the prompt
// only its length, when it is not blank. So the report of a request whose prompt is no longer than one that had no
// problem is known when the same values have been checked before, whatever the prompt.

/** As `Field::ALL` in src/request/field.rs, those whose values are words, numbers and flags. */
const FIELDS = [
  "model",
  "n",
  "size",
  "quality",
  "background",
  "output_format",
  "output_compression",
  "input_fidelity",
  "moderation",
  "stream",
  "partial_images",
  "complexity",
  "frame_count",
  "frame_duration_ms",
  "response_format",
  "style",
];
const indexOf = new Map(FIELDS.map((name, index) => [name, index]));
const MODEL = 0;
/** Longer texts are nobody's words. */
const LONGEST_WORD = 32;
/** Values have a bit each. */
const MAX_VALUES = 32;
const MAX_KINDS = 64;
const MAX_REPORTS = 256;
const DAY_MS = 86_400_000;

/** What is known of requests for one model with the same fields. */
class Kind {
  /** Of each field, its values that have been seen, and which bit each of them has. */
  bits = FIELDS.map(() => new Map());
  seen = 0;
  /** By the bits of a request's values: its issues, and how long a prompt was fine. */
  reports = new Map();
}

let kinds = new Map();
let day = 0;

/** Forgets all: the rules have changed. */
export function forget() {
  kinds = new Map();
}

/** What the request that was looked at last consists of; `operation` is below 0 when nothing can be known of it. */
const last = { operation: -1, fields: 0, model: undefined, promptLength: 0, count: 0 };
const lastIndices = new Array(FIELDS.length);
const lastValues = new Array(FIELDS.length);

/**
 * The report of a request, if it is known.
 * @param {number} operation its place among the operations
 * @param {number} now in milliseconds since 1970: what is all right may not be so tomorrow
 */
export function recall(operation, request, now) {
  if (!look(request)) {
    last.operation = -1;
    return undefined;
  }
  last.operation = operation;
  const today = Math.floor(now / DAY_MS);
  if (today !== day) {
    day = today;
    forget();
  }
  const kind = kinds.get(keyOfLast())?.get(last.model);
  if (kind === undefined) return undefined;
  let all = 0;
  for (let at = 0; at < last.count; at++) {
    const bit = kind.bits[lastIndices[at]].get(lastValues[at]);
    if (bit === undefined) return undefined;
    all |= 1 << bit;
  }
  const known = kind.reports.get(all);
  if (known === undefined || last.promptLength > known.longestPrompt) return undefined;
  // The caller may do with it what he likes.
  return { ok: known.ok, issues: known.issues.map(copyOf) };
}

/** Learns the report of the request that was looked at last. */
export function remember({ ok, issues }) {
  if (last.operation < 0 || issues.some(({ param }) => param === "prompt")) return;
  const key = keyOfLast();
  let models = kinds.get(key);
  if (models === undefined) {
    if (kinds.size >= MAX_KINDS) forget();
    kinds.set(key, (models = new Map()));
  }
  let kind = models.get(last.model);
  if (kind === undefined || kind.seen + last.count > MAX_VALUES || kind.reports.size >= MAX_REPORTS) {
    if (models.size >= MAX_KINDS) models.clear();
    models.set(last.model, (kind = new Kind()));
  }
  let all = 0;
  for (let at = 0; at < last.count; at++) {
    const bits = kind.bits[lastIndices[at]];
    let bit = bits.get(lastValues[at]);
    if (bit === undefined) bits.set(lastValues[at], (bit = kind.seen++));
    all |= 1 << bit;
  }
  kind.reports.set(all, { longestPrompt: last.promptLength, ok, issues: issues.map(copyOf) });
}

function copyOf(issue) {
  const copy = { ...issue, path: issue.path.slice() };
  const { allowed, fix } = issue;
  if (allowed !== undefined) copy.allowed = Array.isArray(allowed) ? allowed.slice() : { ...allowed };
  if (fix !== undefined) copy.fix = { ...fix };
  return copy;
}

const keyOfLast = () => last.fields * 2 + last.operation;

/** Takes a request apart; false when it has anything that is not a word, a number or a flag. */
function look(request) {
  if (typeof request !== "object" || request === null || Object.getPrototypeOf(request) !== Object.prototype)
    return false;
  last.fields = 0;
  last.model = undefined;
  last.promptLength = 0;
  last.count = 0;
  for (const name in request) {
    const value = request[name];
    if (name === "prompt") {
      if (!isPlain(value)) return false;
      last.promptLength = value.length;
      continue;
    }
    const index = indexOf.get(name);
    if (index === undefined) return false;
    const type = typeof value;
    if (type === "undefined") continue;
    if (type === "string" ? value.length > LONGEST_WORD : type !== "number" && type !== "boolean") return false;
    last.fields |= 1 << index;
    if (index === MODEL) last.model = value;
    else {
      lastIndices[last.count] = index;
      lastValues[last.count++] = value;
    }
  }
  return last.promptLength > 0;
}

/** Whether a prompt certainly begins with what is not white space: then the rules want to know only its length. */
export function isPlain(prompt) {
  if (typeof prompt !== "string" || prompt.length === 0) return false;
  const first = prompt.charCodeAt(0);
  return first > 0x20 && first < 0x7f;
}

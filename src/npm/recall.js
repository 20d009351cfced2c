// Answers that were given before, so that a form which asks at each key stroke, and a server whose callers ask for the same
// few things, do not compute them again.
//
// What the Images API's rules say and what a call costs follows from the day, the catalogue, the values of the fields, and
// of the prompt, when it is not blank, only from its length: in characters for the rules, which allow any length below one
// that they allowed, and in bytes for the cost.

import { forgetTables } from "./accepted.js";
import { FIELDS, last, lastIndices, lastValues, takeApart } from "./plain.js";

/** Values have a bit each. */
const MAX_VALUES = 32;
const MAX_KINDS = 64;
const MAX_ANSWERS = 256;
const DAY_MS = 86_400_000;

/** What is known of requests for one model with the same fields: the answers to each combination of values. */
class Kind {
  /** Of each field, its values that have been seen, and which bit each of them has. */
  bits = FIELDS.map(() => new Map());
  seen = 0;
  /** By the bits of a request's values. */
  answers = new Map();
}

class Answers {
  report;
  /** How long a prompt was fine, in UTF-16 units. */
  longestPrompt = 0;
  /** By the bytes of the prompt. */
  estimates = new Map();
}

let kinds = new Map();
let day = 0;
/** What the request that was looked at last is for; below 0 when nothing can be known of it. */
let operationOfLast = -1;

/** Forgets all: the rules have changed. */
export function forget() {
  kinds = new Map();
  forgetTables();
}

/**
 * Looks at a request: the functions below answer and learn about it until the next one.
 * @param {number} operation its place among the operations
 * @param {number} now in milliseconds since 1970: tomorrow the answers may be others
 * @returns {boolean} whether anything can be known of it
 */
export function lookAt(operation, request, now) {
  operationOfLast = takeApart(request) ? operation : -1;
  const today = Math.floor(now / DAY_MS);
  if (today !== day) {
    day = today;
    forget();
  }
  return operationOfLast >= 0;
}

/** What is known of the request. */
function known() {
  if (operationOfLast < 0) return undefined;
  const kind = kinds.get(keyOfLast())?.get(last.model);
  if (kind === undefined) return undefined;
  let all = 0;
  for (let at = 0; at < last.count; at++) {
    const bit = kind.bits[lastIndices[at]].get(lastValues[at]);
    if (bit === undefined) return undefined;
    all |= 1 << bit;
  }
  return kind.answers.get(all);
}

/** Where to put what is learnt of the request. */
function entry() {
  const key = keyOfLast();
  let models = kinds.get(key);
  if (models === undefined) {
    if (kinds.size >= MAX_KINDS) kinds = new Map();
    kinds.set(key, (models = new Map()));
  }
  let kind = models.get(last.model);
  if (kind === undefined || kind.seen + last.count > MAX_VALUES || kind.answers.size >= MAX_ANSWERS) {
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
  let answers = kind.answers.get(all);
  if (answers === undefined) kind.answers.set(all, (answers = new Answers()));
  return answers;
}

/** The report of the request, if it is known. The caller may do with it what he likes. */
export function recallReport() {
  const answers = known();
  if (answers?.report === undefined || last.promptLength > answers.longestPrompt) return undefined;
  const { ok, issues } = answers.report;
  return { ok, issues: issues.map(copyOfIssue) };
}

export function rememberReport({ ok, issues }) {
  if (operationOfLast < 0 || issues.some(({ param }) => param === "prompt")) return;
  const answers = entry();
  answers.longestPrompt = last.promptLength;
  answers.report = { ok, issues: issues.map(copyOfIssue) };
}

/** What the request will cost, if it is known. */
export function recallEstimate(promptBytes) {
  const estimate = known()?.estimates.get(promptBytes);
  return estimate === undefined ? undefined : copyOfEstimate(estimate);
}

export function rememberEstimate(promptBytes, estimate) {
  if (operationOfLast < 0) return;
  const { estimates } = entry();
  if (estimates.size >= MAX_ANSWERS) estimates.clear();
  estimates.set(promptBytes, copyOfEstimate(estimate));
}

export function copyOfIssue(issue) {
  const copy = { ...issue, path: issue.path.slice() };
  const { allowed, fix } = issue;
  if (allowed !== undefined) copy.allowed = Array.isArray(allowed) ? allowed.slice() : { ...allowed };
  if (fix !== undefined) copy.fix = { ...fix };
  return copy;
}

const copyOfRange = (range) => ({ min: range.min, expected: range.expected, max: range.max });

function copyOfEstimate(estimate) {
  const copy = { ...estimate, notes: estimate.notes.slice(), items: estimate.items.map(copyOfItem) };
  if (copy.by_tokens !== undefined) copy.by_tokens = copyOfRange(copy.by_tokens);
  if (copy.by_table !== undefined) copy.by_table = copyOfRange(copy.by_table);
  return copy;
}

function copyOfItem({ kind, tokens, usd }) {
  if (tokens === undefined) return { kind, usd: copyOfRange(usd) };
  return { kind, tokens: copyOfRange(tokens), usd: copyOfRange(usd) };
}

const keyOfLast = () => last.fields * 2 + operationOfLast;

// Calls of the module's exports, with what `pack.js` packs and `unpack.js` unpacks.

import { acceptedReport } from "./accepted.js";
import { ImageApiError } from "./errors.js";
import { crashed, live, onStart } from "./instance.js";
import {
  BY_BYTES,
  BY_UNITS,
  LONGEST_STAND_IN,
  WHOLE,
  begin,
  files,
  learnWords,
  pack,
  packBytes,
  packPlain,
  packed,
  put,
  tidy,
  utf8Length,
} from "./pack.js";
import { last } from "./plain.js";
import {
  copyOfIssue,
  forget,
  lookAt,
  recallEstimate,
  recallReport,
  rememberEstimate,
  rememberReport,
} from "./recall.js";
import { learnTables, tables, unpack } from "./unpack.js";

/** What an export answers when the stand-in would not do. */
const NEEDS_TEXT = 0xffff_ffff;

/** As `Operation::ALL` in src/request/mod.rs begins; the module tells which more it knows. */
const GENERATE = 0;
/** Generations and edits. */
const LAST_OF_IMAGES_API = 1;

onStart((exports) => {
  forget();
  learnWords(learnTables(exports));
});

function answer(exports, length) {
  const value = length === 0 ? undefined : unpack(exports);
  tidy(exports, length);
  if (value?.failure !== undefined) throw new ImageApiError({ kind: "user", ...value.failure });
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
  return invoke(exports, () => exports[name](number, packed(), Date.now(), further));
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
    length = exports.estimate(number, packed(), now) >>> 0;
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
    return exports.validate(number, packed(), now, standIn) >>> 0;
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
  return { answer: invoke(exports, () => exports[name](number, packed())), files: found };
}

/** Calls an export with packed values and a time, which is that of day unless told otherwise. */
export function call(name, first, second, time = Date.now()) {
  const exports = live();
  begin(exports);
  put(exports, first, 0);
  put(exports, second, 0);
  return invoke(exports, () => exports[name](packed(), time));
}

/** Tells a session what has happened, with two packed values. */
export function callTold(number, event, first, second, ...numbers) {
  const exports = live();
  begin(exports);
  put(exports, first, 0);
  put(exports, second, 0);
  return invoke(exports, () => exports.session_event(number, event, packed(), ...numbers));
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

/** Calls an export with bytes as they are. */
export function callBytes(name, source) {
  const exports = live();
  packBytes(exports, source);
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

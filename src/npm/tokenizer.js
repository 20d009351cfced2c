// Exact text tokens, by a tokenizer that is installed beside this package: its tables alone are as large as both modules.

import { ImageApiError } from "./errors.js";

const NOT_READY =
  'gpt-image-edge/tokenizer is not ready: call and await its default export first: import init from "gpt-image-edge/tokenizer"; await init();';
const NOT_INSTALLED =
  "gpt-image-edge/tokenizer: the tokenizer it uses is not installed; run npm install gpt-tokenizer, or give another: await init(tokenizer)";

/**
 * What the tokenizer takes as one piece, from this length on: it merges a piece in time that grows with the square of its
 * length. 2,048 emoji take a twentieth of a second, and the 32,000 that a prompt may have would take ten.
 */
const LONG_RUN = /[\p{L}\p{M}]{2049,}|[^\s\p{L}\p{N}]{2049,}|\s{2049,}/u;

/** Words that mark the ends of messages are ordinary text in a prompt. */
const PLAIN = { disallowedSpecial: new Set() };

let tokenizer;

function refuse(code, message, rest) {
  throw new ImageApiError({ kind: "user", code, message, ...rest });
}

async function installed() {
  try {
    return await import("gpt-tokenizer/encoding/o200k_base");
  } catch (cause) {
    return refuse("not_installed", NOT_INSTALLED, { cause });
  }
}

/** Loads the tokenizer, or takes the one that is given. Call and await it once; calling it again does nothing. */
export default async function init(given) {
  if (given === undefined && tokenizer !== undefined) return;
  const found = await (given ?? installed());
  if (typeof found?.countTokens !== "function")
    refuse("invalid_argument", "tokenizer: expected an object with a function `countTokens`", { param: "tokenizer" });
  tokenizer = found;
}

/** Whether `countTextTokens` can be called. */
export const isReady = () => tokenizer !== undefined;

/** How many tokens of o200k_base a text has. */
export function countTextTokens(text) {
  if (tokenizer === undefined) refuse("not_ready", NOT_READY);
  if (typeof text !== "string")
    refuse("invalid_type", `text: expected a string, not ${typeof text}`, { param: "text" });
  if (LONG_RUN.test(text)) {
    const message = "text: more than 2048 letters, signs or spaces without a break take too long to count";
    refuse("too_long", message, { param: "text" });
  }
  return tokenizer.countTokens(text, PLAIN);
}

// The types of gpt-image-edge/tokenizer: exact text tokens, by a tokenizer that is installed beside this package.

/** What counts: `gpt-tokenizer/encoding/o200k_base`, or another of that form. */
export interface Tokenizer {
  countTokens(text: string, options?: { disallowedSpecial?: Set<string> }): number;
}

/**
 * Loads the tokenizer. Call and await it once; calling it again does nothing.
 *
 * @param tokenizer another than the installed `gpt-tokenizer`, for pages without a bundler; an import is awaited
 * @throws {ImageApiError} with `code` `not_installed` when the optional peer dependency `gpt-tokenizer` is not there
 */
export default function init(tokenizer?: Tokenizer | Promise<Tokenizer>): Promise<void>;

/** Whether `countTextTokens` can be called. */
export function isReady(): boolean;

/**
 * How many tokens of `o200k_base` a text has: what `validate` and `estimateCost` take as `context.text_tokens`. The tokens
 * that the service puts around a prompt are not counted here; the estimate adds them.
 *
 * That image models count by `o200k_base` is not documented. It is what recorded replies show: "a siamese cat" is 4 tokens
 * and was billed as 10, and every measured call without images was billed 6 tokens more than its prompt has. With images
 * the service adds more by no published rule, so the estimate stays an interval.
 *
 * @throws {ImageApiError} with `code` `not_ready` before `init()`, and `too_long` for more than 2,048 letters, signs or
 *   spaces without a break: the tokenizer would take seconds for them. Estimate without `text_tokens` then
 * @example
 * import initTokenizer, { countTextTokens } from "gpt-image-edge/tokenizer";
 * await initTokenizer();
 * const cost = estimateCost("generate", request, { text_tokens: countTextTokens(request.prompt) });
 */
export function countTextTokens(text: string): number;

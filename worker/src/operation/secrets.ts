// Keeps an answer of an upstream that repeats the worker's own secrets from going on.

import { concat } from "../chunks.ts";
import type { Settings } from "../env.ts";

/** What no answer may hold. */
export const secretsOf = ({ apiKey, organization, project, runware }: Settings): string[] =>
  [apiKey, organization, project, runware.apiKey].filter((secret) => secret !== undefined && secret !== "") as string[];

/** The spellings in which a careless or hostile upstream would repeat a secret. */
export function spellings(secret: string): string[] {
  const hex = [...new TextEncoder().encode(secret)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  // Base64 of a text that begins at each place of a group of three, without what its neighbours change.
  const base64 = [0, 1, 2].map((shift) => btoa(" ".repeat(shift) + secret).slice(shift === 0 ? 0 : 4, -4));
  const base64url = base64.map((form) => form.replaceAll("+", "-").replaceAll("/", "_"));
  // An address may spell every byte, and in either case.
  const escaped = hex.replace(/../g, "%$&");
  const forms = [secret, hex, hex.toUpperCase(), encodeURIComponent(secret), escaped, escaped.toUpperCase()];
  return [...new Set([...forms, ...base64, ...base64url])].filter((form) => form.length >= 8);
}

/**
 * Looks for all spellings at once, and at few of the bytes: where the last two of a window are no two of a spelling, the
 * window moves on by all but one of its length (Wu and Manber, "A fast algorithm for multi-pattern searching", 1994).
 */
export class SecretWatch {
  readonly #forms: readonly Uint8Array[];
  /** Of the window: the length of the shortest. */
  readonly #window: number = 0;
  readonly #longest: number = 0;
  /** How far a window may move that ends in two bytes; 0 where a spelling may be there. */
  readonly #moves: Uint8Array = new Uint8Array();
  /** What could be the beginning of a spelling: it goes on when it is known not to be. */
  #held: Uint8Array = new Uint8Array();

  constructor(secrets: readonly string[]) {
    this.#forms = secrets.flatMap(spellings).map((form) => new TextEncoder().encode(form));
    if (this.#forms.length === 0) return;
    const lengths = this.#forms.map(({ length }) => length);
    this.#window = Math.min(255, ...lengths);
    this.#longest = Math.max(...lengths);
    this.#moves = new Uint8Array(1 << 16).fill(this.#window - 1);
    for (const form of this.#forms)
      for (let at = 1; at < this.#window; at++) {
        const pair = (form[at - 1]! << 8) | form[at]!;
        this.#moves[pair] = Math.min(this.#moves[pair]!, this.#window - 1 - at);
      }
  }

  /** What of the answer may go on with this chunk; undefined where it holds a secret. */
  pass(chunk: Uint8Array): Uint8Array | undefined {
    if (this.#forms.length === 0) return chunk;
    const bytes = this.#held.length === 0 ? chunk : concat([this.#held, chunk]);
    if (this.#isIn(bytes)) return undefined;
    let end = Math.max(0, bytes.length - this.#longest + 1);
    while (end < bytes.length && !this.#forms.some((form) => beginsAt(bytes, end, form))) end++;
    this.#held = bytes.slice(end);
    return bytes.subarray(0, end);
  }

  /** What waits when the answer has ended. */
  rest(): Uint8Array {
    return this.#held;
  }

  #isIn(bytes: Uint8Array): boolean {
    const moves = this.#moves;
    for (let end = this.#window - 1; end < bytes.length;) {
      const move = moves[(bytes[end - 1]! << 8) | bytes[end]!]!;
      if (move > 0) {
        end += move;
        continue;
      }
      const start = end - this.#window + 1;
      if (this.#forms.some((form) => start + form.length <= bytes.length && beginsAt(bytes, start, form))) return true;
      end++;
    }
    return false;
  }
}

/** Whether the bytes from a place on are those of a form, as far as there are any. */
function beginsAt(bytes: Uint8Array, start: number, form: Uint8Array): boolean {
  const end = Math.min(form.length, bytes.length - start);
  for (let at = 0; at < end; at++) if (bytes[start + at] !== form[at]) return false;
  return true;
}

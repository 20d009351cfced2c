// Keeps an answer of an upstream that repeats the worker's own secrets from going on.

import { concat } from "../multipart/reader.ts";

/** The spellings in which a careless or hostile upstream would repeat a secret. */
export function spellings(secret: string): string[] {
  const hex = [...new TextEncoder().encode(secret)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  // Base64 of a text that begins at each place of a group of three, without what its neighbours change.
  const base64 = [0, 1, 2].map((shift) => btoa(" ".repeat(shift) + secret).slice(shift === 0 ? 0 : 4, -4));
  const forms = [secret, hex, hex.toUpperCase(), encodeURIComponent(secret), ...base64];
  return [...new Set(forms)].filter((form) => form.length >= 8);
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
  #carry: Uint8Array = new Uint8Array();

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

  /** Whether the answer up to and with this chunk holds one. */
  found(chunk: Uint8Array): boolean {
    if (this.#forms.length === 0) return false;
    // What could be the beginning of one is looked at again with what follows it.
    const over = this.#longest - 1;
    const seam = concat([this.#carry, chunk.subarray(0, over)]);
    if (this.#isIn(seam) || this.#isIn(chunk)) return true;
    const end = chunk.length >= over ? chunk : seam;
    this.#carry = end.slice(Math.max(0, end.length - over));
    return false;
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
      if (this.#forms.some((form) => startsAt(bytes, start, form))) return true;
      end++;
    }
    return false;
  }
}

function startsAt(bytes: Uint8Array, start: number, form: Uint8Array): boolean {
  if (start + form.length > bytes.length) return false;
  for (let at = 0; at < form.length; at++) if (bytes[start + at] !== form[at]) return false;
  return true;
}

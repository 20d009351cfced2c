// Keeps an answer of an upstream that repeats the worker's own secrets from going on.

/** The spellings in which a careless or hostile upstream would repeat a secret. */
export function spellings(secret: string): string[] {
  const hex = [...new TextEncoder().encode(secret)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  // Base64 of a text that begins at each place of a group of three, without what its neighbours change.
  const base64 = [0, 1, 2].map((shift) => btoa(" ".repeat(shift) + secret).slice(shift === 0 ? 0 : 4, -4));
  const forms = [secret, hex, hex.toUpperCase(), encodeURIComponent(secret), ...base64];
  return [...new Set(forms)].filter((form) => form.length >= 8);
}

export class SecretWatch {
  readonly #forms: string[];
  readonly #longest: number;
  #carry = "";

  constructor(secrets: readonly string[]) {
    this.#forms = secrets.flatMap(spellings);
    this.#longest = Math.max(1, ...this.#forms.map((form) => form.length));
  }

  /** Whether the answer up to and with this chunk holds one. */
  found(chunk: Uint8Array): boolean {
    if (this.#forms.length === 0) return false;
    // One character for each byte; native searches in such a text go through megabytes in a moment.
    const text = this.#carry + new TextDecoder("latin1").decode(chunk);
    this.#carry = text.slice(1 - this.#longest);
    return this.#forms.some((form) => text.includes(form));
  }
}

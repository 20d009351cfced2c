// What an answer says beside its pictures. Base64 of megabytes is passed over, and only the rest is kept and parsed.

/** Longer strings are pictures. No text of an answer that is needed here comes near. */
const MAX_STRING = 4096;
/** The rest of an answer is small; one that is not is not an answer of the API. */
const MAX_REST = 256 * 1024;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** Takes the bytes of one JSON text, or of one event that holds one, and keeps it with its long strings emptied. */
export class Skimmer {
  readonly #kept: Uint8Array[] = [];
  #length = 0;
  /** Inside a string: how much of it was kept, and whether the last byte was a backslash that escapes the next. */
  #string = -1;
  #escaped = false;

  /** Whether the rest grew too long to be kept. */
  get overflown(): boolean {
    return this.#length > MAX_REST;
  }

  feed(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length;) {
      if (this.#string < 0) {
        const quote = bytes.indexOf(QUOTE, at);
        const end = quote < 0 ? bytes.length : quote + 1;
        this.#keep(bytes.subarray(at, end));
        if (quote >= 0) this.#string = 0;
        at = end;
      } else {
        const end = this.#endOfString(bytes, at);
        const room = Math.max(0, MAX_STRING - this.#string);
        this.#keep(bytes.subarray(at, Math.min(end, at + room)));
        this.#string += end - at;
        at = end;
        if (at < bytes.length) {
          this.#keep(bytes.subarray(at, at + 1));
          this.#string = -1;
          at++;
        }
      }
    }
  }

  /** What was kept. A cut string may end inside an escape or a character: such a text does not parse, nor need it. */
  text(): string {
    const all = new Uint8Array(this.#length);
    let at = 0;
    for (const part of this.#kept) {
      all.set(part, at);
      at += part.length;
    }
    return new TextDecoder().decode(all);
  }

  #keep(bytes: Uint8Array): void {
    if (this.overflown) return;
    // A copy: the chunk it lies in may hold megabytes that would stay with it.
    this.#kept.push(bytes.slice());
    this.#length += bytes.length;
  }

  /** Where the open string closes, or the end of the bytes. */
  #endOfString(bytes: Uint8Array, start: number): number {
    let from = start;
    if (this.#escaped && from < bytes.length) {
      this.#escaped = false;
      from++;
    }
    for (;;) {
      const quote = bytes.indexOf(QUOTE, from);
      const end = quote < 0 ? bytes.length : quote;
      let backslashes = 0;
      while (end - 1 - backslashes >= from && bytes[end - 1 - backslashes] === BACKSLASH) backslashes++;
      const odd = backslashes % 2 === 1;
      if (quote < 0) {
        this.#escaped = odd;
        return end;
      }
      if (!odd) return end;
      from = quote + 1;
    }
  }
}

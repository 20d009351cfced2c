// Where a pattern lies in bytes. Boyer-Moore-Horspool: it looks at about one byte in as many as the pattern has, and a
// boundary has dozens. Searching for the pattern's first byte instead stops at every 256th byte of a compressed picture.

/** A pattern of 1 to 255 bytes, prepared for searching. */
export class Needle {
  readonly bytes: Uint8Array;
  readonly #skip: Uint8Array;

  constructor(bytes: Uint8Array) {
    if (bytes.length < 1 || bytes.length > 255) throw new RangeError("a needle has 1 to 255 bytes");
    this.bytes = bytes;
    const last = bytes.length - 1;
    this.#skip = new Uint8Array(256).fill(bytes.length);
    for (let at = 0; at < last; at++) this.#skip[bytes[at]!] = last - at;
  }

  get length(): number {
    return this.bytes.length;
  }

  /** Where the pattern begins at or after `from`; -1 where it does not. */
  indexIn(hay: Uint8Array, from = 0): number {
    const { bytes } = this;
    const skip = this.#skip;
    const last = bytes.length - 1;
    for (let end = from + last; end < hay.length; end += skip[hay[end]!]!) {
      let back = 0;
      while (back <= last && hay[end - back] === bytes[last - back]) back++;
      if (back > last) return end - last;
    }
    return -1;
  }
}

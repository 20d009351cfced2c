// JSON with pictures in it, read as it comes: each picture stays the bytes it came as, once, and only the rest becomes text.
// A reply of 60 MB that is decoded, parsed and written again would be four times that in an isolate of 128 MB.

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const SLASH = 0x2f;
const BLOCK_BYTES = 64 * 1024;
/** Longer strings are pictures. */
const MAX_STRING = 4096;
/** Everything beside them. */
const MAX_REST = 256 * 1024;

const utf8 = new TextEncoder();

/** A long string of base64, in pieces of one size; its escapes are undone. */
export class BigString {
  readonly pieces: Uint8Array[] = [];
  /** Whether there is nothing in it but base64. */
  base64 = true;
  #block = new Uint8Array(BLOCK_BYTES);
  #used = 0;

  add(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length && this.base64;) {
      const part = bytes.subarray(at, at + BLOCK_BYTES - this.#used);
      this.#block.set(part, this.#used);
      this.#used += part.length;
      at += part.length;
      if (this.#used === BLOCK_BYTES) this.#flush();
    }
  }

  /** Takes the byte behind a backslash: the one escape that base64 may have is that of its slash. */
  addEscaped(byte: number): void {
    if (byte === SLASH) this.add(Uint8Array.of(SLASH));
    else this.#refuse();
  }

  end(): void {
    this.#flush();
    this.#block = new Uint8Array();
  }

  #flush(): void {
    const bytes = this.#block.slice(0, this.#used);
    this.#used = 0;
    // Native searches go through megabytes in a moment.
    if (/[^A-Za-z0-9+/=]/.test(new TextDecoder("latin1").decode(bytes))) this.#refuse();
    else if (this.base64 && bytes.length > 0) this.pieces.push(bytes);
  }

  #refuse(): void {
    this.base64 = false;
    this.pieces.length = 0;
  }
}

interface Open {
  parts: Uint8Array[];
  length: number;
  big: BigString | undefined;
}

/** Reads one JSON text. Strings that are long become `BigString`s. */
export class BigStringReader {
  /** No text of a reply can be one of these: it is drawn for this reply. */
  readonly #mark = `big string ${crypto.randomUUID()} `;
  readonly #big: BigString[] = [];
  readonly #rest: Uint8Array[] = [];
  #restLength = 0;
  /** The string that is open: what of it was kept, or the picture it turned out to be. */
  #open: Open | undefined;
  /** Whether the last byte was a backslash inside a string. */
  #escaping = false;

  feed(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length;)
      at = this.#open ? this.#inside(bytes, at, this.#open) : this.#outside(bytes, at);
  }

  /** The value; throws where it is no JSON, cut off, or too long. */
  end(): unknown {
    if (this.#open) throw new SyntaxError("the text is cut off");
    const all = new Uint8Array(this.#restLength);
    let at = 0;
    for (const part of this.#rest) {
      all.set(part, at);
      at += part.length;
    }
    return JSON.parse(new TextDecoder().decode(all), (_, value: unknown) =>
      typeof value === "string" && value.startsWith(this.#mark)
        ? this.#big[Number(value.slice(this.#mark.length))]
        : value,
    );
  }

  #outside(bytes: Uint8Array, start: number): number {
    const quote = bytes.indexOf(QUOTE, start);
    if (quote < 0) {
      this.#keep(bytes.slice(start));
      return bytes.length;
    }
    this.#keep(bytes.slice(start, quote + 1));
    this.#open = { parts: [], length: 0, big: undefined };
    return quote + 1;
  }

  #inside(bytes: Uint8Array, start: number, open: Open): number {
    if (this.#escaping) {
      this.#escaping = false;
      // In a short string it is for the parser.
      if (open.big) open.big.addEscaped(bytes[start]!);
      else this.#add(open, Uint8Array.of(BACKSLASH, bytes[start]!));
      return start + 1;
    }
    const quote = bytes.indexOf(QUOTE, start);
    let end = quote < 0 ? bytes.length : quote;
    const backslash = bytes.subarray(start, end).indexOf(BACKSLASH);
    if (backslash >= 0) end = start + backslash;
    if (end > start) this.#add(open, bytes.slice(start, end));
    if (backslash >= 0) {
      this.#escaping = true;
      return end + 1;
    }
    if (quote < 0) return bytes.length;
    open.big?.end();
    if (open.big) this.#keep(utf8.encode(`${this.#mark}${this.#big.length - 1}`));
    else for (const part of open.parts) this.#keep(part);
    this.#keep(Uint8Array.of(QUOTE));
    this.#open = undefined;
    return quote + 1;
  }

  #add(open: Open, bytes: Uint8Array): void {
    open.length += bytes.length;
    if (!open.big && open.length > MAX_STRING) {
      this.#big.push((open.big = new BigString()));
      for (const part of [...open.parts.splice(0), bytes]) {
        // Parts are cut at backslashes, so one that begins with one is an escape.
        if (part[0] === BACKSLASH) open.big.addEscaped(part[1]!);
        else open.big.add(part);
      }
    } else if (open.big) open.big.add(bytes);
    else open.parts.push(bytes);
  }

  #keep(bytes: Uint8Array): void {
    this.#restLength += bytes.length;
    if (this.#restLength > MAX_REST) throw new RangeError("there is too much beside the pictures");
    this.#rest.push(bytes);
  }
}

// Pictures as they come out of a reply. A Blob costs far more than a copy of its bytes (the browser takes them over in
// another process), so that one is made only when somebody asks for it, or when a picture grows large.

import { viewOf } from "./memory.js";

const MEDIA_TYPES = {
  png: "image/png",
  jpeg: "image/jpeg",
  webp: "image/webp",
  gif: "image/gif",
  svg: "image/svg+xml",
};

/**
 * A buffer that no picture needs any more, for the next one: fresh memory costs more than all the decoding. What comes here
 * is held by this module alone, or was released; one of at most a piece is kept.
 */
let spare;

/** Takes a buffer back, and from whoever still has a view of it: theirs become empty rather than show another picture. */
function recycle(part) {
  const buffer = part instanceof Uint8Array ? part.buffer : undefined;
  if (typeof buffer?.transfer === "function") spare = buffer.transfer();
}

/** A copy, in the spare buffer where that fits: not too small, and not so large that most of it would be kept for nothing. */
function copyOf(bytes) {
  const { length } = bytes;
  if (spare === undefined || spare.byteLength < length || spare.byteLength > 2 * length) return bytes.slice();
  const whole = new Uint8Array(spare);
  spare = undefined;
  whole.set(bytes);
  // Whoever takes the buffer along must not take the end of another picture.
  whole.fill(0, length);
  return whole.subarray(0, length);
}

/** A picture that was drawn. */
export class GeneratedImage {
  /** Its bytes in order, as long as there is no Blob of them; all but the last are in Blobs. */
  #parts;
  #type;
  #blob;
  #url;
  /** The bytes that somebody else may hold. */
  #lent;

  constructor(parts, type, width, height, format) {
    this.#parts = parts;
    this.#type = type;
    // A property of its own: cloning takes the Blob along, as it takes no accessor of a class.
    Object.defineProperty(this, "blob", { get: () => this.#whole(), enumerable: true });
    this.width = width;
    this.height = height;
    this.format = format;
  }

  #whole() {
    if (this.#blob === undefined) {
      this.#blob = new Blob(this.#parts, { type: this.#type });
      if (this.#lent === undefined) recycle(this.#parts.at(-1));
      this.#parts = undefined;
    }
    return this.#blob;
  }

  /** Its bytes: those it holds as long as no Blob was made of them, so that they are not in memory twice. */
  async bytes() {
    if (this.#parts?.length !== 1) return new Uint8Array(await this.#whole().arrayBuffer());
    return (this.#lent = this.#parts[0]);
  }

  /** An address for `<img src>`, made once; it keeps the picture in memory until `revoke()`. */
  url() {
    return (this.#url ??= URL.createObjectURL(this.#whole()));
  }

  /** Ends the address. The picture itself stays. */
  revoke() {
    if (this.#url !== undefined) URL.revokeObjectURL(this.#url);
    this.#url = undefined;
  }

  /** Ends it: its address, and its memory unless somebody has it from `bytes()`. */
  [Symbol.dispose ?? Symbol.for("Symbol.dispose")]() {
    this.#end(this.#lent === undefined ? this.#parts?.at(-1) : undefined);
  }

  /** The same, and takes back what `bytes()` gave: whoever holds it finds it empty, and the next picture gets the memory. */
  release() {
    this.#end(this.#lent ?? this.#parts?.at(-1));
  }

  #end(memory) {
    this.revoke();
    recycle(memory);
    this.#parts = [];
    this.#blob = this.#lent = undefined;
  }
}

/** The pictures of one reply, by their numbers. */
export class Pictures {
  #found = new Map();

  /** Takes the next bytes of a picture, before the module is called again. */
  add({ image, address, length, last, info }) {
    let picture = this.#found.get(image);
    if (picture === undefined) this.#found.set(image, (picture = { parts: [], info }));
    const bytes = viewOf(address, length);
    // The module hands a picture out whole unless it is large (`piece_bytes` in src/wire/scan/mod.rs). A large one goes
    // piece by piece to where the browser keeps Blobs, so that it never stands in memory whole.
    picture.parts.push(last ? copyOf(bytes) : new Blob([bytes]));
  }

  /** The picture whose number stands in the reply where its base64 stood; size and format are its own header's. */
  take(number, { output_format, size }) {
    const { parts, info } = this.#found.get(Number(number)) ?? { parts: [new Uint8Array(0)] };
    this.#found.delete(Number(number));
    // SVG, or a format newer than this package: the reply has to be believed.
    const [, width = 0, height = 0] = info ? [] : (/^(\d+)x(\d+)$/.exec(size ?? "") ?? []);
    const seen = info ?? { format: output_format, width: Number(width), height: Number(height) };
    const type = MEDIA_TYPES[seen.format] ?? "application/octet-stream";
    return new GeneratedImage(parts, type, seen.width, seen.height, seen.format);
  }
}

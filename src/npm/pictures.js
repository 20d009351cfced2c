// Pictures as they come out of a reply: each piece becomes a Blob at once, so that no picture stands in memory twice.

import { viewOf } from "./packed.js";

const MEDIA_TYPES = {
  png: "image/png",
  jpeg: "image/jpeg",
  webp: "image/webp",
  gif: "image/gif",
  svg: "image/svg+xml",
};

/** A picture that was drawn. */
export class GeneratedImage {
  #url;

  constructor(blob, width, height, format) {
    this.blob = blob;
    this.width = width;
    this.height = height;
    this.format = format;
  }

  /** Its bytes, copied out of the Blob. */
  async bytes() {
    return new Uint8Array(await this.blob.arrayBuffer());
  }

  /** An address for `<img src>`, made once; it keeps the picture in memory until `revoke()`. */
  url() {
    return (this.#url ??= URL.createObjectURL(this.blob));
  }

  /** Ends the address. The picture itself stays. */
  revoke() {
    if (this.#url !== undefined) URL.revokeObjectURL(this.#url);
    this.#url = undefined;
  }

  [Symbol.dispose ?? Symbol.for("Symbol.dispose")]() {
    this.revoke();
  }
}

/** The pictures of one reply, by their numbers. */
export class Pictures {
  #pieces = new Map();

  /** Takes the next bytes of a picture, before the module is called again. */
  add({ image, address, length, info }) {
    let picture = this.#pieces.get(image);
    if (picture === undefined) this.#pieces.set(image, (picture = { blobs: [], info }));
    picture.blobs.push(new Blob([viewOf(address, length)]));
  }

  /** The picture whose number stands in the reply where its base64 stood; size and format are its own header's. */
  take(number, { output_format, size }) {
    const { blobs, info } = this.#pieces.get(Number(number)) ?? { blobs: [] };
    this.#pieces.delete(Number(number));
    // SVG, or a format newer than this package: the reply has to be believed.
    const [, width = 0, height = 0] = info ? [] : (/^(\d+)x(\d+)$/.exec(size ?? "") ?? []);
    const seen = info ?? { format: output_format, width: Number(width), height: Number(height) };
    const type = MEDIA_TYPES[seen.format] ?? "application/octet-stream";
    return new GeneratedImage(new Blob(blobs, { type }), seen.width, seen.height, seen.format);
  }
}

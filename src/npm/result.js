// Finished pictures and what came with them.

import { costFromUsage } from "./core.js";
import { inspectImage } from "./files.js";

const MEDIA_TYPES = {
  png: "image/png",
  jpeg: "image/jpeg",
  webp: "image/webp",
  gif: "image/gif",
  svg: "image/svg+xml",
};

/** A picture. */
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

  /** An address for `<img src>`, made once; it holds the picture in memory until `revoke()`. */
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

/** A picture of decoded bytes; size and format are what its header says, else what the reply says. */
export function imageOf(bytes, reply) {
  let info;
  try {
    info = inspectImage(bytes);
  } catch {
    // SVG, or a format newer than this package: the reply has to be believed.
    const [, width, height] = /^(\d+)x(\d+)$/.exec(reply.size ?? "") ?? [];
    info = { format: reply.output_format, width: Number(width ?? 0), height: Number(height ?? 0) };
  }
  const type = MEDIA_TYPES[info.format] ?? "application/octet-stream";
  return new GeneratedImage(new Blob([bytes], { type }), info.width, info.height, info.format);
}

/** What a call has cost, where its usage can be priced. */
export function costOf(model, usage) {
  if (!usage || typeof model !== "string") return undefined;
  try {
    return costFromUsage(model, usage);
  } catch (error) {
    // A model without published prices, or a usage in a form that is not known: no price is better than a wrong one.
    if (error.kind === "user") return undefined;
    throw error;
  }
}

// What the first bytes of a file say.

import { ImageApiError, inspectImage } from "gpt-image-edge";

import type { MediaType } from "./write.ts";

/** So many first bytes tell the format and, for nearly every file, the rest of the header too. */
export const HEAD_BYTES = 64 * 1024;

/** What is known of a file from its head. */
export interface Facts {
  /** In the form the package's checks take. Its `bytes` grow until the file has ended. */
  image: { bytes: number; [fact: string]: unknown };
  /** The format by content; undefined when it is none that is known. */
  format: string | undefined;
  /** Whether the bytes are no image, or a broken one: nothing that comes later can mend that. */
  broken: boolean;
}

/** Reads the head of a file. `whole` tells whether it is the whole file. */
export function factsOf(head: Uint8Array, whole: boolean): Facts {
  const bytes = head.length;
  try {
    const image = inspectImage(head);
    return { image: { ...image, bytes }, format: image.format, broken: false };
  } catch (error) {
    if (!ImageApiError.isInstance(error)) throw error;
    const { code: problem, format } = error as { code?: string; format?: string };
    // A photograph with a large thumbnail: its format is certain, the rest of its header stands further on.
    if (problem === "truncated" && !whole) return { image: { bytes }, format, broken: false };
    return { image: { bytes, problem, ...(format && { format }) }, format, broken: true };
  }
}

/** The media type of a format, by content and never by what the caller declared. */
export function mediaTypeOf(format: string | undefined): MediaType {
  switch (format) {
    case "png":
    case "jpeg":
    case "webp":
    case "gif":
      return `image/${format}`;
    default:
      return "application/octet-stream";
  }
}

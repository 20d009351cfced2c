// The types of gpt-image-edge/pixels: a second module, loaded on demand, for what needs the pixels of a picture.

import type { ModuleSource } from "../index.js";

/**
 * Makes the functions ready. In browsers, call and await it once before anything else; in Node, Deno, Bun and workers it is
 * ready when imported and this does nothing, so the same program runs everywhere.
 *
 * @param module where the module is, when it is not the .wasm file next to this one
 * @throws Error when the module cannot be loaded; calling it again tries again
 */
export default function init(module?: ModuleSource | Promise<ModuleSource>): Promise<void>;

/** Whether the functions can be called: after `init()`, and not after a crash. */
export function isReady(): boolean;

/** What a picture may take. */
export interface PixelLimits {
  /**
   * Width times height, at most: larger pictures are refused before they are decoded. Default 67,108,864 (256 MiB decoded).
   * No edge may be longer than 65,535 pixels.
   */
  maxPixels?: number;
}

/**
 * How much of a picture is transparent: `none` when every pixel is fully opaque, `all` when every pixel is fully
 * transparent, else `some`. Of an animation the first picture counts.
 *
 * You seldom need to call it: `inspectRequest(request, { pixels })` does, for the mask and the markup of an edit.
 *
 * @param image a whole PNG or WebP file. A PNG takes the memory of one row, a WebP four bytes a pixel.
 * @throws {ImageApiError} with `code` `not_an_image`, `unsupported_format`, `truncated`, `corrupt` or `too_large`.
 *   It is another copy of the class than the main module's: test with `ImageApiError.isInstance(error)`, not `instanceof`
 * @example
 * import init, { maskTransparency } from "gpt-image-edge/pixels";
 * await init();
 * if (maskTransparency(bytes) === "none") console.warn("nothing of the picture may change");
 */
export function maskTransparency(image: ArrayBuffer | ArrayBufferView, options?: PixelLimits): "none" | "some" | "all";

export interface ChromaKeyOptions extends PixelLimits {
  /** The background: `#rrggbb`, `#rgb`, or three numbers from 0 to 255. Default `auto`: the commonest colour of the border. */
  color?: "auto" | (string & {}) | readonly [red: number, green: number, blue: number];
  /** How far from that colour a pixel is still background, in levels from 0 to 255. Default 16. */
  tolerance?: number;
  /**
   * Over how many further levels a pixel goes from background to subject, 0 (hard edges) to 255. Default: all that are left
   * for a background of a clear hue, which makes soft edges exact; 32 for white, grey, black and pale ones. Give less when
   * the subject has the background's hue too.
   */
  softness?: number;
  /** Whether the background's share is taken out of the colour of half-transparent pixels. Default true. */
  despill?: boolean;
  /** The format to write, losslessly. WebP is smaller and ends at 16,383 pixels an edge. Default `png`. */
  format?: "png" | "webp";
}

/** What was found and done. Shares are from 0 to 1. */
export interface ChromaKeyReport {
  /** The background's colour; null when the border is transparent already, and nothing was changed. */
  color: string | null;
  /** How pixels were compared: by their hue where the background has a clear one, else by their distance from it. */
  method: "hue" | "distance";
  tolerance: number;
  softness: number;
  /** The share of the pixels that became transparent. */
  keyed: number;
  /** The share of the pixels that became half-transparent. */
  softened: number;
  /** The share of the border's pixels that are background. */
  border: number;
  /** Whether that share is 0.7 or more. Where not, the picture has no flat background to remove, or another `color`. */
  flat: boolean;
  width: number;
  height: number;
  format: "png" | "webp";
}

/**
 * Makes the flat background of a picture transparent, for models that draw none: ask for "a subject on a flat #00ff00
 * background". Pixels that stay opaque keep their exact colour. Takes four bytes a pixel and as much again to write.
 *
 * @param image a whole PNG, JPEG or WebP file. EXIF orientation and colour profiles are not applied; generated images have none
 * @throws {ImageApiError} with `code` `not_an_image`, `unsupported_format`, `truncated`, `corrupt`, `too_large`, `unwritable`
 *   or `invalid_argument`
 * @example
 * const { bytes, report } = chromaKey(await image.bytes(), { format: "webp" });
 * if (!report.flat) console.warn("the background was not of one colour; draw again");
 */
export function chromaKey(
  image: ArrayBuffer | ArrayBufferView,
  options?: ChromaKeyOptions,
): { bytes: Uint8Array<ArrayBuffer>; report: ChromaKeyReport };

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

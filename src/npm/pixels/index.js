// The entry of gpt-image-edge/pixels for browsers, with or without a bundler, and for their workers.

import { startAsync } from "./instance.js";

export * from "./core.js";

/**
 * Loads the module. Call and await it once, before anything else; calling it again does nothing.
 * @param {unknown} [module] where the module is, when it is not next to this file
 */
export default function init(module) {
  return startAsync(module ?? new URL("./gpt_image_edge_pixels_bg.wasm", import.meta.url));
}

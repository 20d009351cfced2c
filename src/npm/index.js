// The entry for browsers, with or without a bundler, and for their workers.

import { loaderOf } from "./loader.js";

export * from "./everything.js";

const start = loaderOf(new URL("./gpt_image_edge_bg.wasm", import.meta.url));

/**
 * Makes the functions ready. Call and await it once, before anything else; calling it again does nothing.
 * @param {WebAssembly.Module | BufferSource | Response | URL | string | Promise<unknown>} [module] where the module is, when
 *   it is not next to this file
 */
export default function init(module) {
  return start(module);
}

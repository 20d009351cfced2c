// The entry for engines without SIMD in WebAssembly: Safari before 16.4, Firefox before 89, Chromium before 91. The same
// as index.js with a module that decodes pictures one character at a time.

import { loaderOf } from "./loader.js";

export * from "./everything.js";

const start = loaderOf(new URL("./gpt_image_edge_baseline_bg.wasm", import.meta.url));

/**
 * Makes the functions ready. Call and await it once, before anything else; calling it again does nothing.
 * @param {WebAssembly.Module | BufferSource | Response | URL | string | Promise<unknown>} [module] where the module is, when
 *   it is not next to this file
 */
export default function init(module) {
  return start(module);
}

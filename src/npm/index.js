// The entry for browsers, with or without a bundler, and for their workers.

import { setStarter, startAsync } from "./instance.js";

export * from "./core.js";

const ADDRESS = new URL("./gpt_image_edge_bg.wasm", import.meta.url);

/**
 * The module's bytes are what start-up waits for, so they are asked for at once. A failure is told by `init`, which asks
 * again: the network may be back by then.
 */
let early = fetch(ADDRESS);
early.catch(() => undefined);

async function load() {
  const response = await (early ?? fetch(ADDRESS)).finally(() => (early = undefined));
  if (!response.ok)
    throw new Error(`gpt-image-edge: ${ADDRESS} answered ${response.status}; serve the .wasm next to index.js`);
  const bytes = await response.arrayBuffer();
  // Compiling at once is ten times quicker for a module of this size than handing it to another thread and waiting.
  try {
    return new WebAssembly.Module(bytes);
  } catch (error) {
    if (error instanceof RangeError) return WebAssembly.compile(bytes);
    throw error;
  }
}

/**
 * Makes the functions ready. Call and await it once, before anything else; calling it again does nothing.
 * @param {WebAssembly.Module | BufferSource | Response | URL | string | Promise<unknown>} [module] where the module is, when
 *   it is not next to this file
 */
export default function init(module) {
  return startAsync(() => (module === undefined ? load() : module));
}

setStarter(init);

// How browsers get the module: what both entries for them share.

import { setStarter, startAsync } from "./instance.js";

/**
 * What readies the functions with the module at an address.
 *
 * The module's bytes are what start-up waits for, so they are asked for at once. A failure is told by `init`, which asks
 * again: the network may be back by then.
 * @param {URL} address
 */
export function loaderOf(address) {
  let early = fetch(address);
  early.catch(() => undefined);

  async function load() {
    const response = await (early ?? fetch(address)).finally(() => (early = undefined));
    if (!response.ok)
      throw new Error(`gpt-image-edge: ${address} answered ${response.status}; serve the .wasm next to the entry`);
    const bytes = await response.arrayBuffer();
    // Compiling at once is ten times quicker for a module of this size than handing it to another thread and waiting.
    try {
      return new WebAssembly.Module(bytes);
    } catch (error) {
      if (error instanceof RangeError) return WebAssembly.compile(bytes);
      throw error;
    }
  }

  const start = (module) => startAsync(() => (module === undefined ? load() : module));
  setStarter(start);
  return start;
}

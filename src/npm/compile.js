// A compiled module of whatever can become one.

import { isBytes } from "./bytes.js";
import { ImageApiError } from "./errors.js";

const kindOf = (value) => Object.prototype.toString.call(value).slice(8, -1);

/** @param {unknown} source compiled, as bytes, a Response, an address, or a promise of one of these */
export async function compiled(source) {
  let found = await source;
  if (typeof found === "string" || ["URL", "Request"].includes(kindOf(found))) found = await fetch(found);
  if (kindOf(found) === "WebAssembly.Module") return found;
  if (kindOf(found) === "Response") {
    if (!found.ok)
      throw new Error(`gpt-image-edge: ${found.url} answered ${found.status}; serve the .wasm next to the entry`);
    found = await found.arrayBuffer();
  }
  if (!isBytes(found)) {
    const message = `init: a module is expected, its bytes, its address or a Response, not ${kindOf(found)}`;
    throw new ImageApiError({ kind: "user", code: "invalid_type", message });
  }
  // Compiling at once is ten times quicker for a module of this size than handing it to another thread and waiting.
  try {
    return new WebAssembly.Module(found);
  } catch (error) {
    if (error instanceof RangeError) return WebAssembly.compile(found);
    throw error;
  }
}

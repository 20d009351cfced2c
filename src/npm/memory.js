// The module's memory, as bytes and as numbers.

import { onStart } from "./instance.js";

let memory;
/** The whole of it. New views after each growth. */
export let bytes = new Uint8Array(0);
export let view = new DataView(bytes.buffer);

function views() {
  bytes = new Uint8Array(memory.buffer);
  view = new DataView(memory.buffer);
}

/** When the memory grows, the old views have no bytes any more; asking them is cheaper than asking the memory. */
export function look() {
  if (bytes.length === 0) views();
}

onStart((exports) => {
  memory = exports.memory;
  views();
});

/** A part of the memory, which the next call may end. */
export function viewOf(address, length) {
  look();
  return bytes.subarray(address, address + length);
}

/** Puts bytes where the module reads them. */
export function putBytes(address, source) {
  look();
  bytes.set(source, address);
}

// The entry of gpt-image-edge/core for Cloudflare Workers: ready when it is imported.

import module from "./gpt_image_edge_core_bg.wasm";

import { startSync } from "../instance.js";

export * from "./exports.js";

startSync(module);

/** Does nothing: the functions are ready. It is here so that the same program runs in browsers. After a crash it starts anew. */
export default async function init() {
  startSync(module);
}

// The entry of gpt-image-edge/pixels for Cloudflare Workers: ready when it is imported.

import module from "./gpt_image_edge_pixels_bg.wasm";

import { startSync } from "./instance.js";

export * from "./core.js";

startSync(module);

/** Does nothing: the functions are ready. It is here so that the same program runs in browsers. After a crash it starts anew. */
export default async function init() {
  startSync(module);
}

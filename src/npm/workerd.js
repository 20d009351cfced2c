// The entry for Cloudflare Workers: ready when it is imported. The runtime compiles the module when it is deployed.

import module from "./gpt_image_edge_bg.wasm";

import { startSync } from "./instance.js";

export * from "./everything.js";

startSync(module);

/** Does nothing: the functions are ready. It is here so that the same program runs in browsers. After a crash it starts anew. */
export default async function init() {
  startSync(module);
}

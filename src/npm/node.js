// The entry for Node, Deno and Bun: ready when it is imported.

import { readFileSync } from "node:fs";

import { startSync } from "./instance.js";

export * from "./everything.js";

const start = () => startSync(readFileSync(new URL("./gpt_image_edge_bg.wasm", import.meta.url)));

start();

/** Does nothing: the functions are ready. It is here so that the same program runs in browsers. After a crash it starts anew. */
export default async function init() {
  start();
}

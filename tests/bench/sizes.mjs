// What a page would load for each package, as a bundler ships it to browsers, compressed.

import { build } from "esbuild";

import { columns, rows, sizesOf } from "../size/measure.mjs";
import { here } from "./bundle.mjs";

/** What is imported of each peer: what an app needs for images. */
const PEERS = {
  openai: 'export { default } from "openai";',
  "ai: generateImage": 'export { generateImage } from "ai";',
  "@fal-ai/client": 'export { fal } from "@fal-ai/client";',
  "eventsource-parser": 'export { createParser } from "eventsource-parser";',
  "zod, our schema of one model": 'export { problems } from "./peers/zod.js";',
  "valibot, our schema of one model": 'export { problems } from "./peers/valibot.js";',
  "ajv, our schema of one model": 'export { problems } from "./peers/ajv.js";',
};

async function bundled(contents) {
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: here, loader: "js" },
    bundle: true,
    minify: true,
    format: "esm",
    platform: "browser",
    target: "es2022",
    external: ["node:*"],
    legalComments: "none",
    write: false,
    logLevel: "error",
  });
  return Buffer.from(outputFiles[0].contents);
}

/** Sizes of ours and the peers', in bytes, under the names of `columns`. */
export async function sizes() {
  const own = (await rows()).map(({ name, ...sizes }) => ({ name: `gpt-image-edge: ${name}`, ...sizes }));
  const peers = await Promise.all(
    Object.entries(PEERS).map(async ([name, code]) => ({ name, ...sizesOf([await bundled(code)]) })),
  );
  return [...own, ...peers.sort((a, b) => a.brotli - b.brotli)];
}

export { columns };

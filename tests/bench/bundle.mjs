// Bundles for the runtimes, by esbuild.

import { join } from "node:path";

import { build } from "esbuild";

import { root } from "../../.ci/setup.mjs";

export const here = join(root, "tests", "bench");
export const out = join(root, "target", "bench");

/** The cases, the competitors, and our package by the entry of a runtime, followed by the code of `tail`. */
export async function bundle(entry, tail, options) {
  const contents = `
    import { compare } from ${JSON.stringify(join(here, "measure.js"))};
    import { GROUPS } from ${JSON.stringify(join(here, "cases", "all.js"))};
    import { STREAMED_BYTES, TINY_BYTES } from ${JSON.stringify(join(here, "data.js"))};
    import { jsonContenders, streamContenders } from ${JSON.stringify(join(here, "cases", "decode.js"))};
    import * as ours from ${JSON.stringify(join(root, "pkg", `${entry}.js`))};
    ${tail}`;
  const outfile = join(out, `${entry}.bundle.js`);
  await build({
    stdin: { contents, resolveDir: here, loader: "js" },
    outfile,
    bundle: true,
    format: "esm",
    external: ["*.wasm", "node:*"],
    logLevel: "error",
    ...options,
  });
  return outfile;
}

/**
 * What the memory of one contender is measured with. Before, it runs often on small replies, and the large one is read by
 * nobody: what the runtime compiles and maps meanwhile is not the contender's.
 */
export const MEMORY_TAIL = `
  const MEMORY = {
    json: { contenders: jsonContenders, tiny: "tiny.json", large: "8.json", bytes: 6 * 1024 * 1024 },
    stream: { contenders: streamContenders, tiny: "tiny.sse", large: "stream.sse", bytes: STREAMED_BYTES },
  };
  async function prepare(origin, kind, at) {
    const { contenders, tiny, large, bytes } = MEMORY[kind];
    const get = (path) => () => fetch(origin + "/" + path);
    for (let i = 0; i < 3; i++)
      for (const reader = (await get(large)()).body.getReader(); !(await reader.read()).done; );
    const { work } = contenders(ours, get(tiny), TINY_BYTES)[at];
    for (let i = 0; i < 60; i++) await work();
    return contenders(ours, get(large), bytes)[at].work;
  }
  const memoryNames = (kind) => MEMORY[kind].contenders(ours, fetch, 0).map(({ name }) => name);
`;

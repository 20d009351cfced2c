// How much of the package a browser loads, and the bounds that it must keep (limits.json).

import { readFile, readdir } from "node:fs/promises";
import { join } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

import { root } from "../../.ci/setup.mjs";

const pkg = join(root, "pkg");

/** The sizes that are told of each row. */
export const columns = ["raw", "gzip", "brotli"];

/** Sizes of files that are loaded each for itself: gzip 9, and brotli 11 as servers keep it ready. */
export function sizesOf(files) {
  const sum = (compress) => files.reduce((total, file) => total + compress(file).length, 0);
  return {
    raw: sum((file) => file),
    gzip: sum((file) => gzipSync(file, { level: 9 })),
    brotli: sum((file) =>
      brotliCompressSync(file, {
        params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: file.length },
      }),
    ),
  };
}

/** The rows of limits.json with their sizes in bytes. */
export async function rows() {
  const { rows } = JSON.parse(await readFile(join(root, "tests", "size", "limits.json"), "utf8"));
  return Promise.all(
    rows.map(async ({ name, files, limit }) => ({
      name,
      files,
      limit,
      ...sizesOf(await Promise.all(files.map((file) => readFile(join(pkg, file))))),
    })),
  );
}

/** The code in the package that no row and no exception names: a new file must be counted. */
export async function uncounted() {
  const { rows, notCounted } = JSON.parse(await readFile(join(root, "tests", "size", "limits.json"), "utf8"));
  const known = new Set([...rows.flatMap(({ files }) => files), ...Object.values(notCounted).flat()]);
  const files = await readdir(pkg, { recursive: true });
  return files.filter((file) => /\.(m?js|wasm)$/.test(file) && !known.has(file));
}

/** A table of text, the first column to the left and the others to the right. */
export function table(header, lines) {
  const width = header.map((_, at) => Math.max(...[header, ...lines].map((line) => line[at].length)));
  const format = (line) => line.map((cell, at) => (at ? cell.padStart(width[at]) : cell.padEnd(width[at]))).join("  ");
  return [header, ...lines].map(format).join("\n");
}

// The static site: one script, one style sheet and the package beside them, ready for any file server.
// What only some visits need (ZIP, mask brush, batch) is split off by esbuild and loads when it is first opened.

import { createHash } from "node:crypto";
import { cp, mkdir, readFile, readdir, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
/** Copied as they are. */
const STATIC = ["index.html", "manifest.webmanifest", "icon.svg", "icon-192.png", "icon-512.png"];
const PACKAGE = ["index.js", "gpt_image_edge_bg.wasm"];
/** What the page loads when it is first asked for; it is not kept for when there is no network. */
const ON_DEMAND = ["pixels/index.js", "pixels/gpt_image_edge_pixels_bg.wasm"];

/** The package stays a file of its own, so that the page loads what npm would give. */
const published = {
  name: "published",
  setup(build) {
    build.onResolve({ filter: /^gpt-image-edge(\/pixels)?$/ }, ({ path }) => ({
      path: `./${path}/index.js`,
      external: true,
    }));
  },
};

/**
 * @param {string} pkg the built package
 * @param {string} target where the site goes; emptied first
 */
export async function buildSite(pkg, target) {
  const { build } = await import("esbuild");
  const options = { bundle: true, format: "esm", target: "es2022", minify: true, legalComments: "none" };
  await rm(target, { recursive: true, force: true });
  await mkdir(join(target, "gpt-image-edge"), { recursive: true });
  await build({
    ...options,
    entryPoints: [join(here, "app.js"), join(here, "style.css")],
    outdir: target,
    splitting: true,
    chunkNames: "[name]-[hash]",
    plugins: [published],
    logLevel: "error",
  });
  for (const name of STATIC) await cp(join(here, name), join(target, name));
  await mkdir(join(target, "gpt-image-edge", "pixels"));
  for (const name of [...PACKAGE, ...ON_DEMAND, "index.js.map", "pixels/index.js.map"])
    await cp(join(pkg, name), join(target, "gpt-image-edge", name));

  const scripts = (await readdir(target)).filter((name) => /\.(js|css)$/.test(name));
  const files = [...STATIC, ...scripts, ...PACKAGE.map((name) => `gpt-image-edge/${name}`)].sort();
  const hash = createHash("sha256");
  for (const name of files) hash.update(name).update(await readFile(join(target, name)));
  await build({
    ...options,
    format: "iife",
    entryPoints: [join(here, "sw.js")],
    outdir: target,
    define: {
      FILES: JSON.stringify(files.map((name) => (name === "index.html" ? "./" : name))),
      VERSION: JSON.stringify(hash.digest("hex").slice(0, 16)),
    },
    logLevel: "error",
  });
}

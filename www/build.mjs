// The static site: a document that can be used as it stands, one script and the package beside it, ready for any file server.
// What only some visits need (results, gallery, batch, mask brush, ZIP) loads when it is first asked for.

import { createHash } from "node:crypto";
import { cp, mkdir, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

import * as strings from "./strings.js";

const here = dirname(fileURLToPath(import.meta.url));
/** Copied as they are. */
const STATIC = ["manifest.webmanifest", "icon.svg", "icon-192.png", "icon-512.png"];
const PACKAGE = ["index.js", "gpt_image_edge_bg.wasm"];
/** What the page loads when it is first asked for; it is not kept for when there is no network. */
const ON_DEMAND = ["pixels/index.js", "pixels/gpt_image_edge_pixels_bg.wasm"];

/**
 * What the first script imports when it is first asked for. It is built apart, and shares no file with the first script:
 * that way this is one file with no more in it than it needs. What both have keeps nothing, but for what `later.js` and
 * `controls/field.js` know, which is asked for in the first alone.
 */
const LATER = [
  "panels.js",
  "batch/view.js",
  "controls/intake.js",
  "controls/remedies.js",
  "controls/thumbnails.js",
  "cost/bill.js",
  "cost/bound.js",
  "gallery/view.js",
  "mask/editor.js",
  "refine/conversation.js",
  "results/call.js",
  "token/anonymous.js",
];

/** All files stand beside each other, so that the package is at the same address for each. */
const flat = (name) => name.replaceAll("/", "-");

const later = {
  name: "later",
  setup(build) {
    build.onResolve({ filter: /\.js$/ }, ({ kind, path, resolveDir }) => {
      if (kind !== "dynamic-import") return undefined;
      const name = relative(here, join(resolveDir, path)).replaceAll("\\", "/");
      if (!LATER.includes(name)) throw new Error(`${name} is imported later, and stands not in LATER`);
      return { path: `./${flat(name)}`, external: true };
    });
  },
};

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

const MARKS = { "&": "&amp;", "<": "&lt;", '"': "&quot;", "\n": "&#10;" };

/** Markup with the texts it names as {{page.skip}}: they stand in the page from its first byte on. */
export function written(markup) {
  return markup.replace(/\{\{([\w.]+)\}\}/g, (_, path) => {
    const text = path.split(".").reduce((found, name) => found?.[name], strings);
    if (typeof text !== "string") throw new Error(`strings.js has no text "${path}"`);
    return text.replace(/[&<"\n]/g, (mark) => MARKS[mark]);
  });
}

/** Views that load later bring their markup with them, without the spaces that only its source needs. */
const markup = {
  name: "markup",
  setup(build) {
    build.onLoad({ filter: /\.html$/ }, async ({ path }) => ({
      contents: written((await readFile(path, "utf8")).replace(/\n\s*/g, " ")),
      loader: "text",
    }));
  },
};

/** The markup with the form in it, made by the code that makes it in the page. */
async function formIn(markup, pkg, target) {
  const { build } = await import("esbuild");
  const { parseHTML } = await import("linkedom");
  const node = {
    name: "node",
    setup: ({ onResolve }) =>
      onResolve({ filter: /^gpt-image-edge/ }, () => ({
        path: pathToFileURL(join(pkg, "node.js")).href,
        external: true,
      })),
  };
  const outfile = join(target, "prerender.mjs");
  await build({
    bundle: true,
    format: "esm",
    platform: "node",
    entryPoints: [join(here, "prerender.js")],
    outfile,
    plugins: [node, later],
    logLevel: "error",
  });
  const { document } = parseHTML(markup);
  try {
    const { prerender } = await import(`${pathToFileURL(outfile)}?${Date.now()}`);
    await prerender(document);
  } finally {
    await rm(outfile);
  }
  // Without the spaces that only the source needs.
  return document.toString().replace(/\n\s*/g, "\n");
}

const allowed = (text) => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;

/**
 * The document with all in it that its first sight needs, so that nobody waits for a second file. What a policy has to let
 * pass for that stands in policy.json, for whoever serves the page.
 */
async function writeDocument(pkg, target, bundled) {
  const [markup, style, script] = await Promise.all([
    readFile(join(here, "index.html"), "utf8"),
    bundled("style.css"),
    bundled("early.js", "iife"),
  ]);
  const parts = { style: `<style>${style}</style>`, early: `<script>${script}</script>` };
  const document = (await formIn(written(markup), pkg, target)).replace(
    /<!-- (style|early) -->/g,
    (_, name) => parts[name],
  );
  await writeFile(join(target, "index.html"), document);
  const policy = { "script-src": [allowed(script)], "style-src": [allowed(style)] };
  await writeFile(join(target, "policy.json"), `${JSON.stringify(policy, null, 2)}\n`);
}

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
    entryPoints: ["app.js", "later.css"].map((name) => join(here, name)),
    outdir: target,
    plugins: [published, later],
    logLevel: "error",
  });
  await build({
    ...options,
    entryPoints: Object.fromEntries(LATER.map((name) => [flat(name).replace(/\.js$/, ""), join(here, name)])),
    outdir: target,
    splitting: true,
    chunkNames: "[name]-[hash]",
    plugins: [published, markup],
    logLevel: "error",
  });
  await writeDocument(pkg, target, async (name, format) => {
    const { outputFiles } = await build({ ...options, format, entryPoints: [join(here, name)], write: false });
    return outputFiles[0].text.trim();
  });
  for (const name of STATIC) await cp(join(here, name), join(target, name));
  await mkdir(join(target, "gpt-image-edge", "pixels"));
  for (const name of [...PACKAGE, ...ON_DEMAND, "index.js.map", "pixels/index.js.map"])
    await cp(join(pkg, name), join(target, "gpt-image-edge", name));

  const scripts = (await readdir(target)).filter((name) => /\.(js|css)$/.test(name));
  const files = ["index.html", ...STATIC, ...scripts, ...PACKAGE.map((name) => `gpt-image-edge/${name}`)].sort();
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

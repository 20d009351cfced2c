// The static site: one script, one style sheet and the package beside them, ready for any file server.
// What only some visits need (ZIP, mask brush, batch) is split off by esbuild and loads when it is first opened.

import { createHash } from "node:crypto";
import { cp, mkdir, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";

import { strings } from "./strings.js";

const here = dirname(fileURLToPath(import.meta.url));
/** Copied as they are. */
const STATIC = ["manifest.webmanifest", "icon.svg", "icon-192.png", "icon-512.png"];
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

/** Links to all that the first script imports: a browser asks for them while it still reads the page. */
function preloads({ outputs }, target) {
  const folder = relative(process.cwd(), target).replaceAll("\\", "/");
  const [entry] = Object.values(outputs).filter(({ entryPoint }) => entryPoint?.endsWith("app.js"));
  return entry.imports
    .filter(({ kind, external }) => kind === "import-statement" && !external)
    .map(({ path }) => `<link rel="modulepreload" href="${path.slice(folder.length + 1)}" />`)
    .join("");
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
  const { metafile } = await build({
    ...options,
    metafile: true,
    entryPoints: ["app.js", "style.css", "later.css"].map((name) => join(here, name)),
    outdir: target,
    splitting: true,
    chunkNames: "[name]-[hash]",
    plugins: [published, markup],
    logLevel: "error",
  });
  const page = written(await readFile(join(here, "index.html"), "utf8"));
  await writeFile(join(target, "index.html"), page.replace("</head>", `${preloads(metafile, target)}</head>`));
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

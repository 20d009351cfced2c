// `npm run build`: the publishable package in pkg/, the sandbox's module in target/sandbox/, the site in target/site/.
// `npm run build -- --baseline` adds `gpt-image-edge/baseline`, a second module for engines without SIMD: what is published
// has it, and what is built while one works does without the time it takes. With `--apart` the package goes to target/apart/:
// for when somebody reads pkg/.
//
// Expects the tools on PATH or in node_modules/.bin, as .ci/setup.mjs brings them. Each step remembers a digest of what
// it was made from and is skipped while that has not changed.

import { createHash } from "node:crypto";
import { cp, mkdir, readFile, readdir, rm, stat, writeFile } from "node:fs/promises";
import { existsSync } from "node:fs";
import { delimiter, dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

import { duration, run, step, StepError } from "../../.ci/steps.mjs";
import { buildSite } from "../../www/build.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const root = dirname(dirname(here));
const path = (...parts) => join(root, ...parts);

const env = { ...process.env, PATH: [path("node_modules", ".bin"), process.env.PATH].join(delimiter) };
const WORKSPACE = ["Cargo.toml", "Cargo.lock", "rust-toolchain.toml", ".cargo"];
const CRATE = [...WORKSPACE, "src"];
const WASM_PACK = ["--release", "--target", "web", "--mode", "no-install", "--no-pack", "--no-typescript"];

/** The command line uses the package as anybody does: the files beside it, not a copy of them. */
const beside = {
  name: "beside",
  setup(build) {
    build.onResolve({ filter: /^\.{1,2}\/(pixels\/)?node\.js$/ }, ({ path: file }) => ({
      path: file.replace(/^\.{1,2}\//, "./"),
      external: true,
    }));
  },
};

/** Every file below those paths whose name passes, sorted: what a digest is made of must not depend on the disk. */
async function filesBelow(places, wanted) {
  const found = [];
  for (const place of places) {
    const info = await stat(place).catch(() => undefined);
    if (info?.isFile()) found.push(place);
    if (!info?.isDirectory()) continue;
    const entries = await readdir(place, { recursive: true, withFileTypes: true });
    for (const entry of entries) if (entry.isFile()) found.push(join(entry.parentPath, entry.name));
  }
  return found.filter(wanted).sort();
}

async function digest(places, wanted) {
  const hash = createHash("sha256");
  for (const file of await filesBelow(
    places.map((place) => path(place)),
    wanted,
  )) {
    hash.update(`${relative(root, file)}\0`);
    hash.update(await readFile(file));
  }
  return hash.digest("hex");
}

/** Does `work` unless its inputs are those of the last time and its output still stands. */
async function unlessCurrent({ title, from, wanted = () => true, also = "", gives }, work) {
  const stamp = path("target", "build", title.replace(/\W+/g, "-"));
  const scripts = await digest(["src/npm/build.mjs"], () => true);
  const current = (await digest(from, wanted)) + scripts + also;
  const before = await readFile(stamp, "utf8").catch(() => undefined);
  if (before === current && gives.every((file) => existsSync(path(file)))) return current;
  await step(title, work);
  await mkdir(dirname(stamp), { recursive: true });
  await writeFile(stamp, current);
  return current;
}

const MODULE = join("src", "module");
// Even where code is to be small, LLVM inlines what the standard library would like to see inlined, up to 325 of its units,
// and everything else up to 50. With this it does so where a call would be about as long; the scanner says itself what it
// needs inlined, and is as fast. What is loaded twice is loaded twice: to keep it means to copy code to where it is not loaded.
const SMALL = ["inlinehint-threshold=45", "inline-threshold=5", "enable-load-pre=false"]
  .map((flag) => `-Cllvm-args=-${flag}`)
  .join(" ");
const PIXELS = join("src", "pixels");
const isRust = (file) => !file.includes(join("src", "npm")) && !file.includes("node_modules");
const isCore = (file) => isRust(file) && !file.includes(PIXELS);

async function wasmPack(crate, folder, name, { settings = {}, features = [] } = {}) {
  const target = path("target", folder);
  const options = [...WASM_PACK, "--out-dir", target, "--out-name", name];
  await run("wasm-pack", ["build", ...options, path(crate), ...features], {
    cwd: root,
    env: { ...env, ...settings },
  });
  const { size } = await stat(join(target, `${name}_bg.wasm`));
  return `${Math.round(size / 1024)} KiB`;
}

/**
 * wasm-bindgen's loader keeps the first instance for ever; ours may start another one after a crash, so the two lines
 * that keep it are taken out. Every function of the loader reads the same variable, which the new instance replaces.
 */
const restartable = (module) => ({
  name: "restartable",
  setup(build) {
    const loaderOf = (folder, name) => ({ path: path("target", folder, `${name}.js`) });
    build.onResolve({ filter: /^#glue$/ }, () => loaderOf(module.folder, module.name));
    build.onResolve({ filter: /^#pixels-glue$/ }, () => loaderOf("pixels", "gpt_image_edge_pixels"));
    build.onLoad({ filter: /gpt_image_edge(_core|_pixels)?\.js$/ }, async ({ path: file }) => {
      const text = await readFile(file, "utf8");
      const pieces = text.split("if (wasm !== undefined) return wasm;");
      if (pieces.length !== 3)
        throw new StepError("wasm-bindgen's loader has changed: src/npm/build.mjs must be adapted");
      return { contents: pieces.join("") };
    });
  },
});

/** The package's module, and that of `gpt-image-edge/core`, which knows the Images API only. */
const WHOLE = { folder: "npm", name: "gpt_image_edge" };
const CORE = { folder: "core", name: "gpt_image_edge_core" };

const RUNTIMES = ["index", "node", "workerd"];
const ENTRIES = [...RUNTIMES, ...RUNTIMES.map((name) => `pixels/${name}`), "tokenizer"];

/** The package's module without SIMD. */
async function wasmWithoutSimd() {
  const settings = { RUSTFLAGS: `-Ctarget-feature=-simd128 ${SMALL}` };
  const size = await wasmPack(MODULE, "baseline", WHOLE.name, { settings });
  const [one, other] = await Promise.all(
    ["npm", "baseline"].map((folder) => readFile(path("target", folder, "gpt_image_edge.js"), "utf8")),
  );
  // The package has one loader for both.
  if (one !== other) throw new StepError("wasm-bindgen's loader differs for the module without SIMD");
  return size;
}

/** Adds what is there only with `--baseline`. */
async function addBaseline(pkg, manifest) {
  await cp(path("target", "baseline", "gpt_image_edge_bg.wasm"), join(pkg, "gpt_image_edge_baseline_bg.wasm"));
  manifest.exports["./baseline"] = { types: "./baseline.d.ts", default: "./baseline.js" };
}

async function bundle(pkg, version, baseline) {
  const { build } = await import("esbuild");
  await rm(pkg, { recursive: true, force: true });
  await mkdir(pkg, { recursive: true });
  const options = {
    outdir: pkg,
    outbase: here,
    bundle: true,
    format: "esm",
    target: "es2022",
    platform: "neutral",
    minify: true,
    legalComments: "none",
    sourcemap: "linked",
    external: ["node:*", "*.wasm", "gpt-tokenizer/*"],
    logLevel: "error",
  };
  // Each entry whole: a second file would be a second round trip before the first call.
  const entries = [...ENTRIES, ...(baseline ? ["baseline"] : [])].map((name) => join(here, `${name}.js`));
  await build({ ...options, entryPoints: entries, plugins: [restartable(WHOLE)] });
  const ofCore = RUNTIMES.map((name) => join(here, "core", `${name}.js`));
  await build({ ...options, entryPoints: ofCore, plugins: [restartable(CORE)] });
  await build({ ...options, entryPoints: [join(here, "cli.js")], sourcemap: false, plugins: [beside] });
  const manifest = JSON.parse(await readFile(join(here, "package.json"), "utf8"));
  if (baseline) await addBaseline(pkg, manifest);
  await writeFile(join(pkg, "package.json"), `${JSON.stringify({ ...manifest, version }, null, 2)}\n`);
  for (const name of ["README.md", "CHANGELOG.md", "LICENSE-MIT", "LICENSE-APACHE"])
    if (existsSync(path(name))) await cp(path(name), join(pkg, name));
  for (const [from, to] of [
    ["npm/gpt_image_edge_bg.wasm", "gpt_image_edge_bg.wasm"],
    ["core/gpt_image_edge_core_bg.wasm", "core/gpt_image_edge_core_bg.wasm"],
    ["pixels/gpt_image_edge_pixels_bg.wasm", "pixels/gpt_image_edge_pixels_bg.wasm"],
  ])
    await cp(path("target", from), join(pkg, to));
  for (const name of await readdir(here, { recursive: true }))
    if (name.endsWith(".d.ts") && (baseline || name !== "baseline.d.ts")) await cp(join(here, name), join(pkg, name));
}

async function main() {
  const { values: options } = parseArgs({
    options: { baseline: { type: "boolean", default: false }, apart: { type: "boolean", default: false } },
  });
  const out = options.apart ? "target/apart" : "pkg";
  const begin = performance.now();
  const version = /^version = "(.*)"$/m.exec(await readFile(path("Cargo.toml"), "utf8"))[1];
  // In place of the flags of .cargo/config.toml.
  const withSimd = { RUSTFLAGS: `-Ctarget-feature=+simd128 ${SMALL}` };
  const wasm = await unlessCurrent(
    { title: "building the package's wasm", from: CRATE, wanted: isCore, gives: ["target/npm/gpt_image_edge_bg.wasm"] },
    () => wasmPack(MODULE, WHOLE.folder, WHOLE.name, { settings: withSimd }),
  );
  const core = await unlessCurrent(
    {
      title: "building the core's wasm",
      from: CRATE,
      wanted: isCore,
      gives: ["target/core/gpt_image_edge_core_bg.wasm"],
    },
    () => wasmPack(MODULE, CORE.folder, CORE.name, { settings: withSimd, features: ["--no-default-features"] }),
  );
  const pixels = await unlessCurrent(
    {
      title: "building the wasm for pixels",
      from: [...WORKSPACE, "src/pixels", "src/picture"],
      wanted: isRust,
      gives: ["target/pixels/gpt_image_edge_pixels_bg.wasm"],
    },
    () => wasmPack(PIXELS, "pixels", "gpt_image_edge_pixels"),
  );
  await unlessCurrent(
    {
      title: "building the sandbox's wasm",
      from: [...CRATE, "worker/sandbox/Cargo.toml", "worker/sandbox/src"],
      wanted: isCore,
      gives: ["target/sandbox/gpt_image_edge_sandbox_bg.wasm"],
    },
    () => wasmPack("worker/sandbox", "sandbox", "gpt_image_edge_sandbox"),
  );
  const baseline =
    options.baseline &&
    (await unlessCurrent(
      {
        title: "building the package's wasm without SIMD",
        from: CRATE,
        wanted: isCore,
        gives: ["target/baseline/gpt_image_edge_bg.wasm"],
      },
      wasmWithoutSimd,
    ));
  const documents = ["README.md", "CHANGELOG.md", "LICENSE-MIT", "LICENSE-APACHE"];
  const pkg = await unlessCurrent(
    {
      title: `assembling ${out}`,
      from: ["src/npm", ...documents],
      also: wasm + core + pixels + baseline,
      gives: ["index.js", "core/index.js", "pixels/index.js", "package.json"].map((file) => `${out}/${file}`),
    },
    () => bundle(path(out), version, baseline),
  );
  if (!options.apart)
    await unlessCurrent(
      { title: "assembling the site", from: ["www", "package-lock.json"], also: pkg, gives: ["target/site/sw.js"] },
      () => buildSite(path("pkg"), path("target", "site")),
    );
  console.log(`  built in ${duration(performance.now() - begin)}`);
}

main().catch((error) => {
  console.error(error instanceof StepError ? error.message : error);
  process.exit(1);
});

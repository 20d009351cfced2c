// Brings everything the commands need, once, and tells what it brings. Each check is cheap when there is nothing to do.
//
// Tools that are built from source are kept outside the checkout, by version, so that a fresh clone finds them again.

import { access, mkdir, mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { constants, readFileSync } from "node:fs";
import { execFile } from "node:child_process";
import { homedir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

import { run, step, StepError } from "./steps.mjs";

/** The checkout. */
export const root = dirname(dirname(fileURLToPath(import.meta.url)));

const WASM_PACK = "0.15.1";
const NODE_MAJOR = 22;
const TARGET = "wasm32-unknown-unknown";

/** The CLI must be of the crate's version exactly. */
const bindgen = /^wasm-bindgen = "=(.*)"$/m.exec(readFileSync(join(root, "Cargo.toml"), "utf8"))[1];

const cache = join(process.env.XDG_CACHE_HOME || join(homedir(), ".cache"), "gpt-image-edge");
const exists = (path, mode = constants.F_OK) =>
  access(path, mode).then(
    () => true,
    () => false,
  );
const modified = (path) =>
  stat(path).then(
    (info) => info.mtimeMs,
    () => 0,
  );

/** What a command prints, or undefined when it cannot be run. */
async function printed(command, args, env = process.env) {
  try {
    const { stdout } = await promisify(execFile)(command, args, { env, cwd: root });
    return stdout.trim();
  } catch {
    return undefined;
  }
}

async function ensureRust() {
  if (!(await printed("rustup", ["--version"])))
    throw new StepError(
      "rustup is missing; install it with: curl --proto '=https' --tlsv1.2 -sSf https://sh.rustup.rs | sh",
    );
  const channel = /channel = "(.*)"/.exec(await readFile(join(root, "rust-toolchain.toml"), "utf8"))[1];
  const sysroot = () => printed("rustc", [`+${channel}`, "--print", "sysroot"]);
  let home = await sysroot();
  if (!home) {
    await step(`installing Rust ${channel}`, () =>
      run("rustup", ["toolchain", "install", channel, "--profile", "minimal", "-c", "clippy", "-c", "rustfmt"]),
    );
    home = await sysroot();
  }
  if (!(await exists(join(home, "lib", "rustlib", TARGET))))
    await step(`adding the Rust target ${TARGET}`, async () => {
      await run("rustup", ["target", "add", "--toolchain", channel, TARGET]);
    });
  for (const component of ["clippy", "rustfmt"])
    if (!(await exists(join(home, "bin", component === "clippy" ? "cargo-clippy" : component))))
      await step(`adding ${component}`, async () => {
        await run("rustup", ["component", "add", "--toolchain", channel, component]);
      });
}

/** Node modules, from the lock file, when that is newer than what is installed. */
async function ensureModules() {
  const stamp = join(root, "node_modules", ".package-lock.json");
  const lock = join(root, "package-lock.json");
  if ((await modified(stamp)) >= (await modified(lock))) return;
  await step("installing node modules", async () => {
    await run("npm", ["ci", "--no-audit", "--no-fund", "--loglevel=error"], { cwd: root });
    // npm keeps the date of an unchanged stamp; without this line every start would install again.
    await writeFile(stamp, await readFile(stamp));
  });
}

/** The folder of a Node that is new enough: the running one's, or that of npm's `node` package. */
const isNewEnough = Number(process.versions.node.split(".")[0]) >= NODE_MAJOR;
const nodeFolder = isNewEnough ? dirname(process.execPath) : join(root, "node_modules", "node", "bin");

async function ensureNode() {
  await ensureModules();
  const node = join(nodeFolder, "node");
  if (isNewEnough || (await exists(node, constants.X_OK))) return;
  // npm may hold install scripts back, and this package's binary comes by one.
  await step(`bringing Node ${NODE_MAJOR}`, async () => {
    await run("npm", ["rebuild", "node", "--foreground-scripts"], { cwd: root });
  });
  if (!(await exists(node, constants.X_OK)))
    throw new StepError(
      `Node ${process.versions.node} is too old; install Node ${NODE_MAJOR} or newer from https://nodejs.org`,
    );
}

/** What is built from source, if PATH has no such program of exactly that version: into a folder of its own below the cache. */
const TOOLS = [
  // It speaks to a driver on this machine only, so it needs no TLS.
  { crate: "wasm-bindgen-cli", binary: "wasm-bindgen", version: bindgen, options: ["--no-default-features"] },
  { crate: "wasm-pack", binary: "wasm-pack", version: WASM_PACK, options: [] },
].map((tool) => ({ ...tool, home: join(cache, `${tool.crate}-${tool.version}`) }));

async function ensureTools() {
  const missing = [];
  for (const tool of TOOLS) {
    const has = async (command) => (await printed(command, ["--version"]))?.split(/\s+/)[1] === tool.version;
    if (!(await has(tool.binary)) && !(await has(join(tool.home, "bin", tool.binary)))) missing.push(tool);
  }
  if (missing.length === 0) return;
  await mkdir(cache, { recursive: true });
  // One for all, because they share dependencies.
  const target = await mkdtemp(join(cache, "build-"));
  const quick = { CARGO_PROFILE_RELEASE_OPT_LEVEL: "0", CARGO_PROFILE_RELEASE_LTO: "off" };
  try {
    for (const { crate, version, home, options } of missing)
      await step(`building ${crate} ${version} (once)`, async () => {
        // These run for seconds: a quick build is worth more than a fast program.
        const env = { ...process.env, ...quick, CARGO_TARGET_DIR: target };
        const args = ["install", crate, "--locked", "--version", version, "--root", home, ...options];
        await run("cargo", args, { cwd: root, env });
      });
  } finally {
    await rm(target, { recursive: true, force: true });
  }
}

const browser = process.env.CHROME_PATH || "/usr/bin/chromium";
const driver = process.env.CHROMEDRIVER || "/usr/bin/chromedriver";

async function ensureChromium() {
  if ((await exists(browser)) && (await exists(driver))) return;
  const hint = "apt-get install -y chromium chromium-driver";
  if (process.getuid?.() !== 0 || !(await printed("apt-get", ["--version"])))
    throw new StepError(
      `Chromium and its driver are missing; install them with: sudo ${hint} (or set CHROME_PATH and CHROMEDRIVER)`,
    );
  await step("installing Chromium", async () => {
    const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
    await run("apt-get", ["update", "-q"], { env });
    await run("apt-get", ["install", "-q", "-y", "--no-install-recommends", "chromium", "chromium-driver"], { env });
  });
}

/**
 * Begins to bring everything, side by side, and gives the environment to run it in and a promise for each part that is
 * fulfilled when it is there: `rust`, `node` (with the modules), `tools`, and `chromium` if it is asked for.
 * @param {{ chromium?: boolean }} needs
 */
export function prepare({ chromium = false } = {}) {
  const tools = TOOLS.map(({ home }) => join(home, "bin"));
  process.env.PATH = [process.env.PATH, join(homedir(), ".cargo", "bin")].join(delimiter);
  const env = {
    ...process.env,
    PATH: [nodeFolder, join(root, "node_modules", ".bin"), ...tools, process.env.PATH].join(delimiter),
    ...(chromium ? { CHROME_PATH: browser, CHROMEDRIVER: driver } : {}),
  };
  const rust = ensureRust();
  const parts = { rust, node: ensureNode(), tools: rust.then(ensureTools) };
  if (chromium) parts.chromium = ensureChromium();
  // Whoever needs a part learns why it is missing; nobody may be asking yet when it fails.
  for (const part of Object.values(parts)) part.catch(() => {});
  return { env, node: join(nodeFolder, "node"), parts };
}

/** Ensures every tool and gives the environment to run them in. */
export async function setup(needs) {
  const { env, node, parts } = prepare(needs);
  // All of them, also after one has failed: to leave one half done would be worse than to wait for it.
  for (const { reason } of await Promise.allSettled(Object.values(parts))) if (reason) throw reason;
  return { env, node };
}

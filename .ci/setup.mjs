// Brings everything the commands need, once, and tells what it brings. Each check is cheap when there is nothing to do.
//
// Tools that are built from source are kept outside the checkout, by version, so that a fresh clone finds them again.

import { access, readFile, stat, writeFile } from "node:fs/promises";
import { constants } from "node:fs";
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
  const withCargo = [process.env.PATH, join(homedir(), ".cargo", "bin")].join(delimiter);
  process.env.PATH = withCargo;
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
async function ensureNode() {
  if (Number(process.versions.node.split(".")[0]) >= NODE_MAJOR) return dirname(process.execPath);
  const bundled = join(root, "node_modules", "node", "bin");
  if (!(await exists(join(bundled, "node"), constants.X_OK)))
    // npm may hold install scripts back, and this package's binary comes by one.
    await step(`bringing Node ${NODE_MAJOR}`, async () => {
      await run("npm", ["rebuild", "node", "--foreground-scripts"], { cwd: root });
    });
  if (!(await exists(join(bundled, "node"), constants.X_OK)))
    throw new StepError(
      `Node ${process.versions.node} is too old; install Node ${NODE_MAJOR} or newer from https://nodejs.org`,
    );
  return bundled;
}

/** A tool of exactly that version: from PATH, else built into the cache. Gives its folder, or undefined for PATH. */
async function ensureCargoTool(crate, binary, version) {
  const has = async (command) => (await printed(command, ["--version"]))?.split(/\s+/)[1] === version;
  if (await has(binary)) return undefined;
  const home = join(cache, `${crate}-${version}`);
  const bin = join(home, "bin");
  if (!(await has(join(bin, binary))))
    await step(`building ${crate} ${version} (about two minutes, once)`, async () => {
      // These run for seconds: a quick build is worth more than a fast program.
      const env = { ...process.env, CARGO_PROFILE_RELEASE_OPT_LEVEL: "1", CARGO_PROFILE_RELEASE_LTO: "off" };
      await run("cargo", ["install", crate, "--locked", "--version", version, "--root", home], { cwd: root, env });
    });
  return bin;
}

async function ensureChromium() {
  const browser = process.env.CHROME_PATH || "/usr/bin/chromium";
  const driver = process.env.CHROMEDRIVER || "/usr/bin/chromedriver";
  if ((await exists(browser)) && (await exists(driver))) return { browser, driver };
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
  return { browser, driver };
}

/**
 * Ensures every tool and gives the environment to run them in.
 * @param {{ chromium?: boolean }} needs
 */
export async function setup({ chromium = false } = {}) {
  await ensureRust();
  await ensureModules();
  const node = await ensureNode();
  const cargoToml = await readFile(join(root, "Cargo.toml"), "utf8");
  const bindgen = /^wasm-bindgen = "=(.*)"$/m.exec(cargoToml)[1];
  const tools = [
    await ensureCargoTool("wasm-bindgen-cli", "wasm-bindgen", bindgen),
    await ensureCargoTool("wasm-pack", "wasm-pack", WASM_PACK),
  ].filter(Boolean);
  const path = [node, join(root, "node_modules", ".bin"), ...tools, process.env.PATH].join(delimiter);
  const env = { ...process.env, PATH: path };
  if (chromium) {
    const { browser, driver } = await ensureChromium();
    Object.assign(env, { CHROME_PATH: browser, CHROMEDRIVER: driver });
  }
  return { env, node: join(node, "node") };
}

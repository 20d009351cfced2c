// Packs the package and installs the tarball in an empty project, as a user would.

import { cp, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

import { run } from "../../.ci/steps.mjs";

const here = dirname(fileURLToPath(import.meta.url));
export const root = dirname(dirname(here));
const out = join(root, "target", "package");

/** Packs a folder; gives where the tarball is, and what is in it. */
export async function pack(folder, destination) {
  await mkdir(destination, { recursive: true });
  const options = ["--pack-destination", destination, "--json"];
  const listed = await run("npm", ["pack", folder, ...options], { cwd: destination });
  // Warnings about the user's configuration may stand before the JSON.
  const [{ filename, files }] = JSON.parse(listed.slice(listed.indexOf("[")));
  return { path: join(destination, filename), files: files.map((file) => file.path) };
}

let packed;

/** The tarball of pkg/, packed once. */
export const tarball = () => (packed ??= pack(join(root, "pkg"), out));

/** A project of its own with the package in node_modules and the fixtures beside; gives its folder. */
export async function project(name, files = {}) {
  const folder = join(out, name);
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, "package.json"), JSON.stringify({ name, private: true, type: "module" }));
  const { path } = await tarball();
  await run("npm", ["install", path, "--offline", "--no-audit", "--no-fund", "--no-package-lock", "--loglevel=error"], {
    cwd: folder,
  });
  await cp(join(here, "fixtures"), folder, { recursive: true });
  for (const [file, text] of Object.entries(files)) await writeFile(join(folder, file), text);
  return folder;
}

let reference;

/** What the program gives in Node, from the tarball. */
export function expected() {
  reference ??= (async () => JSON.parse(await runIn(process.execPath, await project("reference"))))();
  return reference;
}

/** Runs the program with a Node, Deno or Bun. */
export async function runIn(runtime, folder, before = []) {
  const main = join(folder, "main.mjs");
  await writeFile(main, 'import { program } from "./program.js";\nconsole.log(JSON.stringify(await program()));\n');
  return await run(runtime, [...before, main], { cwd: folder });
}

/** Reads a file of the repository. */
export const text = (path) => readFile(join(root, path), "utf8");

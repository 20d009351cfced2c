// What others wrote and runs where the key is: two packages, locked, with nothing below them. And the package brings none.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";

const read = async (path) => JSON.parse(await readFile(new URL(`../../${path}`, import.meta.url), "utf8"));

/** Everything that is installed for those dependencies, as npm finds it from a folder of the repository. */
function below(packages, names, found = new Set()) {
  for (const name of names) {
    const place = `node_modules/${name}`;
    if (found.has(place)) continue;
    found.add(place);
    const { dependencies = {}, optionalDependencies = {} } = packages[place];
    below(packages, [...Object.keys(dependencies), ...Object.keys(optionalDependencies)], found);
  }
  return found;
}

test("the worker runs with two packages that need no others and run nothing when they are installed", async () => {
  const { packages } = await read("package-lock.json");
  const { dependencies } = await read("worker/package.json");
  const found = below(packages, Object.keys(dependencies));
  assert.deepEqual([...found].sort(), ["node_modules/hono", "node_modules/jose"]);
  for (const place of found) assert.equal(packages[place].hasInstallScript, undefined, place);
});

test("versions at run time are exact", async () => {
  const { dependencies } = await read("worker/package.json");
  for (const [name, version] of Object.entries(dependencies)) assert.match(version, /^\d+\.\d+\.\d+$/, name);
});

test("everything that comes from a registry is locked by a digest", async () => {
  const { packages } = await read("package-lock.json");
  // Workspaces are folders of this repository; links point to them, and bundled packages come inside another one.
  const fetched = Object.entries(packages).filter(
    ([place, entry]) => place.includes("node_modules/") && !entry.link && !entry.inBundle,
  );
  assert.ok(fetched.length > 100);
  assert.deepEqual(
    fetched.filter(([, { integrity }]) => !/^sha512-/.test(integrity ?? "")).map(([place]) => place),
    [],
  );
});

test("the package depends on nothing and runs nothing when it is installed", async () => {
  const { dependencies = {}, scripts = {} } = await read("pkg/package.json");
  assert.deepEqual(dependencies, {});
  assert.deepEqual(scripts, {});
});

// The worker as `wrangler deploy` would send it, in one process of workerd: no proxy before it, as `wrangler dev` has, so that
// its memory and its time are its own.

import { spawn } from "node:child_process";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";

import { root } from "../../.ci/setup.mjs";
import { run } from "../../.ci/steps.mjs";
import { endsWithUs } from "../chaos/child.ts";

const HOST = "127.0.0.1";
const START_MS = 30_000;
/** The workerd that wrangler was released with. */
const binary = createRequire(createRequire(import.meta.url).resolve("wrangler")).resolve("workerd/bin/workerd");

const quoted = (text) => JSON.stringify(text);

/** The files that would be deployed, with another entry in place of the worker's own where one is named. */
async function bundled(folder, entry) {
  const env = {
    ...process.env,
    CI: "1",
    CLOUDFLARE_CF_FETCH_ENABLED: "false",
    WRANGLER_HIDE_BANNER: "true",
    WRANGLER_SEND_ERROR_REPORTS: "false",
    WRANGLER_SEND_METRICS: "false",
  };
  const wrangler = join(root, "node_modules/wrangler/bin/wrangler.js");
  const args = [wrangler, "deploy", ...(entry ? [entry] : []), "--dry-run", "--outdir", folder];
  // Named, for it is looked for beside the entry.
  args.push("--config", join(root, "worker/wrangler.jsonc"));
  await run(process.execPath, args, { cwd: join(root, "worker"), env });
  const names = (await readdir(folder)).filter((name) => /\.(js|wasm)$/.test(name));
  // The first module is the one that is served.
  return names.sort((a, b) => Number(b.endsWith(".js")) - Number(a.endsWith(".js")));
}

/** workerd's configuration: https://github.com/cloudflare/workerd/blob/main/src/workerd/server/workerd.capnp. */
async function configuration({ names, storage, vars, flags }) {
  const text = await readFile(join(root, "worker/wrangler.jsonc"), "utf8");
  const date = /"compatibility_date": "([\d-]+)"/.exec(text)[1];
  const objects = [...text.matchAll(/"name": "(\w+)", "class_name": "(\w+)"/g)];
  const modules = names.map(
    (name) => `(name = ${quoted(name)}, ${name.endsWith(".js") ? "esModule" : "wasm"} = embed ${quoted(name)})`,
  );
  const bindings = [
    ...objects.map(([, name, type]) => `(name = ${quoted(name)}, durableObjectNamespace = ${quoted(type)})`),
    ...Object.entries(vars).map(([name, value]) => `(name = ${quoted(name)}, text = ${quoted(value)})`),
  ];
  const classes = objects.map(
    ([, , type]) => `(className = ${quoted(type)}, uniqueKey = ${quoted(`limits-${type}`)}, enableSql = true)`,
  );
  return `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    (name = "worker", worker = .worker),
    (name = "storage", disk = (path = ${quoted(storage)}, writable = true)),
    (name = "internet", network = (allow = ["public", "private"], tlsOptions = (trustBrowserCas = true))),
  ],
  sockets = [(name = "http", address = "${HOST}:0", http = (), service = "worker")],
);
const worker :Workerd.Worker = (
  modules = [${modules.join(", ")}],
  compatibilityDate = ${quoted(date)},
  compatibilityFlags = [${flags.map(quoted).join(", ")}],
  bindings = [${bindings.join(", ")}],
  durableObjectNamespaces = [${classes.join(", ")}],
  durableObjectStorage = (localDisk = "storage"),
);
`;
}

/**
 * Starts it with these variables. `entry`: a module in place of the worker's own. Ends with `close`, which also removes what
 * its objects stored, in a folder in `disk`. `inspected`: its isolate can be looked into.
 */
export async function startWorkerd({ vars, entry, disk = join(root, "target"), inspected = true, flags = [] }) {
  await mkdir(disk, { recursive: true });
  const folder = await mkdtemp(join(disk, "limits-"));
  const storage = join(folder, "storage");
  await mkdir(storage);
  const names = await bundled(folder, entry);
  const file = join(folder, "config.capnp");
  await writeFile(file, await configuration({ names, storage, vars, flags }), { mode: 0o600 });
  const args = ["serve", file, "--control-fd=3"];
  if (inspected) args.push(`--inspector-addr=${HOST}:0`);
  if (flags.includes("experimental")) args.push("--experimental");
  const child = spawn(binary, args, { stdio: ["ignore", "pipe", "pipe", "pipe"] });
  endsWithUs(child);
  const ended = new Promise((resolve) => child.once("exit", resolve));
  let log = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (log += chunk));
  const close = async () => {
    child.kill("SIGKILL");
    await ended;
    await rm(folder, { recursive: true, force: true });
  };
  try {
    const ports = await listening(child.stdio[3], ended, inspected ? ["listen", "listen-inspector"] : ["listen"]);
    return {
      address: `http://${HOST}:${ports.listen}`,
      inspector: `${HOST}:${ports["listen-inspector"]}`,
      pid: child.pid,
      storage,
      logs: () => log,
      close,
    };
  } catch (error) {
    await close();
    throw new Error(`workerd does not start: ${error.message}\n${log}`);
  }
}

/** The ports that workerd tells of when it listens, by the names of its events. */
async function listening(control, ended, wanted) {
  let told = "";
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`not in ${START_MS} ms`)), START_MS);
    void ended.then((code) => reject(new Error(`it ended with ${code}`))).finally(() => clearTimeout(timer));
    control.on("data", (chunk) => {
      told += chunk;
      const events = told
        .trim()
        .split("\n")
        .map((line) => (line.endsWith("}") ? JSON.parse(line) : {}));
      const ports = Object.fromEntries(events.map(({ event, port }) => [event, port]));
      if (wanted.some((event) => ports[event] === undefined)) return;
      clearTimeout(timer);
      resolve(ports);
    });
  });
}

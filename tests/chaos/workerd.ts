// The worker in a workerd of its own, without wrangler between: what is killed is the process that holds the objects, and
// what is started again finds their rows where the dead one left them, on disk.

import { execFile, spawn, type ChildProcess } from "node:child_process";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

import { endsWithUs } from "./child.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const wrangler = createRequire(join(root, "worker", "package.json")).resolve("wrangler/package.json");
/** The workerd that wrangler brings, so the one of the other tests. */
const binary = (createRequire(wrangler)("workerd") as { default: string }).default;
const CONFIG = join(root, "worker", "wrangler.jsonc");
const START_TIMEOUT_MS = 60_000;

export async function version(): Promise<string> {
  return (await promisify(execFile)(binary, ["--version"])).stdout.trim();
}

/** Bundles the worker as `wrangler deploy` would; gives the folder. An entry of the tests' own may stand in for its. */
export async function bundle(entry?: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "worker-bundle-"));
  const script = join(wrangler, "..", "bin", "wrangler.js");
  const args = [script, "deploy", ...(entry ? [entry] : []), "--config", CONFIG, "--dry-run", "--outdir", folder];
  await promisify(execFile)(process.execPath, args, {
    cwd: join(root, "worker"),
    env: {
      ...process.env,
      CI: "1",
      CLOUDFLARE_CF_FETCH_ENABLED: "false",
      WRANGLER_HIDE_BANNER: "true",
      WRANGLER_SEND_ERROR_REPORTS: "false",
      WRANGLER_SEND_METRICS: "false",
    },
  });
  return folder;
}

/** A place where objects live, with a process that may die and come back. */
export class World {
  /** Where it listens; another port after each start. */
  address = "";
  /** Lines that the worker wrote. */
  readonly lines: string[] = [];
  /** Told of each line when it comes. */
  heard: (line: string) => void = () => undefined;
  kills = 0;
  #child: ChildProcess | undefined;

  readonly folder: string;

  private constructor(folder: string) {
    this.folder = folder;
  }

  /** Starts nothing yet: `vars` are the worker's variables. */
  static async make(bundled: string, vars: Record<string, string>): Promise<World> {
    const folder = await mkdtemp(join(tmpdir(), "worker-world-"));
    const world = new World(folder);
    await mkdir(world.disk);
    await world.configure(bundled, vars);
    return world;
  }

  /** What is started from now on: a bundle and its variables. */
  async configure(bundled: string, vars: Record<string, string>): Promise<void> {
    await writeFile(join(this.folder, "config.capnp"), await configOf(this, bundled, vars));
  }

  /** The folder with the objects' databases. */
  get disk(): string {
    return join(this.folder, "objects");
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  async start(): Promise<void> {
    // Its standard output is the worker's log. The control channel tells the port.
    const child = spawn(binary, ["serve", "--experimental", "--control-fd=3", join(this.folder, "config.capnp")], {
      stdio: ["ignore", "pipe", "pipe", "pipe"],
    });
    this.#child = child;
    endsWithUs(child);
    for (const stream of [child.stdout, child.stderr])
      createInterface({ input: stream! }).on("line", (line) => {
        this.lines.push(line);
        this.heard(line);
      });
    const port = await new Promise<number>((resolve, reject) => {
      const fail = (why: string) => reject(new Error(`workerd ${why}\n${this.lines.slice(-20).join("\n")}`));
      const timer = setTimeout(fail, START_TIMEOUT_MS, "does not listen");
      child.once("exit", (code, signal) => fail(`ended with ${code ?? signal}`));
      createInterface({ input: child.stdio[3] as Readable }).on("line", (line) => {
        const message = JSON.parse(line) as { event: string; port?: number };
        if (message.event !== "listen" || message.port === undefined) return;
        clearTimeout(timer);
        resolve(message.port);
      });
    });
    this.address = `http://127.0.0.1:${port}`;
  }

  /** Ends it without a warning, in the middle of whatever it does. */
  async kill(): Promise<void> {
    const child = this.#child;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const gone = new Promise((resolve) => child.once("exit", resolve));
    child.kill("SIGKILL");
    await gone;
    this.kills++;
    this.#child = undefined;
  }

  async close(): Promise<void> {
    await this.kill();
    await rm(this.folder, { recursive: true, force: true });
  }
}

async function configOf({ folder, disk }: World, bundled: string, vars: Record<string, string>): Promise<string> {
  const settings = JSON.parse(
    (await readFile(CONFIG, "utf8")).replace(/^\s*\/\/.*$/gm, "").replace(/,(\s*[\]}])/g, "$1"),
  ) as {
    compatibility_date: string;
    durable_objects: { bindings: { name: string; class_name: string }[] };
  };
  const text = JSON.stringify;
  const objects = settings.durable_objects.bindings;
  const files = await readdir(bundled);
  const main = files.find((name) => name.endsWith(".js"))!;
  const modules = files.filter((name) => name.endsWith(".wasm"));
  // An absolute path would be taken for one of workerd's own files.
  const file = (name: string) => text(relative(folder, join(bundled, name)));
  const list = (items: string[]) => `[${items.join(", ")}]`;
  // The names of modules stand in the bundle as they do in its imports.
  return `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    (name = "worker", worker = .worker),
    (name = "internet", network = (allow = ["public", "private"])),
    (name = "objects", disk = (path = ${text(disk)}, writable = true)),
  ],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "worker")],
);
const worker :Workerd.Worker = (
  compatibilityDate = ${text(settings.compatibility_date)},
  modules = ${list([
    `(name = ${text(main)}, esModule = embed ${file(main)})`,
    ...modules.map((name) => `(name = ${text(`./${name}`)}, wasm = embed ${file(name)})`),
  ])},
  bindings = ${list([
    ...objects.map((o) => `(name = ${text(o.name)}, durableObjectNamespace = ${text(o.class_name)})`),
    ...Object.entries(vars).map(([name, value]) => `(name = ${text(name)}, text = ${text(value)})`),
  ])},
  durableObjectNamespaces = ${list(
    objects.map((o) => `(className = ${text(o.class_name)}, uniqueKey = ${text(o.class_name)}, enableSql = true)`),
  )},
  durableObjectStorage = (localDisk = "objects"),
);
`;
}

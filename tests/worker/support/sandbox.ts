// The sandbox as a server in Node: an upstream that nobody had to write for one test.

import type { SandboxOptions } from "../../../worker/sandbox/http/scene.ts";

interface Module {
  createSandbox(options: SandboxOptions): object;
  serve(box: object, port: number): Promise<{ port: number; close(): Promise<void> }>;
}

// Not by its name: it is JavaScript, and the compiler would look for its types.
const module = new URL("../../../worker/sandbox/http/node.mjs", import.meta.url).pathname;
export const { createSandbox, serve } = (await import(module)) as Module;

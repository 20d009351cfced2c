// The sandbox in workerd, where a wasm file is imported as a compiled module.

import wasm from "../../../target/sandbox/gpt_image_edge_sandbox_bg.wasm";
import { initSync } from "../../../target/sandbox/gpt_image_edge_sandbox.js";
import { sandbox, type Sandbox, type SandboxOptions } from "./sandbox.ts";

export type { Sandbox, SandboxOptions };

/** An upstream without a network: answers as api.openai.com does, with pictures it draws itself. */
export function createSandbox(options: SandboxOptions = {}): Sandbox {
  initSync({ module: wasm });
  return sandbox(options);
}

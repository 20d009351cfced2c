// Sets up, then runs a script with every tool at hand: `node .ci/with-tools.mjs src/npm/build.mjs`.

import { spawn } from "node:child_process";

import { setup } from "./setup.mjs";
import { StepError } from "./steps.mjs";

try {
  const { env, node } = await setup();
  const child = spawn(node, process.argv.slice(2), { env, stdio: "inherit" });
  child.on("exit", (code) => process.exit(code ?? 1));
} catch (error) {
  console.error(error instanceof StepError ? error.message : error);
  process.exit(1);
}

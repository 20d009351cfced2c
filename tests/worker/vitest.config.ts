import { fileURLToPath } from "node:url";

import { defineConfig } from "vitest/config";

const root = fileURLToPath(new URL("../..", import.meta.url));

export default defineConfig({
  // Parts of the worker that run here without workerd take the package for Node.
  resolve: { alias: { "gpt-image-edge": `${root}pkg/node.js` } },
  test: {
    include: ["**/*.test.ts"],
    // For what hangs: on a busy machine tests that run side by side take four times as long as alone.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    // Each file starts a workerd of its own; two at a time leave the machine usable.
    maxWorkers: 2,
    // Tests that run side by side in a file mostly wait: for the pauses of SDKs that try again.
    maxConcurrency: 40,
  },
});

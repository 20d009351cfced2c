// The whole thing, started as a user starts it: `npm start`, on a port of its own.

import { spawn } from "node:child_process";
import { createServer } from "node:net";
import { join } from "node:path";

import { root } from "../../.ci/setup.mjs";

const START_TIMEOUT_MS = 300_000;

function freePort() {
  return new Promise((resolve, reject) => {
    const probe = createServer().once("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });
}

/** The server that the tests of all files share, or one for this file alone. */
export async function shared() {
  const { E2E_ADDRESS: address, E2E_TOKEN: token } = process.env;
  return address ? { address, token, stop: async () => {} } : start();
}

/** Starts worker, page and sandbox; gives their address, the token, and how to stop them. */
export async function start(env = {}) {
  const port = await freePort();
  const child = spawn(process.execPath, [join(root, "worker", "start.mjs")], {
    // What tests spend in a day must not end those that come after them, nor what somebody tries by hand.
    env: { ...process.env, PORT: String(port), STATE_FOLDER: "e2e", ORGANIZATION_DAILY_USD: "1000000", ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  const ready = new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`npm start did not get ready:\n${output}`)), START_TIMEOUT_MS);
    const listen = (chunk) => {
      output += chunk;
      const match = /^ready: (http:\S+) token: (\S+)$/m.exec(output);
      if (match) {
        clearTimeout(timer);
        resolve({ address: match[1], token: match[2] });
      }
    };
    child.stdout.on("data", listen);
    child.stderr.on("data", listen);
    child.once("exit", (code) => reject(new Error(`npm start ended with ${code}:\n${output}`)));
  });
  const ended = new Promise((resolve) => child.once("exit", resolve));
  const stop = async () => {
    child.kill("SIGTERM");
    await ended;
  };
  try {
    return { ...(await ready), stop };
  } catch (error) {
    child.kill("SIGTERM");
    throw error;
  }
}

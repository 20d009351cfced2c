// OpenAI's published description as a judge: a mock server that nobody here wrote checks each request against it.

import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { createServer, type AddressInfo } from "node:net";
import { join } from "node:path";

const folder = new URL("../../../../shared/spec/", import.meta.url).pathname;

/** Whether the description is there; it is not part of this project. */
export const present = existsSync(join(folder, "steady.json"));
if (!present)
  console.log("../shared/spec is not there: requests are not checked against OpenAI's published description");

export interface Judge {
  /** What it finds wrong with a request; empty when nothing. */
  judge(path: string, contentType: string, body: Uint8Array): Promise<string[]>;
  close(): void;
}

export async function startJudge(): Promise<Judge> {
  const port = await freePort();
  const script = createRequire(import.meta.url).resolve("@stdy/cli/steady.js");
  const formats = ["form-array", "query-array", "form-object", "query-object"].map(
    (name) => `--validator-${name}-format=brackets`,
  );
  const child = spawn(
    process.execPath,
    [script, "--host", "127.0.0.1", "-p", String(port), ...formats, join(folder, "steady.json")],
    {
      stdio: "ignore",
      // It starts a program of its own, which a signal to it alone would leave behind.
      detached: true,
    },
  );
  const address = `http://127.0.0.1:${port}`;
  const close = () => {
    try {
      process.kill(-child.pid!);
    } catch {
      // It has ended already.
    }
  };
  for (let tries = 0; ; tries++) {
    if (await fetch(address).catch(() => undefined)) break;
    if (tries === 200 || child.exitCode !== null) {
      close();
      throw new Error("@stdy/cli does not start");
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return {
    async judge(path, contentType, body) {
      const headers = { "content-type": contentType, authorization: "Bearer x" };
      const reply = await fetch(`${address}${path}`, { method: "POST", headers, body: new Uint8Array(body) });
      const found = [...reply.headers].filter(([name, value]) => name.startsWith("x-steady-error") && value !== "0");
      const text = await reply.text();
      if (reply.status !== 200) found.push([`status ${reply.status}`, text.slice(0, 1000)]);
      return found.map(([name, value]) => `${name}: ${value}`);
    },
    close,
  };
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const probe = createServer().listen(0, "127.0.0.1", () => {
      const { port } = probe.address() as AddressInfo;
      probe.close(() => resolve(port));
    });
  });
}

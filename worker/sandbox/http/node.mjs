// The sandbox in Node: the same, with its module read from the disk. Also a server:
// `node worker/sandbox/http/node.mjs [PORT]` serves it on 127.0.0.1.

import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { Readable } from "node:stream";
import { initSync } from "../../../target/sandbox/gpt_image_edge_sandbox.js";
import { sandbox } from "./sandbox.ts";

/**
 * An upstream without a network: answers as api.openai.com does, with pictures it draws itself.
 * @param {import("./sandbox.ts").SandboxOptions} [options]
 * @returns {import("./sandbox.ts").Sandbox}
 */
export function createSandbox(options = {}) {
  const file = new URL("../../../target/sandbox/gpt_image_edge_sandbox_bg.wasm", import.meta.url);
  initSync({ module: new WebAssembly.Module(readFileSync(file)) });
  return sandbox(options);
}

/**
 * Serves a sandbox over HTTP. A reply that is cut short closes the connection in the middle.
 * @param {import("./sandbox.ts").Sandbox} box
 * @param {number} port 0 for any that is free
 * @returns {Promise<{ port: number, close(): Promise<void> }>}
 */
export function serve(box, port) {
  const server = createServer(async (incoming, outgoing) => {
    const gone = new AbortController();
    outgoing.on("close", () => gone.abort());
    try {
      const body = ["GET", "HEAD"].includes(incoming.method ?? "") ? null : Readable.toWeb(incoming);
      const headers = new Headers();
      for (const [name, value] of Object.entries(incoming.headers)) headers.set(name, String(value));
      const request = new Request(`http://127.0.0.1${incoming.url}`, {
        method: incoming.method,
        headers,
        body,
        duplex: "half",
        signal: gone.signal,
      });
      const response = await box.fetch(request);
      outgoing.writeHead(response.status, Object.fromEntries(response.headers));
      outgoing.flushHeaders();
      if (response.body) for await (const chunk of response.body) outgoing.write(chunk);
      outgoing.end();
    } catch {
      outgoing.destroy();
    }
  });
  return new Promise((resolve, reject) => {
    server.on("error", reject);
    server.listen(port, "127.0.0.1", () => {
      const address = server.address();
      resolve({
        port: typeof address === "object" && address ? address.port : port,
        close: () => new Promise((done) => (server.close(() => done()), server.closeAllConnections())),
      });
    });
  });
}

if (process.argv[1] === new URL(import.meta.url).pathname) {
  const today = process.env["SANDBOX_TODAY"];
  const apiKey = process.env["SANDBOX_API_KEY"];
  const box = createSandbox({ ...(today && { today }), ...(apiKey && { apiKey }) });
  const { port } = await serve(box, Number(process.argv[2] ?? 4500));
  console.log(`sandbox: http://127.0.0.1:${port}/v1`);
}

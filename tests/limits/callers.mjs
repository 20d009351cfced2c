// Callers as a machine room has them: some send slowly, some never read.

import { once } from "node:events";
import { request } from "node:http";
import { connect } from "node:net";

import { png } from "../worker/support/pictures.ts";

export const TOKEN = "token-of-the-limits-0123";
const authorization = `Bearer ${TOKEN}`;
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const CHUNK = 64 * 1024;

/** A form of so many MB, in files of at most 45 MB, its fields before them. */
export function formOf(model, megabytes) {
  const boundary = "----limits-0123456789";
  const field = (name, value) =>
    Buffer.from(`--${boundary}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`);
  const fields = { model, prompt: "more", quality: "low", size: "1024x1024" };
  const parts = Object.entries(fields).map(([name, value]) => field(name, value));
  for (let left = megabytes * 1e6; left > 0; left -= 45e6)
    parts.push(
      Buffer.from(
        `--${boundary}\r\nContent-Disposition: form-data; name="image[]"; filename="a.png"\r\nContent-Type: image/png\r\n\r\n`,
      ),
      png(64, 64, { padding: Math.min(left, 45e6) }),
      Buffer.from("\r\n"),
    );
  parts.push(Buffer.from(`--${boundary}--\r\n`));
  return { body: Buffer.concat(parts), contentType: `multipart/form-data; boundary=${boundary}` };
}

/** Sends a form at a speed, and gives the status and the text of the answer. `sent` hears of the bytes that are on their way. */
export async function upload(
  address,
  { body, contentType },
  { bytesPerSecond = Infinity, sent = () => undefined } = {},
) {
  const headers = { authorization, "content-type": contentType, "content-length": body.length };
  const outgoing = request(`${address}/v1/images/edits`, { method: "POST", headers, agent: false });
  const answered = once(outgoing, "response");
  const start = performance.now();
  for (let at = 0; at < body.length; at += CHUNK) {
    if (!outgoing.write(body.subarray(at, at + CHUNK))) await once(outgoing, "drain");
    sent(at);
    const early = (at / bytesPerSecond) * 1000 - (performance.now() - start);
    if (early > 1) await sleep(early);
  }
  outgoing.end();
  const [incoming] = await answered;
  let text = "";
  for await (const chunk of incoming) text += chunk;
  return { status: incoming.statusCode, text };
}

/** Asks for the stream of a key and reads nothing of it but its head; ends when the head is there. */
export async function stalledReader(address, body, key) {
  const { hostname, port } = new URL(address);
  const socket = connect({ host: hostname, port: Number(port) });
  const text = JSON.stringify(body);
  socket.write(
    `POST /v1/images/generations HTTP/1.1\r\nHost: ${hostname}\r\nAuthorization: ${authorization}\r\nIdempotency-Key: ${key}\r\n` +
      `Content-Type: application/json\r\nContent-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`,
  );
  await once(socket, "readable");
  const head = String(socket.read());
  const status = Number(/^HTTP\/1\.1 (\d+)/.exec(head)?.[1]);
  const operation = /^x-operation-id: (\S+)/im.exec(head)?.[1];
  // Its close is only seen by whoever reads on; what is read then is forgotten.
  const drain = async () => {
    let length = 0;
    socket.on("data", (chunk) => (length += chunk.length));
    await once(socket, "close").catch(() => undefined);
    return length;
  };
  return { status, operation, drain, close: () => socket.destroy() };
}

/** What the worker says of an operation, when it has ended. */
export async function ended(address, operation) {
  for (;;) {
    const reply = await fetch(`${address}/v1/operations/${operation}`, { headers: { authorization } });
    const told = await reply.json();
    if (told.status !== "running") return told;
    await sleep(20);
  }
}

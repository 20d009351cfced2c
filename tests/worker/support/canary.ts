// Where a key shows: every spelling that is searched for, written without the worker's own list, and a proxy that lets it out.

import { createServer, request } from "node:http";
import type { AddressInfo } from "node:net";

import { KEY } from "./worker.ts";

const hex = Buffer.from(KEY).toString("hex");
/** Base64 of it behind zero, one and two other bytes, without the characters that its neighbours change. */
const base64 = ["", "x", "xx"].map((before) => {
  const text = Buffer.from(`${before}${KEY}`).toString("base64").replace(/=+$/, "");
  return text.slice(before === "" ? 0 : 4, -2);
});
const escaped = hex.replace(/../g, "%$&");
const FORMS = [
  ...[KEY, [...KEY].join("\0"), hex, hex.toUpperCase(), encodeURIComponent(KEY), escaped, escaped.toUpperCase()],
  ...base64,
  ...base64.map((form) => form.replaceAll("+", "-").replaceAll("/", "_")),
];

/** Whether a text holds the key, raw, in base64, in hexadecimal, or as addresses spell it, also inside an address. */
export const holds = (text: string) =>
  FORMS.some((form) => text.includes(form) || text.includes(encodeURIComponent(form)));

/** What many put before an API: it adds the key and passes on whatever comes back. */
export async function startPlainProxy(target: string, key: string) {
  const server = createServer((incoming, response) => {
    const headers = { ...incoming.headers, authorization: `Bearer ${key}` };
    const outgoing = request(`${target}${incoming.url}`, { method: incoming.method!, headers }, (answer) => {
      response.writeHead(answer.statusCode!, answer.headers);
      answer.pipe(response);
      answer.on("error", () => response.destroy());
    });
    outgoing.on("error", () => response.destroy());
    incoming.pipe(outgoing);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    address: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => new Promise<void>((resolve) => (server.closeAllConnections(), server.close(() => resolve()))),
  };
}

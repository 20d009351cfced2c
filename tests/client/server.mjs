// A server that plays an upstream or the worker, and the package as it was built.

import { once } from "node:events";
import { createServer } from "node:http";
import { existsSync, readFileSync } from "node:fs";

/** The newest instance of the module: how much memory it has, and how many calls it holds. */
let instance;
const Instance = WebAssembly.Instance;
WebAssembly.Instance = class extends Instance {
  constructor(...parts) {
    super(...parts);
    if (this.exports.session_count) instance = this;
  }
};

export const edge = await import("../../pkg/node.js");
export const memory = () => instance.exports.memory.buffer.byteLength;
export const sessions = () => instance.exports.session_count();

/** A picture of one pixel, which every reply may bring. */
export const PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

/** What a recorded exchange holds; undefined where there are no recordings beside the project. */
export function recorded(name) {
  const file = new URL(`../../../shared/recorded/${name}.json`, import.meta.url);
  return existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : undefined;
}

/** An event of a stream as it goes over the wire. */
export const event = (data, id) => `${id ? `id: ${id}\n` : ""}event: ${data.type}\ndata: ${JSON.stringify(data)}\n\n`;
export const partial = (index, id) =>
  event({ type: "image_generation.partial_image", b64_json: PNG, partial_image_index: index }, id);
export const completed = (id) =>
  event({ type: "image_generation.completed", b64_json: PNG, usage: USAGE, size: "1x1", output_format: "png" }, id);
export const USAGE = {
  input_tokens: 12,
  output_tokens: 272,
  total_tokens: 284,
  input_tokens_details: { text_tokens: 12, image_tokens: 0 },
};

/** The whole reply of a generation. */
export const drawn = (fields = {}) =>
  Response.json(
    { created: 1, data: [{ b64_json: PNG }], size: "1x1", output_format: "png", usage: USAGE },
    { headers: { "x-request-id": "req_1", ...fields } },
  );
export const refused = (status, error, headers) =>
  Response.json({ error: { message: "no", ...error } }, { status, headers });

/** A reply that streams these texts; an Error among them breaks the connection there. */
export function stream(texts, headers = {}) {
  const utf8 = new TextEncoder();
  const source = texts[Symbol.iterator]();
  const body = new ReadableStream(
    {
      async pull(controller) {
        const { done, value } = source.next();
        if (done) controller.close();
        else if (value instanceof Error) {
          // What was written before must have left, or the break would take it along.
          await new Promise((resolve) => setTimeout(resolve, 20));
          controller.error(value);
        } else controller.enqueue(utf8.encode(await value));
      },
    },
    { highWaterMark: 0 },
  );
  return new Response(body, { headers: { "content-type": "text/event-stream", ...headers } });
}

/**
 * A server on this machine that answers each call as `answer` says, until the test is over.
 * @param {import("node:test").TestContext} t
 * @param {(request: Request, number: number) => Response | Promise<Response>} answer the number counts from 0
 */
export async function serve(t, answer) {
  const requests = [];
  const server = createServer(async (incoming, outgoing) => {
    const parts = [];
    for await (const part of incoming) parts.push(part);
    const hasBody = !["GET", "HEAD"].includes(incoming.method);
    const request = new Request(`http://127.0.0.1${incoming.url}`, {
      method: incoming.method,
      headers: incoming.headers,
      body: hasBody ? Buffer.concat(parts) : undefined,
    });
    const gone = new Promise((resolve) => outgoing.on("close", () => resolve(!outgoing.writableFinished)));
    requests.push({
      method: incoming.method,
      path: incoming.url,
      headers: incoming.headers,
      body: hasBody ? Buffer.concat(parts).toString() : undefined,
      gone,
    });
    try {
      const response = await answer(request, requests.length - 1);
      outgoing.writeHead(response.status, Object.fromEntries(response.headers));
      outgoing.flushHeaders();
      for await (const chunk of response.body ?? []) {
        if (outgoing.destroyed) return;
        if (!outgoing.write(chunk)) await Promise.race([once(outgoing, "drain"), gone]);
      }
      outgoing.end();
    } catch {
      outgoing.destroy();
    }
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const baseURL = `http://127.0.0.1:${server.address().port}/v1`;
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return { baseURL, requests };
}

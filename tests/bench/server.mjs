// What the runtimes load: pages and modules, and the replies that come over HTTP.

import { createServer } from "node:http";

import { eventStream, jsonBody, STREAMED_BYTES, TINY_BYTES } from "./data.js";

const MB = 1024 * 1024;

/** Replies by their paths. The tiny ones are for running everything before its memory is measured. */
const REPLIES = {
  "/tiny.json": () => ["application/json", jsonBody(TINY_BYTES)],
  "/2.json": () => ["application/json", jsonBody(1.5 * MB)],
  "/8.json": () => ["application/json", jsonBody(6 * MB)],
  "/tiny.sse": () => ["text/event-stream", eventStream(TINY_BYTES)],
  "/stream.sse": () => ["text/event-stream", eventStream(STREAMED_BYTES)],
};

/**
 * Serves those files, and the replies, on a free port.
 * @param {Record<string, [type: string, body: string | Buffer]>} files
 */
export async function serve(files = {}) {
  const made = {};
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url, "http://bench");
    const reply = REPLIES[pathname] && (made[pathname] ??= REPLIES[pathname]());
    const [type, body] = reply ?? files[pathname] ?? [];
    if (type === undefined) return response.writeHead(404).end();
    response.writeHead(200, {
      "content-type": type,
      // What is measured is loaded each time anew, and what is only there to be run is not.
      "cache-control": reply ? "no-store" : "max-age=3600",
      "content-length": Buffer.byteLength(body),
      "x-request-id": "req_bench",
      "access-control-allow-origin": "*",
    });
    response.end(body);
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { origin: `http://127.0.0.1:${server.address().port}`, close: () => server.close() };
}

// An upstream that draws nothing: it takes uploads at a speed and answers with events of a size, so that what is measured is
// the worker's.

import { createServer } from "node:http";

import * as edge from "../../pkg/node.js";
import { boundedModel, usageOf } from "../common/model.ts";

export const USAGE = usageOf(edge, boundedModel(edge));
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** A stream of so many events whose pictures have so many characters of base64 each. */
export function eventsOf(count, characters) {
  const picture = "A".repeat(characters);
  return Array.from({ length: count }, (_, index) => {
    const last = index === count - 1;
    const type = `image_generation.${last ? "completed" : "partial_image"}`;
    const data = { type, b64_json: picture, ...(last ? { usage: USAGE } : { partial_image_index: index }) };
    return `event: ${type}\ndata: ${JSON.stringify(data)}\n\n`;
  });
}

/**
 * Starts it. `gate`, in its settings: an upload is held up after so many bytes, until something has ended. `bytesPerSecond`: how fast it takes uploads; `events`: what it streams to those who ask for a stream, with so
 * many milliseconds between them; `delayMs`: how long it draws.
 */
export async function startUpstream({ events = [], pauseMs = 0, delayMs = 0, bytesPerSecond = Infinity } = {}) {
  /** Calls that began, bytes of them, and those that came whole: only these could be billed. */
  const book = { calls: 0, bytes: 0, whole: 0 };
  const settings = { events, pauseMs, delayMs, bytesPerSecond, gate: undefined };
  const server = createServer((request, response) => {
    book.calls += 1;
    answer(request, response).catch(() => response.destroy());
  });
  async function answer(request, response) {
    const start = performance.now();
    let taken = 0;
    let head = "";
    for await (const chunk of request) {
      taken += chunk.length;
      book.bytes += chunk.length;
      if (taken >= settings.gate?.after) await settings.gate.until;
      if (head.length < 4096) head += chunk.toString("latin1");
      const early = (taken / settings.bytesPerSecond) * 1000 - (performance.now() - start);
      if (early > 1) await sleep(early);
    }
    book.whole += 1;
    await sleep(settings.delayMs);
    if (!/"stream":\s*true/.test(head)) {
      response.writeHead(200, { "content-type": "application/json" });
      return response.end(JSON.stringify({ created: 1763600000, data: [{ b64_json: "aGVsbG8=" }], usage: USAGE }));
    }
    response.writeHead(200, { "content-type": "text/event-stream" });
    for (const event of settings.events) {
      if (!response.write(event))
        await new Promise((resolve) => response.once("drain", resolve).once("close", resolve));
      await sleep(settings.pauseMs);
    }
    response.end();
  }
  // A kept connection that is closed just when a call takes it is another matter.
  server.keepAliveTimeout = 600_000;
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    address: `http://127.0.0.1:${server.address().port}`,
    book,
    settings,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(resolve);
      }),
  };
}

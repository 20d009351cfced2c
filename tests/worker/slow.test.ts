// Callers that send slowly on purpose: a body that drips in holds a connection, and must not hold it for long.

import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { ByteReader } from "../../worker/src/multipart/reader.ts";
import { exchange } from "./support/client.ts";
import { fields, form, picture } from "./support/forms.ts";
import { MODEL } from "./support/model.ts";
import { png } from "./support/pictures.ts";
import { json, PICTURE, startUpstream, type Upstream } from "./support/upstream.ts";
import { KEY, startWorker, TOKEN, type Running } from "./support/worker.ts";

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

describe("a reader of bodies", () => {
  /** A stream that gives so many bytes every so many milliseconds, as often as it is told. */
  const dripping = (bytes: number, ms: number, times: number) =>
    new ReadableStream<Uint8Array>({
      async pull(controller) {
        if (times-- === 0) return controller.close();
        await sleep(ms);
        controller.enqueue(new Uint8Array(bytes));
      },
    });
  const pace = { graceMs: 100, bytesPerSecond: 10_000 };
  const read = async (stream: ReadableStream<Uint8Array>, pauseMs = 0) => {
    const reader = new ByteReader(stream, 1e9, pace);
    let length = 0;
    while (await reader.more()) {
      length += reader.take(reader.bytes.length).length;
      await sleep(pauseMs);
    }
    return length;
  };

  test("refuses what comes more slowly than it must", async () => {
    await expect(read(dripping(1, 40, 100))).rejects.toMatchObject({ status: 408 });
    await expect(read(dripping(1, 60_000, 1))).rejects.toMatchObject({ status: 408 });
    // 100 ms and a tenth of a second for each 1,000 bytes: 40 ms for 200 is twice as long.
    await expect(read(dripping(200, 40, 100))).rejects.toMatchObject({ status: 408 });
  });

  test("waits for what comes in time, and does not count the time that others take", async () => {
    expect(await read(dripping(4_000, 20, 20))).toBe(80_000);
    expect(await read(dripping(10, 0, 10), 40)).toBe(100);
  });
});

describe("the worker", () => {
  let upstream: Upstream;
  let worker: Running;
  beforeAll(async () => {
    upstream = await startUpstream();
    worker = await startWorker({
      UPSTREAM: "openai",
      UPSTREAM_BASE_URL: upstream.address,
      OPENAI_API_KEY: KEY,
      DEMO_TOKEN: TOKEN,
    });
    upstream.expect(json(PICTURE));
  });
  afterAll(async () => {
    await worker.close();
    await upstream.close();
  });

  const text = JSON.stringify({ model: MODEL, prompt: "a cat", quality: "low", size: "1024x1024" });
  const { body, contentType } = form({
    parts: [picture(png(64, 64, { padding: 600_000 })), ...fields({ model: MODEL, prompt: "more", quality: "low" })],
  });
  test.concurrent.each<[string, string, string, Uint8Array]>([
    ["JSON", "/v1/images/generations", "application/json", Buffer.from(text)],
    ["a form", "/v1/images/edits", contentType, body],
  ])("ends %s that drips in", { timeout: 60_000 }, async (_, path, type, bytes) => {
    const ended = new AbortController();
    async function* drip() {
      for (let at = 0; !ended.signal.aborted; at++) {
        yield bytes.subarray(at, at + 1);
        await sleep(500);
      }
    }
    const headers = {
      authorization: `Bearer ${TOKEN}`,
      "content-type": type,
      "content-length": bytes.length,
    };
    const reply = await exchange(`${worker.address}${path}`, { method: "POST", headers, body: drip() }).finally(() =>
      ended.abort(),
    );
    expect(reply.status).toBe(408);
    expect(JSON.parse(reply.body.toString())).toMatchObject({ error: { code: "request_timeout" } });
    expect(upstream.calls).toHaveLength(0);
  });
});

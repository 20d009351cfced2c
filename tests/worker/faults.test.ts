// Networks that break: between the worker and its upstream, and between a caller and the worker. Whatever happens, the
// upstream is asked once, nothing that is cut looks whole, and the next call is fine.

import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";

import { random } from "../sim/clock.ts";
import { startFaultProxy, type FaultProxy, type Faults } from "./support/fault-proxy.ts";
import { fields, form, picture } from "./support/forms.ts";
import { MODEL } from "./support/model.ts";
import { png } from "./support/pictures.ts";
import { createSandbox, serve } from "./support/sandbox.ts";
import { KEY, startWorker, TOKEN, type Running } from "./support/worker.ts";

/** One for each cut and dribble whose place is left to chance. */
const SEED = Number(process.env["SEED"] ?? 7);
const CAT = { model: MODEL, prompt: "a cat", size: "1024x1024", quality: "low", output_format: "webp" };

let server: Awaited<ReturnType<typeof serve>>;
/** Between worker and upstream, and between caller and worker. */
let behind: FaultProxy;
let before: FaultProxy;
let worker: Running;
/** Calls that the upstream heard the end of. */
let heard = 0;

beforeAll(async () => {
  const box = createSandbox({ today: "2026-11-20", pauseMs: 1 }) as { fetch(request: Request): Promise<Response> };
  // Each picture is drawn once: it is the way of it that is looked at here.
  const drawn = new Map<string, { headers: Headers; body: ArrayBuffer }>();
  const counting = {
    async fetch(request: Request) {
      const asked = await request.arrayBuffer();
      heard++;
      const key = Buffer.from(asked).toString("latin1");
      if (!drawn.has(key))
        drawn.set(key, await answered(box.fetch(new Request(request, { method: "POST", body: asked }))));
      const { headers, body } = drawn.get(key)!;
      return new Response(body.slice(), { headers });
    },
  };
  server = await serve(counting, 0);
  behind = await startFaultProxy(`http://127.0.0.1:${server.port}`);
  worker = await startWorker({
    UPSTREAM: "openai",
    UPSTREAM_BASE_URL: `${behind.address}/v1`,
    OPENAI_API_KEY: KEY,
    DEMO_TOKEN: TOKEN,
  });
  before = await startFaultProxy(worker.address);
});
afterAll(async () => {
  await before.close();
  await worker.close();
  await behind.close();
  await server.close();
});
beforeEach(() => {
  behind.break({});
  before.break({});
  heard = 0;
});

async function answered(coming: Promise<Response>) {
  const reply = await coming;
  return { headers: reply.headers, body: await reply.arrayBuffer() };
}

const post = (body: object) => ({
  method: "POST",
  headers: { "content-type": "application/json", authorization: `Bearer ${TOKEN}`, connection: "close" },
  body: JSON.stringify(body),
});

type Outcome = "picture" | "error" | "broken";

/** What a caller has in the end: a whole picture, an error that says so, or a connection that broke. */
async function outcome(address: string, body: object): Promise<Outcome> {
  let text: string;
  let status: number;
  let streamed: boolean;
  try {
    const reply = await fetch(`${address}/v1/images/generations`, post(body));
    status = reply.status;
    streamed = reply.headers.get("content-type")!.startsWith("text/event-stream");
    text = await reply.text();
  } catch {
    return "broken";
  }
  if (streamed) {
    const events = text.split("\n\n").filter((event) => event.includes("data: "));
    const read = events.flatMap((event) => {
      const data = /^data: (.*)$/m.exec(event)![1]!;
      try {
        return [JSON.parse(data) as { type?: string; b64_json?: string; error?: object }];
      } catch {
        // Cut in the middle: no event, by the standard.
        return [];
      }
    });
    const last = read.find(({ type }) => type === "image_generation.completed");
    if (last) return whole(last.b64_json!) ? "picture" : "broken";
    return read.some(({ type, error }) => type === "error" || error) ? "error" : "broken";
  }
  let answer: { data?: { b64_json: string }[]; error?: { message: string; type: string } };
  try {
    answer = JSON.parse(text) as typeof answer;
  } catch {
    // An answer that is cut must not be one that says it is whole.
    return "broken";
  }
  if (status === 200 && answer.data) return whole(answer.data[0]!.b64_json) ? "picture" : "broken";
  expect(answer.error).toMatchObject({ message: expect.any(String), type: expect.any(String) });
  return "error";
}

/** Whether a WebP has all the bytes that its header tells of. */
function whole(base64: string): boolean {
  const file = Buffer.from(base64, "base64");
  return file.toString("latin1", 8, 12) === "WEBP" && file.readUInt32LE(4) + 8 === file.length;
}

const next = random(SEED);
const somewhere = (from: number, to: number) => from + Math.floor(next() * (to - from));

describe.each([
  ["an answer", CAT],
  ["a stream", { ...CAT, stream: true, partial_images: 1 }],
])("between worker and upstream: %s", (_, body) => {
  test.each<[string, Faults, Outcome[], number]>([
    ["nothing breaks", {}, ["picture"], 1],
    ["cut before the request", { up: { cutAfter: 0 } }, ["error"], 0],
    ["cut inside the request", { up: { cutAfter: 90 } }, ["error"], 0],
    ["cut before the first byte of the answer", { down: { cutAfter: 0 } }, ["error"], 1],
    ["cut inside the headers", { down: { cutAfter: somewhere(1, 60) } }, ["error"], 1],
    ["cut behind the first bytes of the body", { down: { cutAfter: somewhere(900, 1000) } }, ["error", "broken"], 1],
    ["cut inside the base64", { down: { cutAfter: somewhere(2_000, 6_000) } }, ["error", "broken"], 1],
    ["cut further on inside the base64", { down: { cutAfter: somewhere(6_000, 12_000) } }, ["error", "broken"], 1],
    ["a slow way there", { up: { dribble: { bytes: somewhere(5, 30), ms: 1 } } }, ["picture"], 1],
    ["a slow way back", { down: { dribble: { bytes: somewhere(300, 900), ms: 1 } } }, ["picture"], 1],
  ])("%s", async (_, faults, expected, calls) => {
    behind.break(faults);
    expect(expected).toContain(await outcome(worker.address, body));
    // Nothing that may have been paid is sent again.
    expect(heard).toBe(calls);
    behind.break({});
    expect(await outcome(worker.address, body)).toBe("picture");
    expect(heard).toBe(calls + 1);
  });
});

describe("between caller and worker", () => {
  test.each<[string, Faults, Outcome]>([
    ["cut before the request", { up: { cutAfter: 0 } }, "broken"],
    ["cut inside the request", { up: { cutAfter: 200 } }, "broken"],
    ["cut inside the answer", { down: { cutAfter: somewhere(1_500, 9_000) } }, "broken"],
    ["a slow way there", { up: { dribble: { bytes: somewhere(5, 30), ms: 1 } } }, "picture"],
    ["a slow way back", { down: { dribble: { bytes: somewhere(300, 900), ms: 1 } } }, "picture"],
  ])("%s", async (_, faults, expected) => {
    before.break(faults);
    expect(await outcome(before.address, CAT)).toBe(expected);
    expect(heard).toBeLessThanOrEqual(1);
    before.break({});
    expect(await outcome(before.address, CAT)).toBe("picture");
  });

  test("a form that trickles in and breaks off is never heard whole upstream", async () => {
    const { body, contentType } = form({
      parts: [...fields(CAT), picture(png(64, 64, { padding: 700_000 }))],
    });
    const send = () =>
      fetch(`${before.address}/v1/images/edits`, {
        method: "POST",
        headers: { "content-type": contentType, authorization: `Bearer ${TOKEN}`, connection: "close" },
        body,
      });
    before.break({ up: { cutAfter: somewhere(550_000, 690_000) } });
    await expect(send().then((reply) => reply.text())).rejects.toThrow();
    expect(heard).toBe(0);
    before.break({ up: { dribble: { bytes: 20_000, ms: 5 } } });
    const reply = await send();
    expect(reply.status).toBe(200);
    expect(heard).toBe(1);
    await reply.text();
  });
});

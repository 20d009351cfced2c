// What a call holds is given back, however it ends.

import assert from "node:assert/strict";
import { setFlagsFromString } from "node:v8";
import test from "node:test";
import { runInNewContext } from "node:vm";

import { completed, drawn, edge, event, memory, partial, PNG, serve, sessions, stream } from "./server.mjs";

const { ImageClient } = edge;
const request = { model: edge.models()[0].id, prompt: "a cat", partial_images: 2 };

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc");
const turn = () => new Promise((resolve) => setImmediate(resolve));

/** A generator of numbers from 0 up to 1 that gives the same ones each time (mulberry32). */
function dice(seed) {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let mixed = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** The bytes of a stream with a large picture, in pieces of random length; `stop` is asked before each. */
function pieces(text, roll, stop) {
  const bytes = new TextEncoder().encode(text);
  let at = 0;
  return new ReadableStream(
    {
      async pull(controller) {
        await stop(Math.min(at / bytes.length, 1));
        if (at >= bytes.length) return controller.close();
        const end = at + 1 + Math.floor(roll() * 40_000);
        controller.enqueue(bytes.slice(at, end));
        at = end;
      },
    },
    { highWaterMark: 0 },
  );
}

const LARGE = Buffer.concat([Buffer.from(PNG, "base64"), Buffer.alloc(200_000)]).toString("base64");
const TEXT =
  partial(0) +
  event({ type: "image_generation.partial_image", b64_json: LARGE, partial_image_index: 1 }) +
  event({ type: "image_generation.completed", b64_json: LARGE });

/** Starts a stream and ends it at a random point in one of the ways a caller has. */
async function startAndAbort(roll) {
  const caller = new AbortController();
  const point = roll();
  const way = ["signal", "cancel", "break", "dispose", "network", "total"][Math.floor(roll() * 6)];
  let stopped;
  const reached = new Promise((resolve) => (stopped = resolve));
  const fetch = async (_, { signal }) => {
    const ended = new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
    ended.catch(() => undefined);
    const stop = async (position) => {
      if (position < point) return;
      stopped();
      if (way === "network") throw new Error("lost");
      await ended;
    };
    // Some fail before there is anything to read.
    if (point < 0.05) await stop(1);
    return new Response(pieces(TEXT, roll, stop), { headers: { "content-type": "text/event-stream" } });
  };
  const client = new ImageClient({ baseURL: "http://images.example/v1", fetch, maxRetries: 0 });
  const events = client.generateStream(request, { signal: caller.signal });
  if (way === "break") {
    // Leaves with the first picture, or when nothing more comes.
    reached.then(() => caller.abort());
    for await (const _ of events) break;
    return;
  }
  const reader = events.getReader();
  const end = { signal: () => caller.abort(), cancel: () => reader.cancel(), dispose: () => disposeOf(client) };
  reached.then(end[way] ?? end.signal);
  for (;;) {
    const { done } = await reader.read();
    if (done) return;
  }
}

const disposeOf = (client) => client[Symbol.dispose ?? Symbol.for("Symbol.dispose")]();

test("1,000 streams that are aborted at random points leave the module's memory where it was", async () => {
  const roll = dice(1);
  let failed = 0;
  const round = async (count, atOnce) => {
    for (let index = 0; index < count; index += atOnce)
      await Promise.all(Array.from({ length: atOnce }, () => startAndAbort(roll).catch(() => failed++)));
    await turn();
  };
  // More at once than later, so that how they happen to coincide does not matter.
  await round(200, 40);
  assert.equal(sessions(), 0);
  const before = memory();
  await round(1000, 20);
  assert.equal(sessions(), 0, "no call is held");
  assert.equal(memory(), before, "no byte more");
  assert.ok(failed > 400 && failed < 1150, `${failed} of 1,200 failed: all ways of ending must occur`);
});

test("whole calls that are aborted at random points leave nothing", async () => {
  const roll = dice(2);
  const body = JSON.stringify({ created: 1, data: [{ b64_json: LARGE }, { b64_json: LARGE }] });
  const once = async () => {
    const caller = new AbortController();
    const point = roll() * 1.2;
    const fetch = async (_, { signal }) => {
      const stop = (position) => {
        if (position < point) return undefined;
        caller.abort("enough");
        throw signal.reason;
      };
      return new Response(pieces(body, roll, stop), { headers: { "content-type": "application/json" } });
    };
    const client = new ImageClient({ baseURL: "http://images.example/v1", fetch });
    const call = client.generate(request, { signal: caller.signal });
    if (point > 1) return assert.equal((await call).images.length, 2);
    return assert.rejects(call, { kind: "aborted", cause: "enough" });
  };
  for (let index = 0; index < 100; index++) await once();
  const before = memory();
  for (let index = 0; index < 300; index++) await once();
  assert.equal(sessions(), 0);
  assert.equal(memory(), before);
});

test("a stream that nobody holds any more ends its call", async (t) => {
  const hang = new Promise(() => {});
  const server = await serve(t, () => stream([partial(0), hang]));
  await (async () => {
    const reader = new ImageClient(server).generateStream(request).getReader();
    await reader.read();
    assert.equal(sessions(), 1);
  })();
  for (let tries = 0; tries < 200 && sessions() > 0; tries++) {
    collect();
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  assert.equal(sessions(), 0);
  assert.equal(await server.requests[0].gone, true, "the server learns of it");
});

test("asyncDispose ends a stream, whether it is being read, was read or never was", async (t) => {
  const hang = new Promise(() => {});
  const server = await serve(t, () => stream([partial(0), hang]));
  const client = new ImageClient(server);
  const end = (events) => events[Symbol.asyncDispose ?? Symbol.for("Symbol.asyncDispose")]();

  const unread = client.generateStream(request);
  await end(unread);
  assert.equal((await unread.getReader().read()).done, true);
  assert.equal(server.requests.length, 0);

  const held = client.generateStream(request);
  const reader = held.getReader();
  await reader.read();
  const rest = reader.read();
  rest.catch(() => undefined);
  await end(held);
  await assert.rejects(rest, { kind: "aborted" });

  const left = client.generateStream(request);
  for await (const _ of left) break;
  await end(left);
  assert.equal(sessions(), 0);
});

test("disposing of a client ends its calls, and it can go on", async (t) => {
  const hang = new Promise(() => {});
  let hanging = true;
  const server = await serve(t, () => (hanging ? hang : drawn()));
  const client = new ImageClient(server);
  const calls = [client.generate(request), client.generate(request)].map((call) =>
    assert.rejects(call, { kind: "aborted" }),
  );
  while (server.requests.length < 2) await turn();
  disposeOf(client);
  await Promise.all(calls);
  assert.equal(sessions(), 0);
  hanging = false;
  assert.equal((await client.generate(request)).images.length, 1);
});

test("disposing of a result revokes the addresses of its pictures", async (t) => {
  const server = await serve(t, () => drawn());
  const result = await new ImageClient(server).generate(request);
  const url = result.images[0].url();
  assert.equal((await (await fetch(url)).blob()).size, result.images[0].blob.size);
  disposeOf(result);
  await assert.rejects(fetch(url));
  assert.notEqual(result.images[0].url(), url, "the picture itself stays");
});

test("whoever leaves with the finished picture does not cut the connection", async (t) => {
  let finish;
  const server = await serve(t, () => {
    const tail = new Promise((resolve) => (finish = () => resolve("data: [DONE]\n\n")));
    return stream([completed(), tail]);
  });
  const types = [];
  for await (const { type } of new ImageClient(server).generateStream(request)) {
    types.push(type);
    break;
  }
  assert.deepEqual(types, ["completed"]);
  assert.equal(sessions(), 0, "its memory is free before the connection is");
  // Long enough for a cut to arrive, if there were one.
  assert.equal(await Promise.race([server.requests[0].gone, new Promise((r) => setTimeout(r, 200, "open"))]), "open");
  finish();
  assert.equal(await server.requests[0].gone, false);
});

test("whoever leaves before the finished picture does", async (t) => {
  const hang = new Promise(() => {});
  const server = await serve(t, () => stream([partial(0), hang]));
  for await (const _ of new ImageClient(server).generateStream(request)) break;
  assert.equal(await server.requests[0].gone, true);
});

test("a server that never ends after the finished picture is left in the end", async (t) => {
  const filler = (function* () {
    yield completed();
    for (;;) yield `: ${"x".repeat(8000)}\n\n`;
  })();
  const server = await serve(t, () => stream(filler));
  for await (const _ of new ImageClient(server).generateStream(request)) break;
  assert.equal(await server.requests[0].gone, true);
});

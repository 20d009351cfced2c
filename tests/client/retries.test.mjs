// What is sent again, and how: every row of the table in src/exchange/retry.rs over a real connection, once to a server
// that keeps nothing and once to one that plays gpt-image-edge's worker.

import assert from "node:assert/strict";
import { createServer } from "node:net";
import test from "node:test";

import { completed, drawn, edge, event, partial, refused, serve, sessions, stream } from "./server.mjs";

const { ImageApiError, ImageClient } = edge;
const request = { model: edge.models()[0].id, prompt: "a cat" };
const lost = new Error("cut");
const cutBody = () =>
  new Response(stream(['{"created":1,"da', lost]).body, { headers: { "content-type": "application/json" } });

/** Answers of our worker: it names the operation that it keeps. */
function kept(response) {
  response.headers.set("x-operation-id", "op_1");
  return response;
}

/** What a call came to: `images` or the error's kind and code. */
async function outcome(promise) {
  try {
    return (await promise).images.length;
  } catch (error) {
    assert.ok(ImageApiError.isInstance(error), String(error.stack));
    return `${error.kind} ${error.code}`;
  }
}

const overloaded = () => refused(503, { code: "server_is_overloaded" });
for (const [name, first, kind, anywhere, atWorker] of [
  ["429 rate_limit_exceeded", () => refused(429, { code: "rate_limit_exceeded" }, { "retry-after-ms": "1" }), "", 2, 2],
  ["429 slow_down", () => refused(429, { code: "slow_down" }, { "retry-after-ms": "1" }), "", 2, 2],
  ["429 insufficient_quota", () => refused(429, { code: "insufficient_quota" }), "quota insufficient_quota", 1, 1],
  ["a rate limit that forbids it", () => refused(429, { code: "r" }, { "x-should-retry": "false" }), "rate r", 1, 1],
  ["401", () => refused(401, { code: "invalid_api_key" }), "auth invalid_api_key", 1, 1],
  ["403", () => refused(403, { code: "unverified" }), "account unverified", 1, 1],
  ["404", () => refused(404, { code: "model_not_found" }), "user model_not_found", 1, 1],
  ["400 validation", () => refused(400, { code: "invalid_value" }), "user invalid_value", 1, 1],
  ["400 moderation", () => refused(400, { code: "moderation_blocked" }), "moderation moderation_blocked", 1, 1],
  ["413", () => refused(413, { code: "too_large" }), "user too_large", 1, 1],
  ["415", () => refused(415, { code: "media_type" }), "user media_type", 1, 1],
  ["422", () => refused(422, { code: "unprocessable" }), "user unprocessable", 1, 1],
  ["409", () => refused(409, { code: "conflict" }), "upstream conflict", 1, 1],
  ["409 for a moment", () => refused(409, { code: "c" }, { "retry-after-ms": "1" }), "upstream c", 1, 2],
  ["408", () => refused(408, { code: "late" }), "upstream late", 1, 2],
  ["500 at once", () => refused(500, { code: "server_error" }), "upstream server_error", 1, 2],
  ["500 that must be retried", () => refused(500, { code: "e" }, { "x-should-retry": "true" }), "upstream e", 1, 2],
  ["502", () => refused(502, { code: "bad_gateway" }), "upstream bad_gateway", 1, 2],
  ["503", overloaded, "upstream server_is_overloaded", 1, 2],
  ["504", () => refused(504, { code: "late" }), "upstream late", 1, 2],
  ["524", () => refused(524, { code: "late" }), "upstream late", 1, 2],
  ["a reset before the head", () => Promise.reject(lost), "network connection_lost", 1, 2],
  ["a body that breaks off", cutBody, "network connection_lost", 1, 2],
  ["an empty answer", () => Response.json({ created: 1, data: [] }), "protocol empty_result", 1, 1],
  ["an answer that is no JSON", () => new Response("{]"), "protocol invalid_json", 1, 1],
])
  for (const [where, idempotent, sent] of [
    ["anywhere", undefined, anywhere],
    ["at our worker", true, atWorker],
  ])
    test(`${name}, ${where}: sent ${sent === 1 ? "once" : "again"}`, async (t) => {
      const server = await serve(t, async (incoming, number) => {
        const reply = await (number === 0 ? first() : drawn());
        return idempotent ? kept(reply) : reply;
      });
      const client = new ImageClient({ ...server, idempotent });
      assert.equal(await outcome(client.generate(request)), sent === 1 ? kind : 1);
      assert.equal(server.requests.length, sent);
      const keys = new Set(server.requests.map(({ headers }) => headers["idempotency-key"]));
      assert.equal(keys.size, 1, "the key is that of the intent, not of the attempt");
      assert.equal(sessions(), 0);
    });

test("nothing listens: sent again anywhere, and nothing was billed", async () => {
  // A port that was just given back: connecting to it is refused.
  const listener = createServer();
  await new Promise((resolve) => listener.listen(0, "127.0.0.1", resolve));
  const { port } = listener.address();
  await new Promise((resolve) => listener.close(resolve));
  const client = new ImageClient({ baseURL: `http://127.0.0.1:${port}/v1`, maxRetries: 1 });
  await assert.rejects(client.generate(request), (error) => {
    assert.deepEqual([error.kind, error.attempts, error.billed, error.retryable], ["network", 2, "no", true]);
    return true;
  });
});

test("a timeout is not sent again, except by our worker", async (t) => {
  const hang = new Promise(() => {});
  const server = await serve(t, () => hang);
  const plain = new ImageClient({ ...server, connectTimeout: 30 });
  await assert.rejects(plain.generate(request), { kind: "timeout", code: "connect_timeout", attempts: 1 });
  const ours = new ImageClient({ ...server, connectTimeout: 30, idempotent: true, maxRetries: 1 });
  await assert.rejects(ours.generate(request), { kind: "timeout", code: "connect_timeout", attempts: 2 });
  const total = new ImageClient({ ...server, timeout: 30, idempotent: true });
  await assert.rejects(total.generate(request), { kind: "timeout", code: "total_timeout", attempts: 1 });
});

test("the worker is known by its first answer, and from then on failures are sent again", async (t) => {
  const server = await serve(t, (incoming, number) => {
    if (number === 1) return overloaded();
    return kept(drawn());
  });
  const client = new ImageClient(server);
  assert.equal(await outcome(client.generate(request)), 1);
  assert.equal(await outcome(client.generate(request)), 1);
  assert.equal(server.requests.length, 3);
  const [first, second, third] = server.requests.map(({ headers }) => headers["idempotency-key"]);
  assert.match(first, /^[\da-f-]{36}$/);
  assert.notEqual(first, second);
  assert.equal(second, third);
});

test("what one client has learnt of a server, the next one knows", async (t) => {
  const server = await serve(t, (_, number) => (number === 1 ? overloaded() : kept(drawn())));
  await new ImageClient(server).generate(request);
  assert.equal(await outcome(new ImageClient(server).generate(request)), 1);
  assert.equal(server.requests.length, 3);
  const unwilling = new ImageClient({ ...server, idempotent: false });
  await unwilling.generate(request);
  assert.equal(server.requests[3].headers["idempotency-key"], undefined);
});

test("a reply that breaks off after the worker showed itself is asked for again, also the very first", async (t) => {
  const server = await serve(t, (incoming, number) => kept(number === 0 ? cutBody() : drawn()));
  const result = await new ImageClient(server).generate(request);
  assert.equal(result.images.length, 1);
  assert.equal(result.operationId, "op_1");
  assert.deepEqual(
    server.requests.map(({ method, path }) => `${method} ${path}`),
    ["POST /v1/images/generations", "GET /v1/operations/op_1/result"],
  );
});

test("a server that repeats the key keeps the answer", async (t) => {
  const server = await serve(t, (incoming, number) => {
    const reply = number === 0 ? cutBody() : drawn();
    reply.headers.set("idempotency-key", incoming.headers.get("idempotency-key"));
    return reply;
  });
  assert.equal(await outcome(new ImageClient(server).generate(request)), 1);
  assert.deepEqual(
    server.requests.map(({ method }) => method),
    ["POST", "POST"],
  );
});

test("a server that repeats another key keeps nothing", async (t) => {
  const server = await serve(t, () => {
    const reply = cutBody();
    reply.headers.set("idempotency-key", "somebody else's");
    return reply;
  });
  assert.equal(await outcome(new ImageClient(server).generate(request)), "network connection_lost");
  assert.equal(server.requests.length, 1);
});

test("a key of the caller's own is the one that is sent", async (t) => {
  const server = await serve(t, (incoming) => kept(drawn()));
  const client = new ImageClient({ ...server, headers: { "Idempotency-Key": "mine" } });
  await client.generate(request);
  await client.generate(request, { idempotencyKey: "this one" });
  assert.deepEqual(
    server.requests.map(({ headers }) => headers["idempotency-key"]),
    ["mine", "this one"],
  );
});

test("no key is sent where the caller says that none is kept", async (t) => {
  const server = await serve(t, () => drawn());
  await new ImageClient({ ...server, idempotent: false }).generate(request);
  assert.equal(server.requests[0].headers["idempotency-key"], undefined);
});

async function types(events) {
  const list = [];
  for await (const { type, partial_image_index } of events) list.push(partial_image_index ?? type);
  return list;
}

test("a lost stream is resumed where it broke off, without another generation", async (t) => {
  const server = await serve(t, (incoming, number) => {
    const texts = [[partial(0, "op_1:1"), lost], [": hb\n\n", partial(1, "op_1:2"), lost], [completed("op_1:3")]];
    return kept(stream(texts[number]));
  });
  const client = new ImageClient({ ...server, apiKey: "token", headers: { "x-more": "1" } });
  assert.deepEqual(await types(client.generateStream({ ...request, partial_images: 2 })), [0, 1, "completed"]);
  assert.deepEqual(
    server.requests.map(({ method, path, headers }) => [method, path, headers["last-event-id"]]),
    [
      ["POST", "/v1/images/generations", undefined],
      ["GET", "/v1/operations/op_1/result", "op_1:1"],
      ["GET", "/v1/operations/op_1/result", "op_1:2"],
    ],
  );
  for (const { headers } of server.requests)
    assert.deepEqual(
      [headers.accept, headers.authorization, headers["x-more"]],
      ["text/event-stream", "Bearer token", "1"],
    );
});

test("a lost response is resumed, too", async (t) => {
  const server = await serve(t, (incoming, number) =>
    kept(
      number === 0
        ? stream([event({ type: "response.created", response: {} }, "op_1:1"), lost])
        : stream([event({ type: "response.completed", response: { id: "resp_1", output: [] } }, "op_1:2")]),
      incoming,
    ),
  );
  const found = await types(new ImageClient(server).respondStream({ input: "x" }));
  assert.deepEqual(found, ["event", "completed"]);
  assert.deepEqual(
    server.requests.map(({ method, path }) => `${method} ${path}`),
    ["POST /v1/responses", "GET /v1/operations/op_1/result"],
  );
});

test("a worker that does not know the operation is sent the request again, with the key and the last event", async (t) => {
  for (const status of [404, 405, 410, 501]) {
    const server = await serve(t, (incoming) => {
      if (incoming.method === "GET") return refused(status, { code: "unknown_url" });
      const again = incoming.headers.get("last-event-id");
      return kept(again ? stream([completed("a:2")]) : stream([partial(0, "a:1"), lost]));
    });
    assert.deepEqual(await types(new ImageClient(server).generateStream(request)), [0, "completed"]);
    const posts = server.requests.filter(({ method }) => method === "POST");
    assert.deepEqual(
      posts.map(({ headers }) => headers["last-event-id"]),
      [undefined, "a:1"],
    );
    assert.equal(posts[0].headers["idempotency-key"], posts[1].headers["idempotency-key"]);
  }
});

test("an operation without a key is only ever asked for, never drawn again", async (t) => {
  const server = await serve(t, (incoming) => {
    if (incoming.method === "GET") return refused(404, { code: "not_found" });
    const reply = stream([partial(0, "a:1"), lost]);
    reply.headers.set("x-operation-id", "op_1");
    return reply;
  });
  const client = new ImageClient({ ...server, maxRetries: 2, idempotent: false });
  await assert.rejects(types(client.generateStream(request)), (error) => {
    assert.deepEqual([error.kind, error.code, error.billed], ["network", "connection_lost", "unknown"]);
    assert.deepEqual([error.operationId, error.partialImages.length, error.attempts], ["op_1", 1, 3]);
    return true;
  });
  assert.deepEqual(
    server.requests.map(({ method }) => method),
    ["POST", "GET", "GET"],
  );
});

test("a refusal without a key is not sent again, though it names an operation", async (t) => {
  const server = await serve(t, () => kept(overloaded()));
  const client = new ImageClient({ ...server, idempotent: false });
  assert.equal(await outcome(client.generate(request)), "upstream server_is_overloaded");
  assert.equal(server.requests.length, 1);
});

test("a stream that falls silent is lost, and heartbeats are life", async (t) => {
  const hang = new Promise(() => {});
  const server = await serve(t, (incoming, number) =>
    kept(number === 0 ? stream([partial(0, "op_1:1"), hang]) : stream([": hb\n\n", completed("op_1:2")])),
  );
  const client = new ImageClient({ ...server, idleTimeout: 300 });
  assert.deepEqual(await types(client.generateStream(request)), [0, "completed"]);
  assert.equal(server.requests[1].path, "/v1/operations/op_1/result");
});

test("while the caller is busy with an event the silence is not the server's, and afterwards it is", async () => {
  const idleTimeout = 100;
  let send;
  const body = new ReadableStream({
    start: (controller) => void (send = (text) => controller.enqueue(new TextEncoder().encode(text))),
  });
  const headers = { "content-type": "text/event-stream" };
  const fetch = async () => new Response(body, { headers });
  const client = new ImageClient({ baseURL: "http://images.example/v1", fetch, idleTimeout, maxRetries: 0 });
  const events = client.generateStream(request)[Symbol.asyncIterator]();
  const busy = () => new Promise((resolve) => setTimeout(resolve, 3 * idleTimeout));
  send(partial(0));
  for (const number of [1, 2]) {
    assert.equal((await events.next()).value.partial_image_index, number - 1);
    await busy();
    send(partial(number));
  }
  assert.equal((await events.next()).value.partial_image_index, 2);
  await busy();
  const failure = await events.next().catch((error) => error);
  assert.equal(`${failure.kind} ${failure.code}`, "timeout idle_timeout");
  assert.equal(failure.partialImages.length, 3);
});

test("an error that the worker reports in a stream is told and not sent again", async (t) => {
  const server = await serve(t, (incoming) =>
    kept(
      stream([partial(0, "a:1"), event({ type: "error", error: { code: "server_error", message: "broke" } })]),
      incoming,
    ),
  );
  await assert.rejects(types(new ImageClient(server).generateStream(request)), { kind: "upstream", billed: "yes" });
  assert.equal(server.requests.length, 1);
});

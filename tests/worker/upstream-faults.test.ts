// Whatever goes wrong at the upstream: the ledger is balanced afterwards, what may have been billed is charged, what was
// not is free, and the next call is fine.

import { estimateCost } from "gpt-image-edge";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { ACCOUNT, bearer, expectBalanced, today } from "./support/account.ts";
import { MODEL } from "./support/model.ts";
import { startWorker, type Running } from "./support/worker.ts";

let worker: Running;

beforeAll(async () => {
  worker = await startWorker({ ...ACCOUNT, UPSTREAM: "sandbox", CALL_TIMEOUT_SECONDS: "4" });
});
afterAll(() => worker.close());

const CAT = { model: MODEL, prompt: "a cat", size: "1024x1024", quality: "low", output_format: "jpeg" };
const most = (body: object) => estimateCost("generate", body as never).max!;
const draw = (authorization: string, body: object, headers: Record<string, string> = {}, init: RequestInit = {}) =>
  worker.send("/v1/images/generations", {
    method: "POST",
    headers: { authorization, "content-type": "application/json", ...headers },
    body: JSON.stringify(body),
    ...init,
  });

/** What a call has cost: what was held back, what its usage said, or nothing. */
type Charged = "all" | "usage" | "nothing";

describe.each([false, true])("stream: %s", (stream) => {
  const body = stream ? { ...CAT, stream, partial_images: 1 } : CAT;
  test.each<[string, number, Charged]>([
    ["401", 401, "nothing"],
    ["403", 403, "nothing"],
    ["404", 404, "nothing"],
    ["429", 429, "nothing"],
    ["quota", 429, "nothing"],
    ["moderation", 400, "nothing"],
    ["echo", 400, "nothing"],
    ["500", 500, "all"],
    ["503", 503, "all"],
    ["html", 502, "all"],
    ["redirect", 502, "all"],
    ["hang", 504, "all"],
    ["slow ms:200", 200, "usage"],
    ["cut", 200, "all"],
    ["cut-start", 200, "all"],
    ["cut-base64", 200, "all"],
    ["badjson", 200, "all"],
    ["error", 200, stream ? "all" : "usage"],
    // Without a picture, but with a bill.
    ["url", 200, "usage"],
    ["empty", 200, stream ? "all" : "usage"],
  ])("%s", async (fault, status, charged) => {
    const authorization = await bearer({ sub: `${fault} ${stream}`, budget: 1 });
    const reply = await draw(authorization, body, { "x-sandbox-fault": fault });
    expect(reply.status).toBe(status);
    // Nobody's SDK buys again by itself what may have been bought.
    if (status >= 400 && charged === "all") expect(reply.headers.get("x-should-retry")).toBe("false");
    const text = await reply.text().catch(() => "broke off");
    if (status === 200 && charged === "all") expect(text).toMatch(/broke off|"charged":true/);

    const { spent_usd, reserved_usd } = await today(worker, authorization);
    expect(reserved_usd).toBe(0);
    if (charged === "nothing") expect(spent_usd).toBe(0);
    if (charged === "all") expect(spent_usd).toBe(most(body));
    if (charged === "usage") {
      expect(spent_usd).toBeGreaterThan(0);
      expect(spent_usd).toBeLessThan(most(body));
    }
    await expectBalanced(worker);
    const next = await draw(authorization, body);
    expect(next.status).toBe(200);
    expect(await next.text()).toContain("b64_json");
  });
});

describe("a caller who leaves", () => {
  const settled = async (authorization: string, id: string) => {
    for (;;) {
      const reply = await worker.send(`/v1/operations/${id}`, { headers: { authorization } });
      const operation = (await reply.json()) as { status: string; cost: { charged_usd: number }; result: string };
      if (operation.status !== "running") return operation;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  };

  test("in the middle of a stream has paid for it once, and can have the rest of it", async () => {
    const authorization = await bearer({ sub: "leaver", budget: 1 });
    const body = { ...CAT, output_format: "png", stream: true, partial_images: 3 };
    const gone = new AbortController();
    const reply = await draw(authorization, body, {}, { signal: gone.signal });
    const id = reply.headers.get("x-operation-id")!;
    const { value } = await reply.body!.getReader().read();
    expect(new TextDecoder().decode(value)).toMatch(new RegExp(`^id: ${id}:1\n`));
    gone.abort();

    const operation = await settled(authorization, id);
    expect(operation.status).toBe("completed");
    expect((await today(worker, authorization)).spent_usd).toBe(operation.cost.charged_usd);
    await expectBalanced(worker);

    const again = await worker.send(operation.result, { headers: { authorization, "last-event-id": `${id}:1` } });
    expect(again.headers.get("content-type")).toMatch(/^text\/event-stream/);
    const rest = await again.text();
    expect(rest).not.toContain(`id: ${id}:1\n`);
    // What is outdated by then is not sent once more.
    expect([...rest.matchAll(/^event: (.*)$/gm)].map(([, type]) => type)).toEqual(["image_generation.completed"]);
    expect((await today(worker, authorization)).spent_usd).toBe(operation.cost.charged_usd);
  });

  test("before anything came finds it under the key", async () => {
    const authorization = await bearer({ sub: "early leaver", budget: 1 });
    const headers = { "idempotency-key": "one-intent", "x-sandbox-fault": "slow ms:800" };
    const gone = new AbortController();
    const first = draw(authorization, CAT, headers, { signal: gone.signal }).catch(() => "gone");
    await new Promise((resolve) => setTimeout(resolve, 400));
    gone.abort();
    expect(await first).toBe("gone");
    const reply = await draw(authorization, CAT, headers);
    expect(reply.status).toBe(200);
    expect(await reply.text()).toContain("b64_json");
    const id = reply.headers.get("x-operation-id")!;
    const { cost } = await settled(authorization, id);
    expect((await today(worker, authorization)).spent_usd).toBe(cost.charged_usd);
    await expectBalanced(worker);
  });
});

test("a log line for each operation tells what it cost, and nothing of what it was", async () => {
  const authorization = await bearer({ sub: "somebody@example.com", tenant: "Example Inc", budget: 1 });
  const reply = await draw(authorization, { ...CAT, prompt: "a very secret prompt" });
  await reply.text();
  const id = reply.headers.get("x-operation-id")!;
  let line: string | undefined;
  while (!line) {
    await new Promise((resolve) => setTimeout(resolve, 50));
    line = worker
      .logs()
      .split("\n")
      .find((text) => text.includes(id));
  }
  expect(JSON.parse(line)).toMatchObject({
    event: "operation",
    operation: id,
    caller: expect.stringMatching(/^[0-9a-f]{32}$/),
    tenant: expect.stringMatching(/^[0-9a-f]{32}$/),
    path: "/images/generations",
    model: MODEL,
    size: "1024x1024",
    quality: "low",
    outcome: "settled",
    status: 200,
    output_tokens: expect.any(Number),
    charged_usd: expect.any(Number),
    total_ms: expect.any(Number),
  });
  expect(worker.logs()).not.toMatch(/secret prompt|somebody|Example Inc|Bearer/);
});

test("a stream that is silent beats", { timeout: 40_000 }, async () => {
  const { startUpstream } = await import("./support/upstream.ts");
  const upstream = await startUpstream();
  const other = await startWorker({
    ...ACCOUNT,
    UPSTREAM: "openai",
    UPSTREAM_BASE_URL: upstream.address,
    OPENAI_API_KEY: "sk-0123456789",
  });
  try {
    upstream.expect(async (call, response) => {
      await call.complete;
      response.writeHead(200, { "content-type": "text/event-stream" }).flushHeaders();
    });
    const reply = await other.send("/v1/images/generations", {
      method: "POST",
      headers: { authorization: await bearer({ sub: "a", budget: 1 }), "content-type": "application/json" },
      body: JSON.stringify({ ...CAT, stream: true }),
    });
    const { value } = await reply.body!.getReader().read();
    expect(new TextDecoder().decode(value)).toBe(": heartbeat\n\n");
  } finally {
    await other.close();
    await upstream.close();
  }
});

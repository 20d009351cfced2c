// The worker ends in the middle of a paid call: what was sent is charged and never sent again.

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterAll, beforeAll, expect, test } from "vitest";

import { ACCOUNT, bearer, expectBalanced, today } from "./support/account.ts";
import { MODEL } from "./support/model.ts";
import { json, PICTURE, startUpstream, type Upstream } from "./support/upstream.ts";
import { errorOf, KEY, startWorker } from "./support/worker.ts";

let upstream: Upstream;
let folder: string;

beforeAll(async () => {
  upstream = await startUpstream();
  folder = await mkdtemp(join(tmpdir(), "worker-"));
});
afterAll(async () => {
  await upstream.close();
  await rm(folder, { recursive: true, force: true });
});

test(
  "a call that was cut off by a restart is charged once, and what was settled stays",
  { timeout: 90_000 },
  async () => {
    const start = () =>
      startWorker({ ...ACCOUNT, UPSTREAM: "openai", UPSTREAM_BASE_URL: upstream.address, OPENAI_API_KEY: KEY }, folder);
    const authorization = await bearer({ sub: "a", budget: 1 });
    const request = (key: string) => ({
      method: "POST",
      headers: { authorization, "content-type": "application/json", "idempotency-key": key },
      body: JSON.stringify({ model: MODEL, prompt: "a cat", size: "1024x1024", quality: "low" }),
    });

    let worker = await start();
    upstream.expect(json(PICTURE));
    const good = await worker.send("/v1/images/generations", request("good"));
    expect(await good.json()).toEqual(PICTURE);
    const before = await today(worker, authorization);
    // The upstream works on it, and says nothing until the worker is gone.
    upstream.expect(async (call) => void (await call.complete));
    const lost = worker.send("/v1/images/generations", request("lost")).catch(() => "gone");
    while (upstream.calls.length === 0) await new Promise((resolve) => setTimeout(resolve, 10));
    const { reserved_usd } = await today(worker, authorization);
    expect(reserved_usd).toBeGreaterThan(0);
    await worker.close();
    await lost;

    worker = await start();
    try {
      upstream.expect(() => {
        throw new Error("sent again");
      });
      // Held back until somebody asks, or its time is over.
      expect((await today(worker, authorization)).spent_usd).toBe(before.spent_usd);
      const again = await worker.send("/v1/images/generations", request("lost"));
      expect(again.status).toBe(502);
      expect(again.headers.get("x-should-retry")).toBe("false");
      expect(await errorOf(again)).toMatchObject({ code: "operation_lost", charged: true });
      const after = await today(worker, authorization);
      expect(after.spent_usd).toBeCloseTo(before.spent_usd + reserved_usd, 9);
      const kept = await worker.send("/v1/images/generations", request("good"));
      expect(await kept.json()).toEqual(PICTURE);
      expect(upstream.calls).toHaveLength(0);
      await expectBalanced(worker);
      upstream.verify();
    } finally {
      await worker.close();
    }
  },
);

// What is answered before any upstream is asked: who may call, from where, and what there is.

import { createHash } from "node:crypto";

import { models } from "gpt-image-edge";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";

import { exchange } from "./support/client.ts";
import { MODEL } from "./support/model.ts";
import { startUpstream, type Upstream } from "./support/upstream.ts";
import { errorOf, KEY, startWorker, TOKEN, type Running } from "./support/worker.ts";

let upstream: Upstream;
let worker: Running;

beforeAll(async () => {
  upstream = await startUpstream();
  worker = await startWorker({
    UPSTREAM: "openai",
    UPSTREAM_BASE_URL: `${upstream.address}/v1`,
    OPENAI_API_KEY: KEY,
    DEMO_TOKEN: TOKEN,
    DEMO_TOKEN_ON_PAGE: "true",
    ALLOWED_ORIGINS: "https://app.example.com,http://localhost:3000",
  });
});
// Nothing here may reach the upstream.
afterEach(() => upstream.verify());
afterAll(async () => {
  await worker.close();
  await upstream.close();
});

const body = JSON.stringify({ model: MODEL, prompt: "a cat" });
const post = (headers: Record<string, string> = {}) => ({
  method: "POST",
  body,
  headers: { "content-type": "application/json", ...headers },
});

describe("the token", () => {
  test.each([
    ["none", { authorization: "" }, /No token/],
    ["another scheme", { authorization: `Basic ${TOKEN}` }, /must be `Bearer/],
    ["the token alone", { authorization: TOKEN }, /must be `Bearer/],
    ["a wrong one", { authorization: "Bearer token-of-the-tests-0124" }, /not valid/],
    ["a beginning of it", { authorization: `Bearer ${TOKEN.slice(0, -1)}` }, /not valid/],
    ["more than it", { authorization: `Bearer ${TOKEN}0` }, /not valid/],
    ["in other letters", { authorization: `Bearer ${TOKEN.toUpperCase()}` }, /not valid/],
    ["twice", { authorization: `Bearer ${TOKEN}, Bearer ${TOKEN}` }, /must be `Bearer/],
    ["the upstream's key", { authorization: `Bearer ${KEY}` }, /not valid/],
    ["in another header", { authorization: "", "x-api-key": TOKEN }, /No token/],
  ])("%s", async (_, headers, message) => {
    for (const [path, init] of [
      ["/v1/images/generations", post(headers)],
      ["/v1/images/edits", post(headers)],
      ["/v1/estimate", post(headers)],
      ["/v1/validate", post(headers)],
      ["/v1/models", { headers }],
      [`/v1/models/${MODEL}`, { headers }],
      ["/v1/nothing", { headers }],
    ] as const) {
      const reply = await worker.send(path, init);
      expect(reply.status).toBe(401);
      expect(reply.headers.get("www-authenticate")).toMatch(/^Bearer/);
      expect(await errorOf(reply)).toMatchObject({
        type: "invalid_request_error",
        param: null,
        code: "invalid_api_key",
        message: expect.stringMatching(message),
      });
    }
  });

  test("in the address it does not count", async () => {
    expect(
      (await worker.send(`/v1/models?token=${TOKEN}&api_key=${TOKEN}`, { headers: { authorization: "Bearer x" } }))
        .status,
    ).toBe(401);
  });

  test("the scheme is read in any letters", async () => {
    expect((await worker.send("/v1/models", { headers: { authorization: `bearer ${TOKEN}` } })).status).toBe(200);
  });
});

describe("addresses", () => {
  test.each([
    ["GET", "/v1/nothing"],
    ["POST", "/v1/images/variations"],
    ["POST", "/v1/images/generations/"],
    ["POST", "/v1//images/generations"],
    ["POST", "/v1/images/Generations"],
    ["GET", "/v1/models/a/b"],
    ["GET", "/v1"],
    ["GET", "/nothing"],
    ["GET", "/worker/src/index.ts"],
    ["GET", "/..%2f..%2fpackage.json"],
  ])("%s %s is nothing", async (method, path) => {
    const reply = await worker.send(path, { method });
    expect(reply.status).toBe(404);
    expect(await errorOf(reply)).toMatchObject({ type: "invalid_request_error", code: "unknown_url" });
  });

  test.each([
    ["GET", "/v1/images/generations", "POST"],
    ["PUT", "/v1/images/generations", "POST"],
    ["DELETE", "/v1/images/edits", "POST"],
    ["GET", "/v1/responses", "POST"],
    ["POST", "/v1/models", "GET, HEAD"],
    ["DELETE", `/v1/models/${MODEL}`, "GET, HEAD"],
    ["GET", "/v1/estimate", "POST"],
    ["PUT", "/v1/validate", "POST"],
    ["POST", "/openapi.json", "GET, HEAD"],
    ["POST", "/healthz", "GET, HEAD"],
    ["POST", "/config.json", "GET, HEAD"],
    ["POST", "/", "GET, HEAD"],
    ["PUT", "/index.html", "GET, HEAD"],
  ])("%s %s is not allowed", async (method, path, allow) => {
    const reply = await worker.send(path, { method });
    expect(reply.status).toBe(405);
    expect(reply.headers.get("allow")).toBe(allow);
    expect(await errorOf(reply)).toMatchObject({ code: "method_not_allowed" });
  });
});

describe("models", () => {
  test("the list, as OpenAI writes it", async () => {
    const list = (await (await worker.send("/v1/models")).json()) as { object: string; data: { id: string }[] };
    expect(list.object).toBe("list");
    expect(list.data.length).toBeGreaterThan(0);
    for (const model of list.data) {
      expect(Object.keys(model)).toEqual(["id", "object", "created", "owned_by", "shutdown_date"]);
      expect(model).toMatchObject({ object: "model", owned_by: "openai", created: expect.any(Number) });
      expect(await (await worker.send(`/v1/models/${model.id}`)).json()).toEqual(model);
    }
    expect(new Set(list.data.map(({ id }) => id)).size).toBe(list.data.length);
  });

  test("of the catalogue, with their ends", async () => {
    const served = models().filter((model) => model.status !== "retired");
    expect(served.length).toBeGreaterThan(0);
    for (const { id, released_on, shutdown_on } of served) {
      const model = (await (await worker.send(`/v1/models/${id}`)).json()) as {
        created: number;
        shutdown_date: string;
      };
      expect(model.shutdown_date).toBe(shutdown_on ?? null);
      expect(new Date(model.created * 1000).toISOString().slice(0, 10)).toBe(released_on ?? "1970-01-01");
    }
  });

  test.each(models().filter((model) => model.status === "retired"))("$id has ended", async ({ id }) => {
    expect((await worker.send(`/v1/models/${id}`)).status).toBe(404);
  });

  test.each(["gpt-image-99", "gpt-image-1-min", "%00", "constructor"])("%s is none", async (id) => {
    const reply = await worker.send(`/v1/models/${id}`);
    expect(reply.status).toBe(404);
    expect(await errorOf(reply)).toMatchObject({ code: "model_not_found", param: "model" });
  });

  test("HEAD is answered without a body", async () => {
    const reply = await worker.send("/v1/models", { method: "HEAD" });
    expect(reply.status).toBe(200);
    expect(await reply.text()).toBe("");
  });
});

describe("pages of other origins", () => {
  const preflight = (origin: string, path = "/v1/images/generations") =>
    worker.send(path, {
      method: "OPTIONS",
      headers: {
        origin,
        "access-control-request-method": "POST",
        "access-control-request-headers": "authorization,content-type",
        authorization: "",
      },
    });

  test.each(["https://app.example.com", "http://localhost:3000"])("%s may call", async (origin) => {
    const asked = await preflight(origin);
    expect(asked.status).toBe(204);
    expect(asked.headers.get("access-control-allow-origin")).toBe(origin);
    expect(asked.headers.get("access-control-allow-methods")).toContain("POST");
    expect(asked.headers.get("access-control-allow-headers")).toMatch(/authorization.*content-type/);
    expect(asked.headers.get("vary")).toBe("Origin");
    expect(asked.headers.get("access-control-allow-credentials")).toBeNull();

    const reply = await worker.send("/v1/models", { headers: { origin } });
    expect(reply.status).toBe(200);
    expect(reply.headers.get("access-control-allow-origin")).toBe(origin);
    expect(reply.headers.get("access-control-expose-headers")).toContain("x-request-id");
    expect(reply.headers.get("vary")).toContain("Origin");
    expect(reply.headers.get("access-control-allow-credentials")).toBeNull();

    // Refusals must be readable as well.
    const refused = await worker.send("/v1/images/generations", { ...post({ origin }), body: "{" });
    expect(refused.status).toBe(400);
    expect(refused.headers.get("access-control-allow-origin")).toBe(origin);
    const unauthorized = await worker.send("/v1/models", { headers: { origin, authorization: "Bearer x" } });
    expect(unauthorized.status).toBe(401);
    expect(unauthorized.headers.get("access-control-allow-origin")).toBe(origin);
  });

  test.each([
    "null",
    "https://evil.example",
    "https://app.example.com.evil.example",
    "https://evil-app.example.com",
    "http://app.example.com",
    "https://app.example.com:8443",
    "https://APP.example.com",
    "https://app.example.com/",
    "*",
    "file://",
  ])("%s may not", async (origin) => {
    for (const reply of [
      await preflight(origin),
      await worker.send("/v1/models", { headers: { origin } }),
      await worker.send("/v1/images/generations", post({ origin })),
    ]) {
      expect(reply.status).toBe(403);
      expect(reply.headers.get("access-control-allow-origin")).toBeNull();
      expect(await errorOf(reply)).toMatchObject({ code: "origin_not_allowed" });
    }
  });

  test("the page's own origin may", async () => {
    const reply = await worker.send("/v1/models", { headers: { origin: worker.address } });
    expect(reply.status).toBe(200);
    expect(reply.headers.get("access-control-allow-origin")).toBe(worker.address);
  });

  test("without an origin nothing is allowed to anyone", async () => {
    const reply = await worker.send("/v1/models");
    expect(reply.headers.get("access-control-allow-origin")).toBeNull();
    expect(reply.headers.get("vary")).toContain("Origin");
  });
});

describe("the page", () => {
  test("has a strict policy", async () => {
    const reply = await worker.send("/");
    expect(reply.status).toBe(200);
    expect(reply.headers.get("content-type")).toMatch(/^text\/html/);
    const policy = new Map(
      reply.headers
        .get("content-security-policy")!
        .split("; ")
        .map((rule) => [rule.split(" ")[0]!, rule]),
    );
    expect(policy.get("default-src")).toBe("default-src 'none'");
    // What stands in the document itself is let in by its digest.
    const html = await reply.text();
    const digest = (tag: string) => {
      const [, inside] = new RegExp(`<${tag}>(.*?)</${tag}>`, "s").exec(html)!;
      return `'sha256-${createHash("sha256").update(inside!).digest("base64")}'`;
    };
    expect(policy.get("script-src")).toBe(`script-src 'self' 'wasm-unsafe-eval' ${digest("script")}`);
    expect(policy.get("style-src")).toBe(`style-src 'self' ${digest("style")}`);
    expect(policy.get("frame-ancestors")).toBe("frame-ancestors 'none'");
    expect([...policy.values()].join()).not.toMatch(/unsafe-inline|unsafe-eval'(?<!'wasm-unsafe-eval')|\*/);
    expect(reply.headers.get("x-content-type-options")).toBe("nosniff");
    expect(reply.headers.get("referrer-policy")).toBe("no-referrer");
    // What the policy forbids must not be in the page.
    expect(html.match(/<script|<style/gi)).toHaveLength(2);
    expect(html).not.toMatch(/<[^>]*\s(on\w+|style)=/i);
  });

  test("has the same policy when it is asked for again and has not changed", async () => {
    const first = await worker.send("/");
    const again = await worker.send("/", { headers: { "if-none-match": first.headers.get("etag")! } });
    expect(again.status).toBe(304);
    expect(again.headers.get("content-security-policy")).toBe(first.headers.get("content-security-policy"));
  });

  test("its files carry the same headers, and let nothing inline pass", async () => {
    const reply = await worker.send("/gpt-image-edge/index.js");
    expect(reply.headers.get("content-type")).toMatch(/javascript/);
    expect(reply.headers.get("content-security-policy")).toMatch(
      /^default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; /,
    );
    const wasm = await worker.send("/gpt-image-edge/gpt_image_edge_bg.wasm");
    expect(wasm.headers.get("content-type")).toBe("application/wasm");
  });

  const config = async (headers: Record<string, string>) => {
    const reply = await exchange(`${worker.address}/config.json`, { headers });
    expect(reply.headers["cache-control"]).toBe("no-store");
    return JSON.parse(reply.body.toString()) as Record<string, unknown>;
  };

  test("is given the token, and nobody else is", async () => {
    expect(await config({ "sec-fetch-site": "same-origin" })).toEqual({
      baseURL: "/v1",
      upstream: "openai",
      requires_price_bound: true,
      token: TOKEN,
    });
    for (const site of ["none", "same-site", "cross-site"])
      expect(await config({ "sec-fetch-site": site })).toEqual({
        baseURL: "/v1",
        upstream: "openai",
        requires_price_bound: true,
      });
    expect(await config({})).toEqual({ baseURL: "/v1", upstream: "openai", requires_price_bound: true });
  });

  test("that was reached by a foreign name for this machine is not given the token", async () => {
    const { port } = new URL(worker.address);
    const headers = { "sec-fetch-site": "same-origin", host: `rebound.example:${port}` };
    expect(await config(headers)).toEqual({ baseURL: "/v1", upstream: "openai", requires_price_bound: true });
    expect(await config({ ...headers, host: `localhost:${port}` })).toHaveProperty("token");
  });
});

test("health tells no secret", async () => {
  const reply = await worker.send("/healthz");
  expect(reply.status).toBe(200);
  expect(await reply.json()).toEqual({
    ok: true,
    upstream: "openai",
    version: expect.stringMatching(/^\d+\.\d+\.\d+$/),
  });
});

test("answers are neither kept nor guessed at, and each has an id", async () => {
  for (const path of ["/v1/models", "/v1/nothing", "/healthz", "/config.json", "/openapi.json", "/nothing"]) {
    const { headers } = await worker.send(path);
    expect(headers.get("content-security-policy")).toContain("default-src 'none'");
    expect(headers.get("x-frame-options")).toBe("DENY");
    expect(headers.get("cross-origin-resource-policy")).toBe("same-origin");
    expect(headers.get("referrer-policy")).toBe("no-referrer");
    expect(headers.get("cache-control")).toBe("no-store");
    expect(headers.get("x-content-type-options")).toBe("nosniff");
    expect(headers.get("content-type")).toBe("application/json");
    if (path.startsWith("/v1")) expect(headers.get("x-request-id")).toMatch(/^req_[0-9a-f]{32}$/);
  }
});

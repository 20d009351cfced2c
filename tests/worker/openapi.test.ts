// /openapi.json: it describes each route that there is and nothing else, and what really comes back.

import { Ajv2020 } from "ajv/dist/2020.js";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";

import { ROUTES } from "../../worker/src/openapi/table.ts";
import { MODEL } from "./support/model.ts";
import { startWorker, TOKEN, type Running } from "./support/worker.ts";

// What only workerd has; none of it runs here: only the routes are looked at.
vi.mock("../../worker/src/upstream/sandbox.ts", () => ({ sandbox: () => undefined }));
vi.mock("cloudflare:workers", () => ({ DurableObject: class {}, WorkerEntrypoint: class {} }));

interface Document {
  openapi: string;
  servers: { url: string }[];
  paths: Record<string, Record<string, { operationId: string; responses: Record<string, object> }>>;
  components: { schemas: Record<string, object> };
}

let worker: Running;
let document: Document;

beforeAll(async () => {
  worker = await startWorker({ DEMO_TOKEN: TOKEN });
  document = (await (await worker.send("/openapi.json")).json()) as Document;
});
afterAll(() => worker.close());

test("every route of the router is described, and every described one is a route", async () => {
  // Not by its name: the compiler would look into what only workerd has.
  const module = new URL("../../worker/src/app.ts", import.meta.url).pathname;
  const { app } = (await import(module)) as { app: { routes: { method: string; path: string }[] } };
  const routes = app.routes.filter(({ method, path }) => method !== "ALL" && !path.includes("*"));
  expect(routes.length).toBeGreaterThan(5);
  const named = ({ method, path }: { method: string; path: string }) => `${method} ${path}`;
  expect(routes.map(named).sort()).toEqual(ROUTES.map(named).sort());
});

test("the document has the routes of the table", () => {
  expect(document.openapi).toBe("3.1.0");
  expect(document.servers).toEqual([{ url: worker.address }]);
  const described = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path.replaceAll(/\{(\w+)\}/g, ":$1")}`),
  );
  expect(described.sort()).toEqual(ROUTES.map(({ method, path }) => `${method} ${path}`).sort());
  const names = Object.values(document.paths).flatMap((methods) => Object.values(methods).map((o) => o.operationId));
  expect(new Set(names).size).toBe(names.length);
});

test("every reference leads somewhere, and every schema is used", () => {
  const used = new Set(
    [...JSON.stringify(document).matchAll(/"\$ref":"#\/components\/schemas\/(\w+)"/g)].map((m) => m[1]),
  );
  expect([...used].sort()).toEqual(Object.keys(document.components.schemas).sort());
});

describe("by its schemas", () => {
  /** A check of one of the schemas. */
  function schema(name: string) {
    const ajv = new Ajv2020({ strict: false, validateFormats: false });
    const validate = ajv.compile({ $ref: `#/components/schemas/${name}`, components: document.components });
    return (value: unknown) => (validate(value) ? [] : validate.errors!.map((e) => `${e.instancePath} ${e.message}`));
  }
  const CAT = { model: MODEL, prompt: "a cat", size: "1024x1024", quality: "low", output_format: "jpeg" };

  test.each<[string, string, string, object?]>([
    ["Health", "GET", "/healthz"],
    ["PageConfig", "GET", "/config.json"],
    ["ModelList", "GET", "/v1/models"],
    ["Model", "GET", `/v1/models/${MODEL}`],
    ["ErrorResponse", "GET", "/v1/models/none"],
    ["ErrorResponse", "DELETE", "/v1/models"],
    ["CostEstimate", "POST", "/v1/estimate", { operation: "generate", request: CAT }],
    ["Report", "POST", "/v1/validate", { operation: "generate", request: { n: 11, size: "1x1", x: 1 } }],
    ["ImagesResponse", "POST", "/v1/images/generations", CAT],
    ["ErrorResponse", "POST", "/v1/images/generations", { ...CAT, n: 99 }],
  ])("%s: %s %s", async (name, method, path, body) => {
    const init = body && { body: JSON.stringify(body), headers: { "content-type": "application/json" } };
    const reply = await worker.send(path, { method, ...init });
    expect(schema(name)(await reply.json())).toEqual([]);
  });

  test.each<[string, object, boolean]>([
    ["GenerateRequest", CAT, true],
    ["GenerateRequest", { ...CAT, n: null, size: "auto", stream: true, partial_images: 3 }, true],
    ["GenerateRequest", { ...CAT, n: 11 }, false],
    ["GenerateRequest", { ...CAT, qualty: "low" }, false],
    ["GenerateRequest", { model: MODEL }, false],
    ["EditByReferenceRequest", { ...CAT, images: [{ file_id: "file-1" }], mask: { image_url: "data:," } }, true],
    ["EditByReferenceRequest", { ...CAT, images: [{ file_id: "file-1", image_url: "data:," }] }, false],
    ["Question", { operation: "generate", request: CAT, context: null }, true],
    ["Question", { operation: "draw", request: CAT }, false],
  ])("%s: %j", (name, request, good) => {
    expect(schema(name)(request).length === 0).toBe(good);
  });
});

// The configuration: what is taken, and what is said of what is not.

import { describe, expect, test } from "vitest";

import { equal } from "../../worker/src/auth/token.ts";
import { settingsOf, type Env } from "../../worker/src/env.ts";
import { readFileSync } from "node:fs";

import { VERSION } from "../../worker/src/version.ts";

const TOKEN = "0123456789abcdef";
const KEY = "sk-test-0123456789";
const JWT: Env = {
  JWT_ALGORITHM: "HS256",
  JWT_KEY: "0123456789abcdef0123456789abcdef",
  JWT_ISSUER: "https://issuer.example",
  JWT_AUDIENCE: "https://images.example",
};

test("the sandbox needs a token and nothing else", () => {
  expect(settingsOf({ DEMO_TOKEN: TOKEN })).toMatchObject({
    upstream: "sandbox",
    baseURL: "https://api.openai.com/v1",
    token: TOKEN,
    tokenOnPage: false,
    maxUploadBytes: 100_000_000,
    faults: [],
  });
});

const ANONYMOUS: Env = {
  TURNSTILE_SITE_KEY: "site",
  TURNSTILE_SECRET_KEY: "secret",
  TURNSTILE_HOSTNAMES: "a.example, b.example",
  ANONYMOUS_DAILY_USD: "2",
};

test("it is read once", () => {
  const env: Env = { DEMO_TOKEN: TOKEN };
  expect(settingsOf(env)).toBe(settingsOf(env));
});

describe("what is taken", () => {
  test.each<[Env, Partial<ReturnType<typeof settingsOf>>]>([
    [
      { UPSTREAM: "openai", OPENAI_API_KEY: KEY },
      { upstream: "openai", apiKey: KEY },
    ],
    [
      { UPSTREAM: "openai", OPENAI_API_KEY: KEY, OPENAI_PROJECT: "proj_1" },
      { project: "proj_1", organization: undefined },
    ],
    [
      { UPSTREAM: "runware", RUNWARE_API_KEY: "key" },
      { upstream: "runware", runware: { baseURL: "https://api.runware.ai/v1", apiKey: "key", asynchronous: false } },
    ],
    [
      { MODEL_UPSTREAMS: "a=runware, b = sandbox", RUNWARE_API_KEY: "key", RUNWARE_DELIVERY: "async" },
      {
        upstream: "sandbox",
        modelUpstreams: new Map([
          ["a", "runware"],
          ["b", "sandbox"],
        ]),
        runware: { baseURL: "https://api.runware.ai/v1", apiKey: "key", asynchronous: true },
      },
    ],
    [{ UPSTREAM_BASE_URL: "https://gateway.example/openai/" }, { baseURL: "https://gateway.example/openai" }],
    [{ UPSTREAM_BASE_URL: "http://127.0.0.1:4000" }, { baseURL: "http://127.0.0.1:4000" }],
    [
      { ALLOWED_ORIGINS: "https://a.example, http://localhost:3000" },
      { allowedOrigins: new Set(["https://a.example", "http://localhost:3000"]) },
    ],
    [{ ALLOWED_ORIGINS: "" }, { allowedOrigins: new Set() }],
    [{ DEMO_TOKEN_ON_PAGE: "true" }, { tokenOnPage: true }],
    [{ DEMO_TOKEN_ON_PAGE: "yes" }, { tokenOnPage: false }],
    [{}, { strikes: undefined, anonymous: undefined, sharing: undefined }],
    [{}, { keepMs: 3_600_000, keepKeyedMs: 86_400_000 }],
    [
      { KEEP_SECONDS: "60", KEEP_KEYED_SECONDS: "120" },
      { keepMs: 60_000, keepKeyedMs: 120_000 },
    ],
    [{ CACHE_SECONDS: "60" }, { sharing: { flightMs: 0, cacheMs: 60_000 } }],
    [
      { ...JWT, ...ANONYMOUS },
      {
        anonymous: {
          siteKey: "site",
          secretKey: "secret",
          hostnames: new Set(["a.example", "b.example"]),
          action: "anonymous",
          verifyURL: "https://challenges.cloudflare.com/turnstile/v0/siteverify",
          pool: 2e9,
          budget: 0.25e9,
          tokensPerDay: 10,
        },
      },
    ],
    [
      { MODERATION_STRIKES: "3", MODERATION_WINDOW_S: "60" },
      { strikes: { most: 3, windowMs: 60_000, coolDownMs: 3_600_000 } },
    ],
    [{ SAFETY_IDENTIFIER_KEY: "k".repeat(32) }, { safetyKey: "k".repeat(32) }],
    [{ MAX_UPLOAD_BYTES: "1000" }, { maxUploadBytes: 1000 }],
    [{}, { callTimeoutMs: 300_000, reservedTtlMs: 60_000, sentTtlMs: 330_000 }],
    [
      { CALL_TIMEOUT_SECONDS: "2", RESERVED_TTL_SECONDS: "3", SENT_MARGIN_SECONDS: "1" },
      { callTimeoutMs: 2000, reservedTtlMs: 3000, sentTtlMs: 3000 },
    ],
    [
      { ...JWT, DEMO_TOKEN: "" },
      { token: undefined, jwt: expect.objectContaining({ algorithm: "HS256" }) as never },
    ],
    [
      { ORGANIZATION_DAILY_USD: "25", MAX_CALL_USD: "0.5" },
      { caps: { organization: 25e9, tenant: 25e9, call: 0.5e9, unpriced: 1e9 } },
    ],
    [
      { UPSTREAM: "openai", OPENAI_API_KEY: KEY, TENANT_DAILY_USD: "3" },
      { caps: { organization: 100e9, tenant: 3e9, call: 10e9, unpriced: undefined } },
    ],
  ])("%j", (env, expected) => {
    expect(settingsOf({ DEMO_TOKEN: TOKEN, ...env })).toMatchObject({ ...expected, faults: [] });
  });
});

describe("what is refused", () => {
  test.each<[Env, RegExp]>([
    [{ DEMO_TOKEN: "" }, /JWT_KEY is not set/],
    ...Object.keys(ANONYMOUS).flatMap((name): [Env, RegExp][] => [
      [{ ...JWT, ...ANONYMOUS, [name]: "" }, new RegExp(`${name} (is not set|must be)`)],
    ]),
    [{ ...ANONYMOUS }, /JWT_KEY must be set/],
    [{ ...JWT, ...ANONYMOUS, TURNSTILE_HOSTNAMES: "https://a.example" }, /TURNSTILE_HOSTNAMES must be/],
    [{ ...JWT, ...ANONYMOUS, TURNSTILE_HOSTNAMES: "*" }, /TURNSTILE_HOSTNAMES must be/],
    [{ ...JWT, ...ANONYMOUS, TURNSTILE_VERIFY_URL: "http://a.example" }, /TURNSTILE_VERIFY_URL must be/],
    [{ ...JWT, ...ANONYMOUS, TURNSTILE_ACTION: "a b" }, /TURNSTILE_ACTION must be/],
    [{ ...JWT, ...ANONYMOUS, ANONYMOUS_DAILY_USD: "-1" }, /ANONYMOUS_DAILY_USD must be/],
    [{ ...JWT, ...ANONYMOUS, ANONYMOUS_TOKENS_PER_DAY: "0" }, /ANONYMOUS_TOKENS_PER_DAY must be/],
    [{ SINGLE_FLIGHT_SECONDS: "1.5" }, /SINGLE_FLIGHT_SECONDS must be/],
    [{ CACHE_SECONDS: "86401" }, /CACHE_SECONDS must be a whole number of seconds from 0 to 86400/],
    [{ MODERATION_STRIKES: "-1" }, /MODERATION_STRIKES must be a whole number from 0 to 1000/],
    [{ MODERATION_WINDOW_S: "0" }, /MODERATION_WINDOW_S must be/],
    [{ MODERATION_COOL_DOWN_S: "9999999" }, /MODERATION_COOL_DOWN_S must be/],
    [{ SAFETY_IDENTIFIER_KEY: "short" }, /SAFETY_IDENTIFIER_KEY must have 32/],
    [
      { ...JWT, JWT_ALGORITHM: "EdDSA", JWT_KEY: "BEGIN PUBLIC KEY", UPSTREAM: "openai", OPENAI_API_KEY: KEY },
      /SAFETY_IDENTIFIER_KEY is not set/,
    ],
    [
      { ...JWT, JWT_ALGORITHM: "RS256", JWT_KEY: '{"kty":"RSA"}', MODEL_UPSTREAMS: "a=openai", OPENAI_API_KEY: KEY },
      /SAFETY_IDENTIFIER_KEY is not set/,
    ],
    [{ DEMO_TOKEN: "short" }, /DEMO_TOKEN must have 16/],
    [{ DEMO_TOKEN: "0123456789abcdef with spaces" }, /DEMO_TOKEN must have 16/],
    [{ UPSTREAM: "azure" }, /UPSTREAM must be/],
    [{ UPSTREAM: "openai" }, /OPENAI_API_KEY is not set/],
    [{ UPSTREAM: "runware" }, /RUNWARE_API_KEY is not set/],
    [{ MODEL_UPSTREAMS: "a=runware" }, /RUNWARE_API_KEY is not set/],
    [{ MODEL_UPSTREAMS: "a=openai" }, /OPENAI_API_KEY is not set/],
    [{ MODEL_UPSTREAMS: "a=azure" }, /MODEL_UPSTREAMS must be/],
    [{ USAGE_TIER: "6" }, /USAGE_TIER must be a whole number from 1 to 5/],
    [{ IMAGES_PER_MINUTE: "many" }, /IMAGES_PER_MINUTE must be/],
    [{ TOKENS_PER_MINUTE: "1000" }, /TOKENS_PER_MINUTE needs IMAGES_PER_MINUTE/],
    [{ MAX_WAIT_S: "1000" }, /MAX_WAIT_S must be/],
    [{ UPSTREAM_CONCURRENCY: "0" }, /UPSTREAM_CONCURRENCY must be/],
    [{ MODEL_UPSTREAMS: "sandbox" }, /MODEL_UPSTREAMS must be/],
    [{ MODEL_UPSTREAMS: "a=sandbox,a=sandbox" }, /MODEL_UPSTREAMS must be/],
    [{ RUNWARE_API_KEY: "a key" }, /RUNWARE_API_KEY holds/],
    [{ RUNWARE_BASE_URL: "http://runware.example" }, /RUNWARE_BASE_URL/],
    [{ RUNWARE_DELIVERY: "later" }, /RUNWARE_DELIVERY must be/],
    [{ UPSTREAM: "openai", OPENAI_API_KEY: "sk\r\nx: y" }, /OPENAI_API_KEY holds/],
    [{ OPENAI_ORGANIZATION: "ä" }, /OPENAI_ORGANIZATION holds/],
    [{ UPSTREAM_BASE_URL: "http://gateway.example" }, /UPSTREAM_BASE_URL/],
    [{ UPSTREAM_BASE_URL: "https://user:password@gateway.example" }, /UPSTREAM_BASE_URL/],
    [{ UPSTREAM_BASE_URL: "https://gateway.example?x=y" }, /UPSTREAM_BASE_URL/],
    [{ UPSTREAM_BASE_URL: "ftp://gateway.example" }, /UPSTREAM_BASE_URL/],
    [{ UPSTREAM_BASE_URL: "gateway.example" }, /UPSTREAM_BASE_URL/],
    [{ ALLOWED_ORIGINS: "*" }, /ALLOWED_ORIGINS/],
    [{ ALLOWED_ORIGINS: "null" }, /ALLOWED_ORIGINS/],
    [{ ALLOWED_ORIGINS: "https://a.example/" }, /ALLOWED_ORIGINS/],
    [{ ALLOWED_ORIGINS: "https://a.example https://b.example" }, /ALLOWED_ORIGINS/],
    [{ ALLOWED_ORIGINS: "file://" }, /ALLOWED_ORIGINS/],
    [{ MAX_UPLOAD_BYTES: "100 MB" }, /MAX_UPLOAD_BYTES/],
    [{ MAX_UPLOAD_BYTES: "-1" }, /MAX_UPLOAD_BYTES/],
    [{ CALL_TIMEOUT_SECONDS: "801" }, /CALL_TIMEOUT_SECONDS must be a whole number of seconds from 1 to 800/],
    [{ KEEP_KEYED_SECONDS: "86401" }, /KEEP_KEYED_SECONDS must be/],
    [{ RESERVED_TTL_SECONDS: "0" }, /RESERVED_TTL_SECONDS must be/],
    [{ SENT_MARGIN_SECONDS: "1.5" }, /SENT_MARGIN_SECONDS must be/],
    [{ ...JWT, JWT_ALGORITHM: "none" }, /JWT_ALGORITHM must be one of/],
    [{ ...JWT, JWT_ALGORITHM: "" }, /JWT_ALGORITHM must be one of/],
    [{ ...JWT, JWT_KEY: "" }, /JWT_KEY is not set/],
    [{ ...JWT, JWT_KEY: "sk-too-short" }, /JWT_KEY must have 32/],
    [{ ...JWT, JWT_ISSUER: "" }, /JWT_ISSUER is not set/],
    [{ ...JWT, JWT_AUDIENCE: "" }, /JWT_AUDIENCE is not set/],
    [{ ADMIN_TOKEN: "short" }, /ADMIN_TOKEN must have 16/],
    [{ ADMIN_TOKEN: TOKEN }, /ADMIN_TOKEN and DEMO_TOKEN must differ/],
    [{ ORGANIZATION_DAILY_USD: "many" }, /ORGANIZATION_DAILY_USD must be/],
    [{ ORGANIZATION_DAILY_USD: "-1" }, /ORGANIZATION_DAILY_USD must be/],
    [{ TENANT_DAILY_USD: "NaN" }, /TENANT_DAILY_USD must be/],
    [{ MAX_CALL_USD: "1e99" }, /MAX_CALL_USD must be/],
    [{ UNPRICED_CALL_USD: "$1" }, /UNPRICED_CALL_USD must be/],
  ])("%j", (env, expected) => {
    const { faults } = settingsOf({ DEMO_TOKEN: TOKEN, ...env });
    expect(faults).toEqual([expect.stringMatching(expected)]);
    expect(faults.join()).not.toMatch(/sk|password|spaces/);
  });
});

test("texts are compared by all of their bytes", async () => {
  expect(await equal(TOKEN, TOKEN)).toBe(true);
  for (const other of ["", "0123456789abcde", "0123456789abcdeF", `${TOKEN} `, "1123456789abcdef"])
    expect(await equal(TOKEN, other)).toBe(false);
});

test("the version is the crate's", () => {
  const cargo = readFileSync(new URL("../../Cargo.toml", import.meta.url), "utf8");
  expect(/^version = "(.*)"$/m.exec(cargo)![1]).toBe(VERSION);
});

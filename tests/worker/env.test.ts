// The configuration: what is taken, and what is said of what is not.

import { describe, expect, test } from "vitest";

import { equal } from "../../worker/src/auth/token.ts";
import { settingsOf, type Env } from "../../worker/src/env.ts";
import { readFileSync } from "node:fs";

import { VERSION } from "../../worker/src/version.ts";

const TOKEN = "0123456789abcdef";
const KEY = "sk-test-0123456789";

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
    [{ UPSTREAM_BASE_URL: "https://gateway.example/openai/" }, { baseURL: "https://gateway.example/openai" }],
    [{ UPSTREAM_BASE_URL: "http://127.0.0.1:4000" }, { baseURL: "http://127.0.0.1:4000" }],
    [
      { ALLOWED_ORIGINS: "https://a.example, http://localhost:3000" },
      { allowedOrigins: new Set(["https://a.example", "http://localhost:3000"]) },
    ],
    [{ ALLOWED_ORIGINS: "" }, { allowedOrigins: new Set() }],
    [{ DEMO_TOKEN_ON_PAGE: "true" }, { tokenOnPage: true }],
    [{ DEMO_TOKEN_ON_PAGE: "yes" }, { tokenOnPage: false }],
    [{ MAX_UPLOAD_BYTES: "1000" }, { maxUploadBytes: 1000 }],
  ])("%j", (env, expected) => {
    expect(settingsOf({ DEMO_TOKEN: TOKEN, ...env })).toMatchObject({ ...expected, faults: [] });
  });
});

describe("what is refused", () => {
  test.each<[Env, RegExp]>([
    [{ DEMO_TOKEN: "" }, /DEMO_TOKEN is not set/],
    [{ DEMO_TOKEN: "short" }, /DEMO_TOKEN must have 16/],
    [{ DEMO_TOKEN: "0123456789abcdef with spaces" }, /DEMO_TOKEN must have 16/],
    [{ UPSTREAM: "azure" }, /UPSTREAM must be/],
    [{ UPSTREAM: "openai" }, /OPENAI_API_KEY is not set/],
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

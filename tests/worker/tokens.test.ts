// Signed tokens: which are taken, which are not, and how they are issued.

import { exportJWK, exportPKCS8, exportSPKI, generateKeyPair, SignJWT } from "jose";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { MODEL, VECTOR } from "./support/model.ts";
import { errorOf, startWorker, TOKEN, type Running } from "./support/worker.ts";

const SECRET = "a-secret-of-the-tests-with-40-characters";
const ADMIN = "admin-token-of-the-tests";
const JWT = { JWT_ALGORITHM: "HS256", JWT_KEY: SECRET, JWT_ISSUER: "https://issuer.example", JWT_AUDIENCE: "worker" };

let worker: Running;

beforeAll(async () => {
  worker = await startWorker({ ...JWT, DEMO_TOKEN: TOKEN, ADMIN_TOKEN: ADMIN });
});
afterAll(() => worker.close());

const now = () => Math.floor(Date.now() / 1000);
const GOOD = { sub: "user-1", budget: 1, iss: "https://issuer.example", aud: "worker" };
const utf8 = (text: string) => new TextEncoder().encode(text);
const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");

function sign(changes: Record<string, unknown> = {}, secret = SECRET, alg = "HS256"): Promise<string> {
  const claims = { ...GOOD, iat: now(), exp: now() + 300, ...changes };
  for (const name of Object.keys(claims)) if (changes[name] === null) delete (claims as Record<string, unknown>)[name];
  return new SignJWT(claims).setProtectedHeader({ alg }).sign(utf8(secret));
}

const status = async (token: string, of = worker) =>
  (await of.send("/v1/models", { headers: { authorization: `Bearer ${token}` } })).status;

describe("what a token must say", () => {
  test.each<[string, Record<string, unknown>, boolean]>([
    ["a good one", {}, true],
    ["one of two audiences", { aud: ["other", "worker"] }, true],
    ["every claim", { tenant: "acme", max_price: 0.1, models: [MODEL], concurrency: 2, jti: "1" }, true],
    ["no budget left to give", { budget: 0 }, true],
    ["expired within the skew", { exp: now() - 10 }, true],
    ["expired", { exp: now() - 60 }, false],
    ["no end", { exp: null }, false],
    ["an end that is no number", { exp: "tomorrow" }, false],
    ["an end in a year", { exp: now() + 365 * 86400 }, false],
    ["no beginning", { iat: null }, false],
    ["issued tomorrow", { iat: now() + 86400, exp: now() + 90000 }, false],
    ["issued days ago", { iat: now() - 3 * 86400 }, false],
    ["not valid yet", { nbf: now() + 3600 }, false],
    ["another issuer", { iss: "https://issuer.example.evil" }, false],
    ["no issuer", { iss: null }, false],
    ["another audience", { aud: "another worker" }, false],
    ["no audience", { aud: null }, false],
    ["no subject", { sub: null }, false],
    ["an empty subject", { sub: "" }, false],
    ["no budget", { budget: null }, false],
    ["a budget below nothing", { budget: -1 }, false],
    ["a budget as text", { budget: "1" }, false],
    ["a budget without end", { budget: 1e99 }, false],
    ["a price as text", { max_price: "1" }, false],
    ["no model at all", { models: [] }, false],
    ["models as text", { models: MODEL }, false],
    ["half a call at a time", { concurrency: 0.5 }, false],
    ["no call at a time", { concurrency: 0 }, false],
    ["a tenant that is no name", { tenant: 7 }, false],
  ])("%s", async (_, changes, good) => {
    expect(await status(await sign(changes))).toBe(good ? 200 : 401);
  });
});

describe("how it must be signed", () => {
  const claims = () => part({ ...GOOD, iat: now(), exp: now() + 300 });
  test.each<[string, () => Promise<string> | string]>([
    ["another secret", () => sign({}, `${SECRET}x`)],
    ["another hash", () => sign({}, SECRET.padEnd(64, "x"), "HS512")],
    ["no signature", () => `${part({ alg: "none" })}.${claims()}.`],
    ["no signature, in other letters", () => `${part({ alg: "nOnE" })}.${claims()}.`],
    ["a signature it does not name", async () => `${part({ alg: "none" })}${(await sign()).replace(/^[^.]*/, "")}`],
    ["no algorithm", () => `${part({ typ: "JWT" })}.${claims()}.AAAA`],
    ["other claims under the signature", async () => (await sign()).replace(/\.[^.]*\./, `.${claims()}x.`)],
    ["a key it brings along", () => `${part({ alg: "HS256", jwk: { kty: "oct", k: "AAAA" } })}.${claims()}.AAAA`],
    ["a header nobody understands", () => `${part({ alg: "HS256", crit: ["x"], x: 1 })}.${claims()}.AAAA`],
    ["no JSON", () => "YQ.YQ.YQ"],
    ["two parts", async () => (await sign()).split(".").slice(0, 2).join(".")],
    ["four parts", async () => `${await sign()}.x`],
    ["the secret itself", () => SECRET],
    ["the admin's token", () => ADMIN],
  ])("%s", async (_, make) => {
    const reply = await worker.send("/v1/models", { headers: { authorization: `Bearer ${await make()}` } });
    expect(reply.status).toBe(401);
    const error = await errorOf(reply);
    expect(error.code).toBe("invalid_api_key");
    expect(error.message).not.toContain(SECRET);
  });
});

test("says what is wrong where that helps", async () => {
  const message = async (changes: Record<string, unknown>) => {
    const headers = { authorization: `Bearer ${await sign(changes)}` };
    return (await errorOf(await worker.send("/v1/models", { headers }))).message;
  };
  expect(await message({ exp: now() - 60 })).toMatch(/has expired/);
  expect(await message({ aud: "x" })).toMatch(/claim `aud`/);
  expect(await message({ budget: null })).toMatch(/budget: is missing; it must be an amount/);
});

describe("a token's models", () => {
  const draw = async (models: string[]) =>
    worker.send("/v1/images/generations", {
      method: "POST",
      headers: { "content-type": "application/json", authorization: `Bearer ${await sign({ models })}` },
      body: JSON.stringify({ model: MODEL, prompt: "a cat", quality: "low" }),
    });

  test("hold", async () => {
    expect((await draw([MODEL])).status).toBe(200);
    const refused = await draw(["another-model"]);
    expect(refused.status).toBe(403);
    expect(await errorOf(refused)).toMatchObject({ param: "model", code: "model_not_allowed" });
  });

  test.runIf(VECTOR)("hold for who writes a vector image, too", async () => {
    const ask = async (path: string, body: object) => {
      const headers = {
        "content-type": "application/json",
        authorization: `Bearer ${await sign({ models: [VECTOR, "m"] })}`,
      };
      return errorOf(await worker.send(path, { method: "POST", headers, body: JSON.stringify(body) }));
    };
    const svg = { output_format: "svg", svg: { model: "dear-author", reasoning: { effort: "max" } } };
    const refused = { code: "model_not_allowed", message: expect.stringContaining("dear-author") as string };
    const images = [{ image_url: "https://pictures.example/1.png" }];
    expect(await ask("/v1/images/generations", { model: VECTOR, prompt: "a cat", ...svg })).toMatchObject(refused);
    expect(await ask("/v1/images/edits", { model: VECTOR, prompt: "a cat", images, ...svg })).toMatchObject(refused);
    const tools = [{ type: "image_generation", model: VECTOR, ...svg }];
    expect(await ask("/v1/responses", { model: "m", input: "a cat", tools })).toMatchObject(refused);
  });
});

describe("POST /v1/tokens", () => {
  const post = (body: unknown, authorization = `Bearer ${ADMIN}`, of = worker) =>
    of.send("/v1/tokens", {
      method: "POST",
      headers: { "content-type": "application/json", authorization },
      body: JSON.stringify(body),
    });

  test("issues what the worker takes", async () => {
    const claims = { sub: "user-2", budget: 2.5, models: [MODEL], max_price: 0.2, concurrency: 3, tenant: "acme" };
    const reply = await post({ ...claims, ttl_seconds: 60 });
    expect(reply.status).toBe(200);
    const issued = (await reply.json()) as { token: string };
    expect(issued).toMatchObject({ token_type: "Bearer", expires_in: 60, claims });
    expect(await status(issued.token)).toBe(200);
    const signed = JSON.parse(Buffer.from(issued.token.split(".")[1]!, "base64url").toString()) as Record<
      string,
      number
    >;
    expect(signed).toMatchObject({ ...claims, iss: JWT.JWT_ISSUER, aud: JWT.JWT_AUDIENCE, jti: expect.any(String) });
    expect(signed["exp"]! - signed["iat"]!).toBe(60);
  });

  test.each([
    ["nobody", ""],
    ["a caller", `Bearer ${TOKEN}`],
    ["a stranger", "Bearer admin-token-of-the-testz"],
  ])("not for %s", async (_, authorization) => {
    expect((await post({ sub: "a", budget: 1 }, authorization)).status).toBe(401);
  });

  test.each([
    [{ budget: 1 }, "sub"],
    [{ sub: "a" }, "budget"],
    [{ sub: "a", budget: "1" }, "budget"],
    [{ sub: "a", budget: 1, ttl_seconds: 86401 }, "ttl_seconds"],
    [{ sub: "a", budget: 1, ttl_seconds: "60" }, "ttl_seconds"],
    [{ sub: "a", budget: 1, exp: 9999999999 }, "exp"],
    [{ sub: "a", budget: 1, role: "admin" }, "role"],
  ])("%j is refused", async (body, param) => {
    const reply = await post(body);
    expect(reply.status).toBe(400);
    expect(await errorOf(reply)).toMatchObject({ param });
  });

  test("answers 405 to anything but POST", async () => {
    expect((await worker.send("/v1/tokens")).status).toBe(405);
  });
});

describe("the demo token", () => {
  test("works on this machine by its own name only", async () => {
    const { port } = new URL(worker.address);
    const { exchange } = await import("./support/client.ts");
    const headers = { authorization: `Bearer ${TOKEN}` };
    const ask = async (host: string) =>
      (await exchange(`${worker.address}/v1/models`, { headers: { ...headers, host } })).status;
    expect(await ask(`127.0.0.1:${port}`)).toBe(200);
    expect(await ask("images.example")).toBe(401);
  });
});

describe.each(["EdDSA", "RS256"] as const)("%s", (algorithm) => {
  const pair = generateKeyPair(algorithm, { extractable: true });
  test.each<[string, boolean, () => Promise<string>]>([
    ["a private key as PEM", true, async () => exportPKCS8((await pair).privateKey)],
    ["a PEM in one line", true, async () => (await exportPKCS8((await pair).privateKey)).replaceAll("\n", "\\n")],
    ["a private JWK", true, async () => JSON.stringify(await exportJWK((await pair).privateKey))],
    ["a public key as PEM", false, async () => exportSPKI((await pair).publicKey)],
    ["a public JWK", false, async () => JSON.stringify(await exportJWK((await pair).publicKey))],
  ])("%s checks tokens; it issues them: %s", async (_, issues, export_) => {
    const key = await export_();
    const signed = await new SignJWT({ ...GOOD, iat: now(), exp: now() + 300 })
      .setProtectedHeader({ alg: algorithm })
      .sign((await pair).privateKey);
    const other = await startWorker({ ...JWT, JWT_ALGORITHM: algorithm, JWT_KEY: key, ADMIN_TOKEN: ADMIN });
    try {
      expect(await status(signed, other)).toBe(200);
      // The public key as the secret of a hash: the oldest trick.
      expect(await status(await sign({}, key.padEnd(32, "x")), other)).toBe(401);
      const reply = await other.send("/v1/tokens", {
        method: "POST",
        headers: { "content-type": "application/json", authorization: `Bearer ${ADMIN}` },
        body: JSON.stringify({ sub: "a", budget: 1 }),
      });
      expect(reply.status).toBe(issues ? 200 : 503);
      if (issues) expect(await status(((await reply.json()) as { token: string }).token, other)).toBe(200);
    } finally {
      await other.close();
    }
  });
});

test("without the admin's token nobody is the admin", async () => {
  const other = await startWorker({ ...JWT });
  try {
    for (const authorization of ["Bearer undefined", "Bearer ", `Bearer ${await sign()}`]) {
      const reply = await other.send("/v1/tokens", { method: "POST", headers: { authorization }, body: "{}" });
      expect(reply.status).toBe(503);
      expect(await errorOf(reply)).toMatchObject({ code: "not_configured" });
    }
  } finally {
    await other.close();
  }
});

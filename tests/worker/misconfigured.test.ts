// A worker that lacks something serves nothing that costs money, and says what it lacks.

import { expect, test } from "vitest";

import { MODEL } from "./support/model.ts";
import { errorOf, startWorker, TOKEN } from "./support/worker.ts";

test.each([
  ["no token", { DEMO_TOKEN: "" }, /JWT_KEY is not set/],
  ["a weak token", { DEMO_TOKEN: "weak" }, /DEMO_TOKEN must have 16/],
  ["no key", { DEMO_TOKEN: TOKEN, UPSTREAM: "openai" }, /OPENAI_API_KEY is not set/],
  [
    "a key of another algorithm",
    {
      DEMO_TOKEN: TOKEN,
      JWT_ALGORITHM: "EdDSA",
      JWT_KEY: "0123456789abcdef0123456789abcdef",
      JWT_ISSUER: "a",
      JWT_AUDIENCE: "b",
    },
    /JWT_KEY is no key for EdDSA/,
  ],
  ["an upstream nobody knows", { DEMO_TOKEN: TOKEN, UPSTREAM: "elsewhere" }, /UPSTREAM must be/],
])("%s", async (_, vars, message) => {
  const worker = await startWorker(vars);
  try {
    const health = await worker.send("/healthz");
    expect(health.status).toBe(503);
    expect(await health.json()).toMatchObject({ ok: false, faults: [expect.stringMatching(message)] });
    for (const authorization of ["", "Bearer ", `Bearer ${vars.DEMO_TOKEN}`, "Bearer undefined"]) {
      const reply = await worker.send("/v1/images/generations", {
        method: "POST",
        headers: { authorization, "content-type": "application/json" },
        body: JSON.stringify({ model: MODEL, prompt: "a cat" }),
      });
      expect(reply.status).toBe(503);
      expect(await errorOf(reply)).toMatchObject({
        type: "server_error",
        code: "not_configured",
        message: expect.stringMatching(message),
      });
    }
    // The page still comes, so that its visitor reads a sentence and not a blank.
    expect((await worker.send("/")).status).toBe(200);
  } finally {
    await worker.close();
  }
});

// Callers with budgets, and what the operator sees of them.

import { SignJWT } from "jose";
import { expect } from "vitest";

import type { Running } from "./worker.ts";

const SECRET = "a-secret-of-the-tests-with-40-characters";
export const ADMIN = "admin-token-of-the-tests";
export const ACCOUNT = {
  JWT_ALGORITHM: "HS256",
  JWT_KEY: SECRET,
  JWT_ISSUER: "tests",
  JWT_AUDIENCE: "worker",
  ADMIN_TOKEN: ADMIN,
};

/** The header of a caller with these claims. */
export async function bearer(claims: { sub: string; budget: number; [claim: string]: unknown }): Promise<string> {
  const token = await new SignJWT(claims)
    .setProtectedHeader({ alg: "HS256" })
    .setIssuer("tests")
    .setAudience("worker")
    .setIssuedAt()
    .setExpirationTime("10m")
    .sign(new TextEncoder().encode(SECRET));
  return `Bearer ${token}`;
}

/** What the upstream is told of who asks: the worker's own word, whatever the caller says. */
export const NAMED = { safety_identifier: expect.stringMatching(/^[0-9a-f]{32}$/) as string };

export interface Today {
  budget_usd: number;
  spent_usd: number;
  reserved_usd: number;
  left_usd: number;
}

/** What a caller has spent today. */
export async function today(worker: Running, authorization: string): Promise<Today> {
  const reply = await worker.send("/v1/usage", { headers: { authorization } });
  expect(reply.status).toBe(200);
  return ((await reply.json()) as { today: Today }).today;
}

/** The operator's numbers by their names, labels included. */
export async function metrics(worker: Running): Promise<Map<string, number>> {
  const reply = await worker.send("/metrics", { headers: { authorization: `Bearer ${ADMIN}` } });
  expect(reply.status).toBe(200);
  const lines = (await reply.text()).split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  return new Map(
    lines.map((line) => {
      const [, name, value] = /^gpt_image_edge_(.*) (\S+)$/.exec(line)!;
      return [name!, Number(value)];
    }),
  );
}

/** Nothing is held back any more, the counters are the sums of their rows, and no bill was higher than its reservation. */
export async function expectBalanced(worker: Running): Promise<Map<string, number>> {
  const all = await metrics(worker);
  expect(all.get("ledger_balanced")).toBe(1);
  expect(all.get("excess_usd")).toBe(0);
  expect(all.get('operations{state="reserved"}') ?? 0).toBe(0);
  expect(all.get('operations{state="sent"}') ?? 0).toBe(0);
  for (const [name, value] of all) if (name.startsWith("reserved_usd")) expect(value).toBe(0);
  return all;
}

// Callers and the operator, as the worker's addresses serve them.

import type { World } from "./workerd.ts";

const ADMIN = "admin-token-of-the-tests";
/** The variables of a world, but for the upstream's address and the times. */
export const VARS = {
  JWT_ALGORITHM: "HS256",
  JWT_KEY: "a-secret-of-the-tests-with-40-characters",
  JWT_ISSUER: "tests",
  JWT_AUDIENCE: "worker",
  ADMIN_TOKEN: ADMIN,
  UPSTREAM: "openai",
  OPENAI_API_KEY: "sk-of-the-tests-0123456789",
};

/** Times in seconds as variables, and the longest that they leave an operation unsettled. */
export function timesOf({ call, margin, reserved }: { call: number; margin: number; reserved: number }) {
  const vars = {
    CALL_TIMEOUT_SECONDS: String(call),
    SENT_MARGIN_SECONDS: String(margin),
    RESERVED_TTL_SECONDS: String(reserved),
  };
  return { vars, ttlMs: Math.max(call + margin, reserved) * 1000, reservedMs: reserved * 1000 };
}

export const sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));
export const admin = { authorization: `Bearer ${ADMIN}` };

export async function tokenOf(
  world: World,
  claims: { sub: string; budget: number; concurrency?: number },
): Promise<string> {
  const reply = await fetch(`${world.address}/v1/tokens`, {
    method: "POST",
    headers: { ...admin, "content-type": "application/json" },
    body: JSON.stringify({ ...claims, ttl_seconds: 7200 }),
  });
  if (!reply.ok) throw new Error(`no token: ${await reply.text()}`);
  return ((await reply.json()) as { token: string }).token;
}

/** What a caller has spent and what is held back, in nano-dollars. */
export async function usageOf(world: World, token: string): Promise<{ spent: number; reserved: number; left: number }> {
  const reply = await fetch(`${world.address}/v1/usage`, { headers: { authorization: `Bearer ${token}` } });
  if (!reply.ok) throw new Error(`no usage: ${await reply.text()}`);
  const { today } = (await reply.json()) as { today: Record<string, number> };
  const nano = (name: string) => Math.round(today[name]! * 1e9);
  return { spent: nano("spent_usd"), reserved: nano("reserved_usd"), left: nano("left_usd") };
}

/** The operator's numbers. Amounts are nano-dollars, of all days together: a run may pass midnight. */
export interface Numbers {
  open: number;
  settled: number;
  unknown: number;
  voided: number;
  spent: number;
  reserved: number;
  excess: number;
  unknownUsd: number;
  balanced: boolean;
}

export async function numbersOf(world: World): Promise<Numbers> {
  const reply = await fetch(`${world.address}/metrics`, { headers: admin });
  if (!reply.ok) throw new Error(`no metrics: ${await reply.text()}`);
  const lines = (await reply.text()).split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  const sum = (name: string, label = "") =>
    lines
      .filter((line) => line.startsWith(`gpt_image_edge_${name}`) && line.includes(label))
      .reduce((total, line) => total + Number(line.split(" ").at(-1)), 0);
  const nano = (name: string) => Math.round(sum(name) * 1e9);
  const state = (name: string) => sum("operations", `{state="${name}"}`);
  return {
    open: state("reserved") + state("sent"),
    settled: state("settled"),
    unknown: state("unknown"),
    voided: state("void"),
    spent: nano("spent_usd"),
    reserved: nano("reserved_usd"),
    excess: nano("excess_usd"),
    unknownUsd: nano("unknown_usd"),
    balanced: sum("ledger_balanced") === 1,
  };
}

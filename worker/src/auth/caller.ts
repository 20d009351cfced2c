// Who calls, and what it may spend. Read from a token's claims; nothing here trusts anything that was not signed.

import { fromUsd, MAX_NANO_USD, type NanoUsd } from "../money.ts";

/** A caller after its token was checked. */
export interface Caller {
  /** A digest of tenant and subject: names rows and objects, and stands in logs. Tells nobody who it is. */
  id: string;
  /** A digest of the tenant, where the token names one. */
  tenant: string | null;
  /** The most it may spend in a day (UTC). */
  budget: NanoUsd;
  /** The most one call may cost; the operator's own limit holds as well. */
  maxPrice: NanoUsd;
  /** The models it may use; null for all. */
  models: readonly string[] | null;
  /** How many of its calls may run at a time. */
  concurrency: number;
}

/** What a token says, beside the registered claims. Amounts are dollars. */
export interface Claims {
  sub: string;
  tenant?: string;
  budget: number;
  max_price?: number;
  models?: string[];
  concurrency?: number;
}

export const DEFAULT_CONCURRENCY = 10;
const MAX_CONCURRENCY = 10_000;
const MAX_NAME = 256;

const isName = (value: unknown): value is string =>
  typeof value === "string" && value.length > 0 && value.length <= MAX_NAME;
const isAmount = (value: unknown): value is number =>
  typeof value === "number" && value >= 0 && value <= MAX_NANO_USD / 1e9;

/** The form each claim must have, in words and as a check. */
const FORMS: Record<keyof Claims, [text: string, required: boolean, form: (value: unknown) => boolean]> = {
  sub: [`a name of 1 to ${MAX_NAME} characters`, true, isName],
  tenant: [`a name of 1 to ${MAX_NAME} characters`, false, isName],
  budget: ["an amount in US dollars per day, 0 or more", true, isAmount],
  max_price: ["an amount in US dollars, 0 or more", false, isAmount],
  models: [
    "a list of 1 to 100 model ids",
    false,
    (value) => Array.isArray(value) && value.length > 0 && value.length <= 100 && value.every(isName),
  ],
  concurrency: [
    `a whole number from 1 to ${MAX_CONCURRENCY}`,
    false,
    (value) => Number.isInteger(value) && (value as number) >= 1 && (value as number) <= MAX_CONCURRENCY,
  ],
};

export const CLAIM_NAMES = Object.keys(FORMS) as (keyof Claims)[];

/** What is wrong with the first bad claim; undefined when all are as they must be. */
export function wrongClaim(claims: Record<string, unknown>): { name: string; message: string } | undefined {
  for (const name of CLAIM_NAMES) {
    const [text, required, form] = FORMS[name];
    const value = claims[name];
    if (value === undefined ? required : !form(value))
      return { name, message: `${name}: ${value === undefined ? "is missing; it" : "it"} must be ${text}` };
  }
  return undefined;
}

/** The caller of claims that are as they must be. */
export async function callerOf(claims: Claims): Promise<Caller> {
  const { sub, tenant, budget, max_price, models, concurrency = DEFAULT_CONCURRENCY } = claims;
  return {
    // Written as JSON, so that no tenant and subject can be put together to look like another pair.
    id: await digestOf(["caller", tenant ?? null, sub]),
    tenant: tenant === undefined ? null : await digestOf(["tenant", tenant]),
    budget: fromUsd(budget),
    maxPrice: max_price === undefined ? MAX_NANO_USD : fromUsd(max_price),
    models: models ?? null,
    concurrency,
  };
}

/** 128 bits of a digest, as hexadecimal digits. */
export async function digestOf(value: unknown): Promise<string> {
  const bytes = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(JSON.stringify(value)));
  return [...new Uint8Array(bytes, 0, 16)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

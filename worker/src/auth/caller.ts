// Who calls, and what it may spend. Read from a token's claims; nothing here trusts anything that was not signed.

import { fromUsd, MAX_NANO_USD, type NanoUsd } from "../money.ts";

/** A caller after its token was checked. */
export interface Caller {
  /** A digest of tenant and subject: names rows and objects, and stands in logs. Tells nobody who it is. */
  id: string;
  /** A digest of the tenant, where the token names one. */
  tenant: string | null;
  /** Who stands behind it, for what is counted by person and not by purse. */
  person: string;
  /** What all callers of its kind may spend in a day together, where it has no account; its tenant is then their pool. */
  pool: NanoUsd | null;
  /** What its token says of itself; null where none was signed. */
  token: TokenUse | null;
  /** The most it may spend in a day (UTC). */
  budget: NanoUsd;
  /** The most one call may cost; the operator's own limit holds as well. */
  maxPrice: NanoUsd;
  /** The models it may use; null for all. */
  models: readonly string[] | null;
  /** How many of its calls may run at a time. */
  concurrency: number;
}

/** As much of a token as says whether it still holds. Times are milliseconds. */
export interface TokenUse {
  /** A digest of its `jti`; null where it has none. */
  id: string | null;
  issued: number;
  expires: number;
  /** Whether it buys one call and no other. */
  once: boolean;
}

/** What a token says, beside the registered claims. Amounts are dollars. */
export interface Claims {
  sub: string;
  tenant?: string;
  budget: number;
  max_price?: number;
  models?: string[];
  concurrency?: number;
  /** Whether the token buys one call only. */
  once?: boolean;
}

/** What is read of the registered claims once they were checked. */
export interface Registered {
  jti?: string;
  iat: number;
  exp: number;
}

export const DEFAULT_CONCURRENCY = 10;
/** Clocks of issuer and worker may differ by so much. */
export const SKEW_S = 30;
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
  once: ["true or false", false, (value) => typeof value === "boolean"],
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
export async function callerOf(claims: Claims, registered?: Registered): Promise<Caller> {
  const { sub, tenant, budget, max_price, models, concurrency = DEFAULT_CONCURRENCY } = claims;
  const id = await idOf({ sub, ...(tenant !== undefined && { tenant }) });
  return {
    id,
    person: id,
    pool: null,
    token: registered ? await tokenUse(registered, claims.once ?? false) : null,
    tenant: tenant === undefined ? null : await digestOf(["tenant", tenant]),
    budget: fromUsd(budget),
    maxPrice: max_price === undefined ? MAX_NANO_USD : fromUsd(max_price),
    models: models ?? null,
    concurrency,
  };
}

/** The caller of an anonymous token: a purse of its own, out of the pool of all of them, and a person by its address. */
export async function callerOfAnonymous(
  claims: Claims & { anonymous: string },
  registered: Registered,
  pool: NanoUsd,
): Promise<Caller> {
  const caller = await callerOf(claims, registered);
  // Its own namespace: no name that somebody signs can be one of these.
  const id = await digestOf(["anonymous", claims.sub]);
  return { ...caller, id, person: claims.anonymous, tenant: await poolId(), pool };
}

/** The name of the anonymous callers' pool among tenants. */
export const poolId = (): Promise<string> => digestOf(["anonymous"]);

/** The name of a caller in rows and logs. Written as JSON, so that no tenant and subject together look like another pair. */
export const idOf = ({ sub, tenant }: Pick<Claims, "sub" | "tenant">): Promise<string> =>
  digestOf(["caller", tenant ?? null, sub]);

/** The name of a token there. */
export const tokenId = (jti: string): Promise<string> => digestOf(["token", jti]);

const tokenUse = async ({ jti, iat, exp }: Registered, once: boolean): Promise<TokenUse> => ({
  id: jti === undefined ? null : await tokenId(jti),
  issued: iat * 1000,
  // It is taken for as long as clocks may differ.
  expires: (exp + SKEW_S) * 1000,
  once,
});

/** 128 bits of a digest, as hexadecimal digits. */
export async function digestOf(value: unknown): Promise<string> {
  const bytes = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(JSON.stringify(value)));
  return [...new Uint8Array(bytes, 0, 16)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

// By what name the upstream knows a caller: so that a policy is enforced on the one who broke it and not on the whole
// organisation. https://platform.openai.com/docs/guides/safety-best-practices (2026-11)

import type { Caller } from "./caller.ts";

const encoder = new TextEncoder();
const keys = new Map<string, Promise<CryptoKey>>();

/** A digest that only the operator can compute, as 32 hexadecimal digits. */
export async function keyed(key: string, text: string): Promise<string> {
  let known = keys.get(key);
  if (!known) {
    known = crypto.subtle.importKey("raw", encoder.encode(key), { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
    keys.set(key, known);
  }
  const bytes = await crypto.subtle.sign("HMAC", await known, encoder.encode(text));
  return [...new Uint8Array(bytes, 0, 16)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/**
 * A name for a caller that is the same in every call and tells nobody who it is: without the operator's key not even
 * whoever knows all subjects can say which one it belongs to.
 */
export const safetyIdentifier = (key: string, { person }: Caller): Promise<string> =>
  keyed(key, `safety_identifier ${person}`);

/** Fields in which a request says who asks. What a caller writes there is replaced: it could name somebody else. */
export const IDENTITY_FIELDS = ["safety_identifier", "user"] as const;

/** The request under the name that the worker gives its caller. */
export function identified<T extends Record<string, unknown>>(request: T, identifier: string): T {
  const named: Record<string, unknown> = { ...request };
  for (const field of IDENTITY_FIELDS) delete named[field];
  return { ...named, safety_identifier: identifier } as unknown as T;
}

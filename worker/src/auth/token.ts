// Who may call: whoever knows the token.

import type { Settings } from "../env.ts";
import { misconfigured, unauthorized } from "../errors.ts";

async function digest(text: string): Promise<Uint8Array> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text)));
}

/**
 * Compares in a time that tells nothing: not where the texts differ, for every byte of the digests is looked at, nor how
 * long the secret is, for digests have one length.
 */
export async function equal(a: string, b: string): Promise<boolean> {
  const [left, right] = await Promise.all([digest(a), digest(b)]);
  let difference = 0;
  for (const [index, byte] of left.entries()) difference |= byte ^ right[index]!;
  return difference === 0;
}

/** Lets a request through only with the right bearer token, and only when the worker is configured. */
export async function authorize(request: Request, settings: Settings): Promise<void> {
  if (settings.faults.length > 0) throw misconfigured(settings.faults);
  const header = request.headers.get("authorization");
  if (header === null) throw unauthorized("No token was given; send it as `Authorization: Bearer <token>`.");
  const token = /^Bearer +(\S+)$/i.exec(header)?.[1];
  if (token === undefined) throw unauthorized("The Authorization header must be `Bearer <token>`.");
  if (!(await equal(token, settings.token))) throw unauthorized("The token is not valid.");
}

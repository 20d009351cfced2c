// Who may call: the holder of a signed token; on this machine also of the demo token; for the admin's addresses the admin.

import { isLoopback, type Settings } from "../env.ts";
import { misconfigured, Refusal, unauthorized } from "../errors.ts";
import { callerOf, callerOfAnonymous, wrongClaim, type Caller, type Claims, type Registered } from "./caller.ts";
import { BadToken, keysOf, verify } from "./jwt.ts";

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

/** What is wrong with the configuration, the keys included, which take a moment to read. */
export async function faultsOf(settings: Settings): Promise<readonly string[]> {
  if (settings.faults.length > 0 || !settings.jwt) return settings.faults;
  const { jwt } = settings;
  return keysOf(jwt).then(
    () => [],
    () => [`JWT_KEY is no key for ${jwt.algorithm}: give it as PEM (PKCS #8 or SPKI) or as a JWK`],
  );
}

/** Lets a request through only with a good bearer token, and only when the worker is configured. */
export async function authorize(request: Request, settings: Settings): Promise<Caller> {
  const faults = await faultsOf(settings);
  if (faults.length > 0) throw misconfigured(faults);
  const local = isLoopback(new URL(request.url).hostname);
  if (!settings.jwt && !local)
    throw misconfigured(["DEMO_TOKEN works on this machine only; anywhere else JWT_KEY must be set"]);
  const token = bearer(request);
  if (settings.token !== undefined && local && (await equal(token, settings.token))) return demoCaller(settings);
  if (!settings.jwt) throw unauthorized("The token is not valid.");
  try {
    const claims = (await verify(token, settings.jwt)) as Record<string, unknown>;
    const wrong = wrongClaim(claims);
    if (wrong) throw new BadToken(`The token is not valid: ${wrong.message}.`);
    const { once, jti } = claims;
    if (jti !== undefined && (typeof jti !== "string" || jti === "" || jti.length > 256))
      throw new BadToken("The token is not valid: jti: it must be a text of 1 to 256 characters.");
    // Without a name nobody could tell that it was used.
    if (once === true && jti === undefined)
      throw new BadToken("The token is not valid: jti: is missing; a token for one call must have it.");
    const { anonymous } = claims;
    if (anonymous === undefined) return await callerOf(claims as unknown as Claims, claims as unknown as Registered);
    if (!settings.anonymous || typeof anonymous !== "string" || !/^[0-9a-f]{32}$/.test(anonymous))
      throw new BadToken("The token is not valid: nobody may call here without an account.");
    const { pool } = settings.anonymous;
    return await callerOfAnonymous(
      { ...(claims as unknown as Claims), anonymous },
      claims as unknown as Registered,
      pool,
    );
  } catch (error) {
    if (error instanceof BadToken) throw unauthorized(error.message);
    throw error;
  }
}

/** Lets only the operator through. */
export async function authorizeAdmin(request: Request, settings: Settings): Promise<void> {
  const faults = await faultsOf(settings);
  if (faults.length > 0) throw misconfigured(faults);
  if (settings.adminToken === undefined)
    throw misconfigured(["ADMIN_TOKEN is not set: wrangler secret put ADMIN_TOKEN"]);
  if (!(await equal(bearer(request), settings.adminToken))) throw unauthorized("The admin's token is not valid.");
}

function bearer(request: Request): string {
  const header = request.headers.get("authorization");
  if (header === null) throw unauthorized("No token was given; send it as `Authorization: Bearer <token>`.");
  const token = /^Bearer +(\S+)$/i.exec(header)?.[1];
  if (token === undefined) throw unauthorized("The Authorization header must be `Bearer <token>`.");
  return token;
}

/** Whoever holds the demo token is the one who runs the worker: only the organisation's own limit holds. */
const demoCaller = ({ caps }: Settings): Promise<Caller> =>
  callerOf({ sub: "demo", tenant: "demo", budget: caps.organization / 1e9, concurrency: 1000 });

/** Refuses a model that the caller's token does not name. */
export function allowModel(caller: Caller, model: string): void {
  if (caller.models === null || caller.models.includes(model)) return;
  const message = `model: your token does not allow ${JSON.stringify(model.slice(0, 100))}; allowed: ${caller.models.join(", ")}.`;
  throw new Refusal(403, { message, type: "invalid_request_error", param: "model", code: "model_not_allowed" });
}

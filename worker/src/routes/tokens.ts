// POST /v1/tokens: the operator, or a service of the operator's that knows its users, has a token signed.
// POST /v1/tokens/revoke: it calls tokens back.

import { CLAIM_NAMES, idOf, SKEW_S, tokenId, wrongClaim } from "../auth/caller.ts";
import { issue, MAX_AGE_S } from "../auth/jwt.ts";
import type { Env, Settings } from "../env.ts";
import { badRequest, misconfigured } from "../errors.ts";
import { readJson, refuseEarly } from "../json.ts";
import { ask } from "../ledger/client.ts";

const MAX_BODY_BYTES = 64 * 1024;
const DEFAULT_TTL_S = 900;
const FIELDS: readonly string[] = [...CLAIM_NAMES, "ttl_seconds"];

export async function issueToken(request: Request, settings: Settings): Promise<Response> {
  if (!settings.jwt) throw misconfigured(["JWT_KEY is not set: wrangler secret put JWT_KEY"]);
  refuseEarly(request, MAX_BODY_BYTES);
  const body = await readJson(request, MAX_BODY_BYTES);
  for (const name of Object.keys(body))
    if (!FIELDS.includes(name))
      throw badRequest(
        `${name.slice(0, 64)}: unknown field; allowed: ${FIELDS.join(", ")}`,
        name.slice(0, 64),
        "unknown_parameter",
      );
  const { ttl_seconds: ttl = DEFAULT_TTL_S, ...claims } = body;
  const wrong = wrongClaim(claims);
  if (wrong) throw badRequest(wrong.message, wrong.name, "invalid_value");
  if (!Number.isInteger(ttl) || (ttl as number) < 1 || (ttl as number) > MAX_AGE_S)
    throw badRequest(
      `ttl_seconds: must be a whole number of seconds from 1 to ${MAX_AGE_S}`,
      "ttl_seconds",
      "invalid_value",
    );
  const jti = crypto.randomUUID();
  const token = await issue(claims, ttl as number, settings.jwt, jti);
  if (token === undefined)
    throw misconfigured(["JWT_KEY is a public key: whoever has the private one issues the tokens"]);
  return Response.json({ token, token_type: "Bearer", expires_in: ttl, jti, claims });
}

const REVOCABLE = ["jti", "sub", "tenant"];

/**
 * One token by its `jti`, or all tokens of a caller that were issued until now. The ledger remembers it for as long as such a
 * token could live, and looks when a call is paid for.
 */
export async function revokeTokens(env: Env, request: Request): Promise<Response> {
  refuseEarly(request, MAX_BODY_BYTES);
  const body = await readJson(request, MAX_BODY_BYTES);
  for (const [name, value] of Object.entries(body)) {
    const param = name.slice(0, 64);
    if (!REVOCABLE.includes(name))
      throw badRequest(`${param}: unknown field; allowed: ${REVOCABLE.join(", ")}`, param, "unknown_parameter");
    if (typeof value !== "string" || value === "" || value.length > 256)
      throw badRequest(`${param}: must be a text of 1 to 256 characters`, param, "invalid_value");
  }
  const { jti, sub, tenant } = body as { jti?: string; sub?: string; tenant?: string };
  if ((jti === undefined) === (sub === undefined) || (jti !== undefined && tenant !== undefined))
    throw badRequest("jti: give either a jti, or a sub with its tenant", "jti", "invalid_value");
  const what =
    jti !== undefined
      ? { token: await tokenId(jti) }
      : { caller: await idOf({ sub: sub!, ...(tenant !== undefined && { tenant }) }) };
  const until = Date.now() + (MAX_AGE_S + 2 * SKEW_S) * 1000;
  await ask(env, (ledger) => ledger.revoke(what, until));
  return Response.json({ revoked: true, until: Math.ceil(until / 1000) });
}

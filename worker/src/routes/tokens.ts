// POST /v1/tokens: the operator, or a service of the operator's that knows its users, has a token signed.

import { CLAIM_NAMES, wrongClaim } from "../auth/caller.ts";
import { issue, MAX_AGE_S } from "../auth/jwt.ts";
import type { Settings } from "../env.ts";
import { badRequest, misconfigured } from "../errors.ts";
import { readJson, refuseEarly } from "../json.ts";

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
  const token = await issue(claims, ttl as number, settings.jwt);
  if (token === undefined)
    throw misconfigured(["JWT_KEY is a public key: whoever has the private one issues the tokens"]);
  return Response.json({ token, token_type: "Bearer", expires_in: ttl, claims });
}

// POST /v1/tokens/anonymous: whoever the widget took for a person gets a token that spends from the pool of all of them.

import { prefixOf } from "../auth/address.ts";
import { digestOf, poolId } from "../auth/caller.ts";
import { issue } from "../auth/jwt.ts";
import { keyed } from "../auth/safety.ts";
import { faultsOf } from "../auth/token.ts";
import { CHALLENGE_MS, MAX_TOKEN_CHARS, notVerified, verifyChallenge } from "../auth/turnstile.ts";
import type { Env, Settings } from "../env.ts";
import { badRequest, forbidden, misconfigured, notFound, Refusal } from "../errors.ts";
import { readJson, refuseEarly } from "../json.ts";
import { ask } from "../ledger/client.ts";
import type { Admitted } from "../ledger/object.ts";
import { toUsd } from "../money.ts";

const MAX_BODY_BYTES = 8 * 1024;
const TTL_S = 600;
/** A person draws one picture, and looks at another that is being drawn. */
const CONCURRENCY = 2;

export async function issueAnonymous(env: Env, request: Request, settings: Settings): Promise<Response> {
  const faults = await faultsOf(settings);
  if (faults.length > 0) throw misconfigured(faults);
  const { anonymous, jwt, safetyKey } = settings;
  if (!anonymous || !jwt) throw notFound("Nobody may call here without an account.", "anonymous_not_served");
  refuseEarly(request, MAX_BODY_BYTES);
  const { turnstile, ...others } = await readJson(request, MAX_BODY_BYTES);
  const [other] = Object.keys(others);
  if (other !== undefined)
    throw badRequest(
      `${other.slice(0, 64)}: unknown field; allowed: turnstile`,
      other.slice(0, 64),
      "unknown_parameter",
    );
  if (typeof turnstile !== "string" || turnstile === "" || turnstile.length > MAX_TOKEN_CHARS)
    throw badRequest(`turnstile: must be a text of 1 to ${MAX_TOKEN_CHARS} characters`, "turnstile", "invalid_value");
  // Cloudflare's own, which nobody outside can set.
  const address = request.headers.get("cf-connecting-ip") ?? "";
  const prefix = prefixOf(address);
  if (prefix === undefined) throw forbidden("Nobody can tell where this call comes from.", "address_unknown");

  await verifyChallenge(turnstile, address, anonymous);
  const person = await keyed(safetyKey, `address ${prefix}`);
  const answer = await ask(env, async (ledger) =>
    ledger.admit({
      challenge: await digestOf(["challenge", turnstile]),
      until: Date.now() + 2 * CHALLENGE_MS,
      person,
      most: anonymous.tokensPerDay,
      pool: await poolId(),
      cap: anonymous.pool,
    }),
  );
  if (!answer.ok) throw refused(answer);
  const claims = {
    sub: crypto.randomUUID(),
    budget: toUsd(anonymous.budget),
    concurrency: CONCURRENCY,
    anonymous: person,
  };
  const jti = crypto.randomUUID();
  const token = await issue(claims, TTL_S, jwt, jti);
  if (token === undefined)
    throw misconfigured(["JWT_KEY is a public key, and anonymous callers' tokens are signed here"]);
  const { anonymous: _, ...told } = claims;
  return Response.json({ token, token_type: "Bearer", expires_in: TTL_S, jti, claims: told });
}

function refused(answer: Exclude<Admitted, { ok: true }>): Refusal {
  // As if it had not been good in the first place.
  if (answer.reason === "used") return notVerified();
  const seconds = Math.ceil(answer.retryMs / 1000);
  const [code, message] =
    answer.reason === "address"
      ? ["too_many_tokens", "Your address has had as many tokens today as one may."]
      : ["budget_exceeded", "What all callers without an account may spend today is spent."];
  const headers = { "retry-after": String(seconds), "x-should-retry": "false" };
  return new Refusal(429, { message, type: "insufficient_quota", code }, headers);
}

// The part of the configuration that says who may call and what it may spend.

import { fromUsd, MAX_NANO_USD, type NanoUsd } from "../money.ts";
import { ALGORITHMS, type Algorithm, type JwtSettings } from "./jwt.ts";

/** Variables and secrets. */
export interface AuthEnv {
  /** How callers' tokens are signed: `HS256`, `EdDSA` or `RS256`. */
  JWT_ALGORITHM?: string;
  /** The key of that algorithm. A secret. HS256: 32 or more characters; else PEM or JWK, private to issue tokens here. */
  JWT_KEY?: string;
  /** Who signs them and for whom: the claims `iss` and `aud` must be exactly these. */
  JWT_ISSUER?: string;
  JWT_AUDIENCE?: string;
  /** Names callers to the upstream. A secret; 32 or more characters. Default: made of JWT_KEY, where that is a secret. */
  SAFETY_IDENTIFIER_KEY?: string;
  /** So many refusals of the upstream's safety system suspend a caller; 0 (default) suspends nobody. */
  MODERATION_STRIKES?: string;
  /** Within so many seconds; default 3600. */
  MODERATION_WINDOW_S?: string;
  /** For so many seconds; default 3600. */
  MODERATION_COOL_DOWN_S?: string;
  /** What the operator sends to the admin's addresses. A secret. Unset, they answer 503. */
  ADMIN_TOKEN?: string;
  /** A token for this machine (127.0.0.1, localhost) alone. A secret. */
  DEMO_TOKEN?: string;
  /** `true` hands that token to the page in `/config.json`. */
  DEMO_TOKEN_ON_PAGE?: string;
  /** The most all callers together may spend in a day (UTC), in US dollars; default 100. */
  ORGANIZATION_DAILY_USD?: string;
  /** The same for all callers of one tenant; default: what the organisation may. */
  TENANT_DAILY_USD?: string;
  /** The most one call may cost; default 10. */
  MAX_CALL_USD?: string;
  /** What is held back for a call whose price nobody can tell before. Unset, such calls are refused (the sandbox: 1). */
  UNPRICED_CALL_USD?: string;
}

export interface AuthSettings {
  jwt: JwtSettings | undefined;
  adminToken: string | undefined;
  token: string | undefined;
  tokenOnPage: boolean;
  /** Names callers to the upstream; see safety.ts. */
  safetyKey: string;
  /** Undefined suspends nobody. */
  strikes: StrikeRule | undefined;
  caps: Caps;
}

/** After how many refusals for what a caller wanted it is sent away, and for how long. */
export interface StrikeRule {
  most: number;
  windowMs: number;
  coolDownMs: number;
}

/** What may be spent, beside each caller's own budget. */
export interface Caps {
  organization: NanoUsd;
  tenant: NanoUsd;
  call: NanoUsd;
  /** Reserved where the package knows no upper bound; undefined refuses such calls. */
  unpriced: NanoUsd | undefined;
}

const WEEK_S = 7 * 86_400;
const SECRET = /^[\x21-\x7e]{16,}$/;

/** Reads it; `fault` hears what is wrong. */
export function authSettings(
  env: AuthEnv,
  { upstream, asksOpenAI }: { upstream: string; asksOpenAI: boolean },
  fault: (wrong: boolean, text: string) => void,
): AuthSettings {
  const {
    JWT_ALGORITHM: algorithm = "",
    JWT_KEY: key = "",
    JWT_ISSUER: issuer = "",
    JWT_AUDIENCE: audience = "",
  } = env;
  const { DEMO_TOKEN: token = "", ADMIN_TOKEN: adminToken = "" } = env;
  const wanted = Boolean(algorithm || key || issuer || audience);
  fault(
    !wanted && !token,
    "nobody can call: JWT_KEY is not set: wrangler secret put JWT_KEY (for this machine alone DEMO_TOKEN will do)",
  );
  if (wanted) {
    fault(
      !(ALGORITHMS as readonly string[]).includes(algorithm),
      `JWT_ALGORITHM must be one of ${ALGORITHMS.map((name) => `"${name}"`).join(", ")}`,
    );
    fault(!key, "JWT_KEY is not set: wrangler secret put JWT_KEY");
    fault(!issuer, "JWT_ISSUER is not set: it is who signs the tokens");
    fault(!audience, "JWT_AUDIENCE is not set: it is whom the tokens are for, such as this worker's address");
    // RFC 7518, section 3.2: a key of the same size as the hash output or larger.
    fault(algorithm === "HS256" && key !== "" && key.length < 32, "JWT_KEY must have 32 or more characters for HS256");
  }
  fault(token !== "" && !SECRET.test(token), "DEMO_TOKEN must have 16 or more characters, all of them visible ASCII");
  fault(
    adminToken !== "" && !SECRET.test(adminToken),
    "ADMIN_TOKEN must have 16 or more characters, all of them visible ASCII",
  );
  fault(adminToken !== "" && adminToken === token, "ADMIN_TOKEN and DEMO_TOKEN must differ");

  const safetyKey = env.SAFETY_IDENTIFIER_KEY || (isPublic(key) ? "" : key || token);
  fault(
    Boolean(env.SAFETY_IDENTIFIER_KEY) && safetyKey.length < 32,
    "SAFETY_IDENTIFIER_KEY must have 32 or more characters",
  );
  // With a public key anybody could compute who is who.
  fault(
    asksOpenAI && wanted && !safetyKey,
    "SAFETY_IDENTIFIER_KEY is not set, and JWT_KEY is no secret that could stand in for it: wrangler secret put SAFETY_IDENTIFIER_KEY",
  );

  const whole = (name: keyof AuthEnv, otherwise: number, [least, largest]: [number, number]): number => {
    const value = /^\d{1,9}$/.test(env[name] || String(otherwise)) ? Number(env[name] || otherwise) : Number.NaN;
    const good = value >= least && value <= largest;
    fault(!good, `${name} must be a whole number from ${least} to ${largest}`);
    return good ? value : otherwise;
  };
  const most = whole("MODERATION_STRIKES", 0, [0, 1000]);
  const windowMs = whole("MODERATION_WINDOW_S", 3600, [1, WEEK_S]) * 1000;
  const coolDownMs = whole("MODERATION_COOL_DOWN_S", 3600, [1, WEEK_S]) * 1000;

  const amount = (name: keyof AuthEnv, otherwise: number): NanoUsd => {
    const usd = env[name] ? Number(env[name]) : otherwise;
    const good = Number.isFinite(usd) && usd >= 0 && usd <= MAX_NANO_USD / 1e9;
    fault(!good, `${name} must be an amount in US dollars, such as 25 or 0.5`);
    return good ? fromUsd(usd) : 0;
  };
  const organization = amount("ORGANIZATION_DAILY_USD", 100);
  const caps: Caps = {
    organization,
    tenant: env.TENANT_DAILY_USD ? amount("TENANT_DAILY_USD", 0) : organization,
    call: amount("MAX_CALL_USD", 10),
    unpriced: env.UNPRICED_CALL_USD || upstream === "sandbox" ? amount("UNPRICED_CALL_USD", 1) : undefined,
  };
  return {
    jwt: wanted ? { algorithm: algorithm as Algorithm, key, issuer, audience } : undefined,
    adminToken: adminToken || undefined,
    token: token || undefined,
    tokenOnPage: env.DEMO_TOKEN_ON_PAGE === "true",
    safetyKey: safetyKey || "sandbox",
    strikes: most > 0 ? { most, windowMs, coolDownMs } : undefined,
    caps,
  };
}

/** Whether a key only checks signatures. */
const isPublic = (key: string): boolean =>
  key.includes("BEGIN PUBLIC KEY") || (key.trim().startsWith("{") && !/"d"\s*:/.test(key));

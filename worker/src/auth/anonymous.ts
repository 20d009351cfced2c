// Callers without an account: whoever a page's Turnstile widget took for a person gets a token for a few minutes. All of them
// together have one budget, so more of them never add money. Off unless the operator has set all of it.

import { fromUsd, MAX_NANO_USD, type NanoUsd } from "../money.ts";

/** Variables and secrets. */
export interface AnonymousEnv {
  /** The widget's keys (https://developers.cloudflare.com/turnstile/). The second is a secret. */
  TURNSTILE_SITE_KEY?: string;
  TURNSTILE_SECRET_KEY?: string;
  /** The host names of the pages that show the widget, comma separated. */
  TURNSTILE_HOSTNAMES?: string;
  /** The action that the widget names; default `anonymous`. */
  TURNSTILE_ACTION?: string;
  /** Where the widget's tokens are verified; for tests. Default: Cloudflare's. */
  TURNSTILE_VERIFY_URL?: string;
  /** What all anonymous callers together may spend in a day (UTC), in US dollars. */
  ANONYMOUS_DAILY_USD?: string;
  /** What one token of theirs may spend; default 0.25. */
  ANONYMOUS_TOKEN_USD?: string;
  /** How many tokens one address (IPv6: one /64) may have in a day; default 10. */
  ANONYMOUS_TOKENS_PER_DAY?: string;
}

export interface AnonymousSettings {
  siteKey: string;
  secretKey: string;
  hostnames: ReadonlySet<string>;
  action: string;
  verifyURL: string;
  pool: NanoUsd;
  budget: NanoUsd;
  tokensPerDay: number;
}

const VERIFY_URL = "https://challenges.cloudflare.com/turnstile/v0/siteverify";
const KEY = /^[\x21-\x7e]{1,512}$/;
const HOSTNAME = /^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/;

/** Reads it; undefined where nobody may call without an account. `fault` hears what is wrong. */
export function anonymousSettings(
  env: AnonymousEnv,
  { hasJwt, isBaseURL }: { hasJwt: boolean; isBaseURL: (text: string) => boolean },
  fault: (wrong: boolean, text: string) => void,
): AnonymousSettings | undefined {
  const given = Object.keys(env).some(
    (name) => /^(TURNSTILE|ANONYMOUS)_/.test(name) && env[name as keyof AnonymousEnv],
  );
  if (!given) return undefined;
  const faults: string[] = [];
  const wrong = (is: boolean, text: string) => {
    if (is) faults.push(text);
  };
  const siteKey = env.TURNSTILE_SITE_KEY ?? "";
  const secretKey = env.TURNSTILE_SECRET_KEY ?? "";
  wrong(!KEY.test(siteKey), "TURNSTILE_SITE_KEY is not set: anonymous callers need the key of a widget");
  wrong(!KEY.test(secretKey), "TURNSTILE_SECRET_KEY is not set: wrangler secret put TURNSTILE_SECRET_KEY");
  const hostnames = (env.TURNSTILE_HOSTNAMES ?? "").split(",").map((name) => name.trim());
  wrong(
    !hostnames.every((name) => HOSTNAME.test(name)),
    "TURNSTILE_HOSTNAMES must be the host names of the pages that show the widget, such as app.example.com",
  );
  const action = env.TURNSTILE_ACTION || "anonymous";
  wrong(!/^[\w-]{1,32}$/.test(action), "TURNSTILE_ACTION must be 1 to 32 letters, digits, - or _");
  const verifyURL = env.TURNSTILE_VERIFY_URL || VERIFY_URL;
  wrong(!isBaseURL(verifyURL), "TURNSTILE_VERIFY_URL must be an https address (or http on this machine)");
  wrong(
    !env.ANONYMOUS_DAILY_USD,
    "ANONYMOUS_DAILY_USD is not set: it is what all anonymous callers together may spend",
  );
  wrong(!hasJwt, "anonymous callers get signed tokens, so JWT_KEY must be set");
  const amount = (name: "ANONYMOUS_DAILY_USD" | "ANONYMOUS_TOKEN_USD", otherwise: string): NanoUsd => {
    const usd = Number(env[name] || otherwise);
    const good = Number.isFinite(usd) && usd >= 0 && usd <= MAX_NANO_USD / 1e9;
    wrong(!good, `${name} must be an amount in US dollars, such as 2 or 0.5`);
    return good ? fromUsd(usd) : 0;
  };
  const tokens = env.ANONYMOUS_TOKENS_PER_DAY || "10";
  wrong(!/^[1-9]\d{0,5}$/.test(tokens), "ANONYMOUS_TOKENS_PER_DAY must be a whole number from 1 to 999999");
  const settings = {
    ...{ siteKey, secretKey, hostnames: new Set(hostnames), action, verifyURL },
    pool: amount("ANONYMOUS_DAILY_USD", "0"),
    budget: amount("ANONYMOUS_TOKEN_USD", "0.25"),
    tokensPerDay: Number(tokens),
  };
  for (const text of faults) fault(true, text);
  return faults.length > 0 ? undefined : settings;
}

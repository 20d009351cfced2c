// The limits of the upstream, as the operator knows them. Without any, nothing is limited here.

import { models } from "gpt-image-edge";

import { DEFAULTS, type Limits } from "./rules.ts";

export interface LimiterEnv {
  /** The organisation's usage tier at OpenAI, 1 to 5: what it allows a minute is in the catalogue. */
  USAGE_TIER?: string;
  /** What the upstream allows a minute, for every model, where no tier says it. */
  IMAGES_PER_MINUTE?: string;
  TOKENS_PER_MINUTE?: string;
  /** How long a call may wait for its turn, in seconds; default 20. */
  MAX_WAIT_S?: string;
  /** How many calls may be with the upstream at once; default 500. */
  UPSTREAM_CONCURRENCY?: string;
}

export interface LimiterSettings {
  rates: {
    tier: number | undefined;
    imagesPerMinute: number | undefined;
    tokensPerMinute: number | undefined;
    maxWaitMs: number;
    concurrency: number;
  };
}

/** Reads them; `fault` is told what the operator has to mend. */
export function limiterSettings(env: LimiterEnv, fault: (wrong: boolean, text: string) => void): LimiterSettings {
  const whole = (name: keyof LimiterEnv, least: number, most: number): number | undefined => {
    const text = env[name];
    if (text === undefined || text === "") return undefined;
    const value = /^\d{1,12}$/.test(text) ? Number(text) : Number.NaN;
    const good = value >= least && value <= most;
    fault(!good, `${name} must be a whole number from ${least} to ${most}`);
    return good ? value : undefined;
  };
  const imagesPerMinute = whole("IMAGES_PER_MINUTE", 1, 1_000_000);
  const tokensPerMinute = whole("TOKENS_PER_MINUTE", 1, 1e12);
  fault(
    tokensPerMinute !== undefined && imagesPerMinute === undefined,
    "TOKENS_PER_MINUTE needs IMAGES_PER_MINUTE beside it",
  );
  return {
    rates: {
      tier: whole("USAGE_TIER", 1, 5),
      imagesPerMinute,
      tokensPerMinute,
      maxWaitMs: (whole("MAX_WAIT_S", 0, 120) ?? DEFAULTS.maxWaitMs / 1000) * 1000,
      concurrency: whole("UPSTREAM_CONCURRENCY", 1, 100_000) ?? DEFAULTS.concurrency,
    },
  };
}

/** The limits of a model, and the name its snapshots share; undefined where none are known. */
export function limitsOf(
  id: string,
  { rates }: LimiterSettings,
  callerConcurrency: number,
): { name: string; limits: Limits } | undefined {
  const model = models().find((model) => model.id === id || model.snapshots.includes(id));
  const byTier = model?.tiers?.find(({ tier }) => tier === rates.tier);
  const imagesPerMinute = rates.imagesPerMinute ?? byTier?.images_per_minute;
  if (imagesPerMinute === undefined) return undefined;
  const tokensPerMinute = rates.tokensPerMinute ?? (rates.imagesPerMinute ? undefined : byTier?.tokens_per_minute);
  const { maxWaitMs, concurrency } = rates;
  // Names that callers make up share one place: an object for each could be as many as they like.
  return {
    name: model?.id ?? "other",
    limits: { ...DEFAULTS, imagesPerMinute, tokensPerMinute, maxWaitMs, concurrency, callerConcurrency },
  };
}

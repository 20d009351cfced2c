// How long answers are kept, and whether the same request of the same caller is answered by one call. That is off unless the
// operator says otherwise: who asks twice usually wants another picture.

export interface SharingEnv {
  /** A request that is made again while its call runs, begun at most so many seconds ago, joins it; default 0: none does. */
  SINGLE_FLIGHT_SECONDS?: string;
  /** A request that is made again within so many seconds gets the kept answer; default 0: none does. */
  CACHE_SECONDS?: string;
}

export interface KeepEnv {
  /** How long the answer of a call is kept, in seconds; default 3600. */
  KEEP_SECONDS?: string;
  /** The same of a call with an Idempotency-Key, which buys nothing again until then; default 86400. */
  KEEP_KEYED_SECONDS?: string;
}

/** How long answers are kept: under a key for a day, as the field promises; else long enough to come back for one. */
export interface Keeping {
  keepMs: number;
  keepKeyedMs: number;
}

export interface Sharing {
  flightMs: number;
  cacheMs: number;
}

const DAY_S = 86_400;

/** Reads it; undefined where every request is a call of its own. */
export function sharingSettings(env: SharingEnv, fault: (wrong: boolean, text: string) => void): Sharing | undefined {
  const seconds = (name: keyof SharingEnv): number => {
    const text = env[name] || "0";
    const good = /^\d{1,5}$/.test(text) && Number(text) <= DAY_S;
    fault(!good, `${name} must be a whole number of seconds from 0 to ${DAY_S}`);
    return good ? Number(text) * 1000 : 0;
  };
  const sharing = { flightMs: seconds("SINGLE_FLIGHT_SECONDS"), cacheMs: seconds("CACHE_SECONDS") };
  return sharing.flightMs + sharing.cacheMs > 0 ? sharing : undefined;
}

/** Reads how long answers are kept. */
export function keepSettings(env: KeepEnv, fault: (wrong: boolean, text: string) => void): Keeping {
  const seconds = (name: keyof KeepEnv, otherwise: number): number => {
    const value = env[name] ? Number(env[name]) : otherwise;
    const good = Number.isInteger(value) && value >= 1 && value <= DAY_S;
    fault(!good, `${name} must be a whole number of seconds from 1 to ${DAY_S}`);
    return (good ? value : otherwise) * 1000;
  };
  return { keepMs: seconds("KEEP_SECONDS", 3600), keepKeyedMs: seconds("KEEP_KEYED_SECONDS", DAY_S) };
}

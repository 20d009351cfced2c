// Whether the same request of the same caller is answered by one call. Off unless the operator says otherwise: who asks twice
// usually wants another picture.

export interface SharingEnv {
  /** A request that is made again while its call runs, begun at most so many seconds ago, joins it; default 0: none does. */
  SINGLE_FLIGHT_SECONDS?: string;
  /** A request that is made again within so many seconds gets the kept answer; default 0: none does. */
  CACHE_SECONDS?: string;
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

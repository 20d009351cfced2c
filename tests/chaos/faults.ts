// Networks as they are: most connections are fine, some are reset somewhere, some are slow.

import type { Faults } from "../worker/support/fault-proxy.ts";

/** What happens to a connection: to most nothing. */
export function faultsOf(next: () => number): Faults {
  const way = next() < 0.5 ? "up" : "down";
  const luck = next();
  const place = next();
  if (luck < 0.7) return {};
  if (luck < 0.9) return { [way]: { cutAfter: Math.floor(place * place * 20_000) } };
  return { [way]: { dribble: { bytes: 200 + Math.floor(place * 2000), ms: 1 } } };
}

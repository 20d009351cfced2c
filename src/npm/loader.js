// How browsers get the module: what both entries for them share.

import { setStarter, startAsync } from "./instance.js";

/**
 * What readies the functions with the module at an address.
 *
 * The module's bytes are what start-up waits for, so they are asked for at once. A failure is told by `init`, which asks
 * again: the network may be back by then.
 * @param {URL} address
 */
export function loaderOf(address) {
  let early = fetch(address);
  early.catch(() => undefined);

  const load = () => {
    const asked = early ?? fetch(address);
    early = undefined;
    return asked;
  };
  const start = (module) => startAsync(() => (module === undefined ? load() : module));
  setStarter(start);
  return start;
}

// Money inside the worker: whole nano-dollars. Fractions of a dollar as floats would not add up to what was spent.

/** Whole billionths of a US dollar, never negative. */
export type NanoUsd = number;

const NANO = 1_000_000_000;
/** The most that can be held exactly: about nine million dollars. */
export const MAX_NANO_USD: NanoUsd = Number.MAX_SAFE_INTEGER;

/** Throws unless the amount is a whole number that is held exactly and not negative. */
export function nanoUsd(amount: number): NanoUsd {
  if (!Number.isSafeInteger(amount) || amount < 0) throw new RangeError(`${amount} is no amount in nano-dollars`);
  return amount;
}

/** The amount of a number in dollars, to the nearest nano-dollar: the package's numbers come from whole ones. */
export const fromUsd = (usd: number): NanoUsd => nanoUsd(Math.round(usd * NANO));

/** In dollars, for answers and logs. */
export const toUsd = (amount: NanoUsd): number => amount / NANO;

export const plus = (a: NanoUsd, b: NanoUsd): NanoUsd => nanoUsd(a + b);

/** Throws when more is taken than there is. */
export const minus = (a: NanoUsd, b: NanoUsd): NanoUsd => nanoUsd(a - b);

/** As dollars for people: `$0.0123`. */
export function spoken(amount: NanoUsd): string {
  const text = (amount / NANO).toFixed(9).replace(/0{1,7}$/, "");
  return `$${text}`;
}

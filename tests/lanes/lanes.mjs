// Runs checks side by side in lanes: those of one lane follow each other, and a check waits for what it needs.

/**
 * Starts each check when the one before it in its lane has ended, and those that it comes `after`. One that is to run
 * `alone` waits for all before it in the list, and all behind it wait for it.
 * @template T
 * @param {{ name: string, lane: string, after?: string[], alone?: boolean }[]} checks
 * @param {(check: (typeof checks)[number]) => Promise<T>} perform must not reject: what comes after a failure runs, too
 * @returns {Promise<T[]>} in the order of the list
 */
export function runInLanes(checks, perform) {
  const ends = new Map();
  const lastOf = new Map();
  let barrier;
  for (const check of checks) {
    // What is not in the list is not waited for: a part of all checks can be chosen.
    const after = (check.after ?? []).map((name) => ends.get(name));
    const before = check.alone ? [...ends.values()] : [barrier, lastOf.get(check.lane), ...after];
    const end = Promise.all(before).then(() => perform(check));
    ends.set(check.name, end);
    lastOf.set(check.lane, end);
    if (check.alone) barrier = end;
  }
  return Promise.all(ends.values());
}

// Runs many calls, a few at a time.

/**
 * Every item is given to `perform` once; the order of the beginnings is that of the list.
 * @template Item
 * @param {Item[]} items
 * @param {{ concurrency: number, signal: AbortSignal, perform: (item: Item) => Promise<void> }} options
 *   `perform` must not reject
 */
export async function runAll(items, { concurrency, signal, perform }) {
  const queue = [...items];
  const lane = async () => {
    while (queue.length && !signal.aborted) await perform(queue.shift());
  };
  await Promise.all(Array.from({ length: Math.min(concurrency, items.length) }, lane));
}

// Fair comparison on a noisy machine: contenders take turns within each round, and medians are compared.
// No runtime's own modules are used here: the same file runs in Chromium, Node and workerd.

export const median = (numbers) => {
  const sorted = [...numbers].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
};

/** How often to repeat a function so that one sample is long enough for a coarse clock. */
async function repetitions(work, sampleMs) {
  for (let count = 1; ; count *= 2) {
    const start = performance.now();
    for (let i = 0; i < count; i++) await work();
    const elapsed = performance.now() - start;
    if (elapsed >= sampleMs || count >= 1 << 24)
      return Math.max(1, Math.round((count * sampleMs) / Math.max(elapsed, 0.1)));
  }
}

async function sample(contender, count) {
  const { work, synchronous } = contender;
  const start = performance.now();
  if (synchronous) for (let i = 0; i < count; i++) work();
  else for (let i = 0; i < count; i++) await work();
  return (performance.now() - start) / count;
}

/**
 * Medians of the rounds' times, and of each round's times over those of the first contender: other programs slow whole
 * rounds down, and with them both sides of a ratio.
 * @param {string[]} names
 * @param {number[][]} times by contender and round
 * @returns {{ name: string, ms: number, ratio: number }[]}
 */
export function summary(names, times) {
  return names.map((name, at) => ({
    name,
    ms: median(times[at]),
    ratio: median(times[at].map((ms, round) => ms / times[0][round])),
  }));
}

/**
 * Measures contenders against each other.
 * @param {{ name: string, work: () => unknown, synchronous?: boolean }[]} contenders
 * @returns {Promise<{ name: string, ms: number, ratio: number }[]>} as `summary` has it, for one call of each
 */
export async function compare(contenders, { rounds = 15, sampleMs = 60 } = {}) {
  const counts = [];
  for (const contender of contenders) {
    for (let i = 0; i < 3; i++) await contender.work();
    counts.push(await repetitions(contender.work, sampleMs));
  }
  const times = contenders.map(() => []);
  for (let round = 0; round < rounds; round++)
    for (let k = 0; k < contenders.length; k++) {
      // Whoever goes first meets a colder cache, so the order turns.
      const at = (k + round) % contenders.length;
      times[at].push(await sample(contenders[at], counts[at]));
    }
  return summary(
    contenders.map(({ name }) => name),
    times,
  );
}

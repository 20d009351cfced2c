// The peak of a process's memory, as Linux counts it: resident, and above what it was before.

import { readFile, writeFile } from "node:fs/promises";

const MB = 1024 * 1024;

async function statusOf(pid) {
  const text = await readFile(`/proc/${pid}/status`, "utf8").catch(() => "");
  const bytes = (name) => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, "m").exec(text)?.[1] ?? 0) * 1024;
  return { now: bytes("VmRSS"), peak: bytes("VmHWM") };
}

/** Whether this machine can tell. */
export const canMeasure = () =>
  writeFile("/proc/self/clear_refs", "5").then(
    () => true,
    () => false,
  );

/** How many MB each process grew at most while `work` ran. */
export async function peaks(pids, work) {
  // 5 sets the peak back to what it is now.
  await Promise.all(pids.map((pid) => writeFile(`/proc/${pid}/clear_refs`, "5").catch(() => undefined)));
  const before = await Promise.all(pids.map(statusOf));
  await work();
  const after = await Promise.all(pids.map(statusOf));
  return after.map(({ peak }, index) => Math.max(0, peak - before[index].now) / MB);
}

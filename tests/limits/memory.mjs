// What a process holds in memory, as Linux counts it; and what its isolate holds, which is what Cloudflare limits to 128 MB.

import { readFile, writeFile } from "node:fs/promises";

const MB = 1e6;
/** What is held is there each time; what somebody made between collecting and looking is not. */
const LOOKS = 3;

async function status(pid, name) {
  const text = await readFile(`/proc/${pid}/status`, "utf8");
  return (Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, "m").exec(text)[1]) * 1024) / MB;
}

/** Resident memory in MB, now. */
export const resident = (pid) => status(pid, "VmRSS");

/** The most it was since the last `forgetPeak`. The kernel keeps it, so that no peak falls between two looks. */
export const peak = (pid) => status(pid, "VmHWM");

/** Milliseconds of processor time that a process has used, by ticks of 10 ms. */
export async function cpu(pid) {
  const fields = (await readFile(`/proc/${pid}/stat`, "utf8")).split(") ")[1].split(" ");
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

/** proc(5): 5 sets the peak to what is resident now. */
export const forgetPeak = (pid) => writeFile(`/proc/${pid}/clear_refs`, "5");

/**
 * What the isolate holds after its garbage was collected, in MB: objects, and the bytes that they hold outside of the heap.
 * Resident memory beyond that is what nobody has collected or given back yet. Whatever moves meanwhile makes new garbage.
 */
export async function held({ inspector, address }) {
  const [{ webSocketDebuggerUrl }] = await (await fetch(`http://${inspector}/json`)).json();
  const socket = new WebSocket(webSocketDebuggerUrl);
  await new Promise((resolve, reject) => {
    socket.onopen = resolve;
    socket.onerror = () => reject(new Error("the inspector does not answer"));
  });
  // workerd may leave its inspector waiting until the isolate has something to do.
  const poke = setInterval(
    () =>
      void fetch(`${address}/healthz`).then(
        (reply) => reply.text(),
        () => undefined,
      ),
    50,
  );
  let id = 0;
  const ask = (method) =>
    new Promise((resolve, reject) => {
      const mine = ++id;
      socket.addEventListener("message", function listen({ data }) {
        const answer = JSON.parse(data);
        if (answer.id !== mine) return;
        socket.removeEventListener("message", listen);
        if (answer.error) reject(new Error(`${method}: ${answer.error.message}`));
        else resolve(answer.result);
      });
      socket.send(JSON.stringify({ id: mine, method, params: {} }));
    });
  try {
    let least = Infinity;
    for (let look = 0; look < LOOKS; look++) {
      await ask("HeapProfiler.collectGarbage");
      const { usedSize, backingStorageSize = 0, embedderHeapUsedSize = 0 } = await ask("Runtime.getHeapUsage");
      least = Math.min(least, (usedSize + backingStorageSize + embedderHeapUsedSize) / MB);
    }
    return least;
  } finally {
    clearInterval(poke);
    socket.close();
  }
}

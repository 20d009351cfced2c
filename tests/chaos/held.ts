// The worker with places to stop at: its ledger halts before or behind a step of an operation, with everything on disk that
// would be, so that a test can end the process, or one object, exactly there. The rest is the worker as it is deployed.

import { env } from "cloudflare:workers";

import worker from "../../worker/src/index.ts";
import { Ledger, Operation } from "../../worker/src/index.ts";
import { PLACES, type Place } from "./places.ts";

export * from "../../worker/src/index.ts";

type Method = (...values: unknown[]) => unknown;
interface Inner {
  ctx: DurableObjectState;
  [method: string]: unknown;
}

/** Where operations stop, by their rows in the ledger: their callers say so by how many calls they may have at a time. */
const places = new Map<string, Place>();
let released = false;
/** Operations whose money was ended before: a second end is late, so that it meets what was begun after the first. */
const resolved = new Set<string>();
const LATE_MS = 1_000;

async function stop(place: Place, entry: string): Promise<void> {
  if (place === "send" && places.get(entry) === "upstream") return console.log(`stopped upstream ${entry}`);
  if (places.get(entry) !== place) return;
  // Once: what is asked again goes on.
  places.delete(entry);
  console.log(`stopped ${place} ${entry}`);
  while (!released) await scheduler.wait(10);
}

for (const step of ["reserve", "send", "resolve"] as const) {
  const prototype = Ledger.prototype as unknown as Record<string, Method>;
  const real = prototype[step]!;
  prototype[step] = async function (this: Inner, ...values: unknown[]) {
    const [first] = values as [string | { id: string; concurrency: number }];
    const entry = typeof first === "string" ? first : first.id;
    const place = typeof first === "string" ? undefined : PLACES[first.concurrency - 100];
    if (place && !released) places.set(entry, place);
    await stop(`${step}:before`, entry);
    if (step === "resolve") {
      if (resolved.has(entry)) await scheduler.wait(LATE_MS);
      resolved.add(entry);
    }
    const answer = real.apply(this, values);
    await this.ctx.storage.sync();
    await stop(step, entry);
    return answer;
  } as Method;
}

for (const { prototype } of [Ledger, Operation])
  (prototype as unknown as Record<string, Method>)["end"] = function (this: Inner) {
    this.ctx.abort("ended by the test");
  } as Method;

export default {
  async fetch(request, bindings, context) {
    const [, word, kind, hex] = new URL(request.url).pathname.split("/");
    if (word !== "_test") return (worker.fetch as NonNullable<typeof worker.fetch>)(request, bindings, context);
    if (kind === "release") released = true;
    else {
      const objects = (env as Record<string, DurableObjectNamespace>)[kind === "ledger" ? "LEDGER" : "OPERATIONS"]!;
      const id = kind === "ledger" ? objects.idFromName("organization") : objects.idFromString(hex!);
      await (objects.get(id) as unknown as { end(): Promise<void> }).end().catch(() => undefined);
    }
    return new Response("done");
  },
} satisfies ExportedHandler<never>;

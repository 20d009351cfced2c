// The worker, with an end to its invocations: what Cloudflare does 30 s after a caller has left, and local workerd never does.

import type { Env } from "../../worker/src/env.ts";
import worker from "../../worker/src/index.ts";
import { Operation as Whole } from "../../worker/src/operation/object.ts";

// All of its classes but the one below.
export * from "../../worker/src/index.ts";

export class Operation extends Whole {
  /** Ends the object with everything that it does: a restart of the runtime, or of its machine. */
  cut(): void {
    this.ctx.abort("cut by the test");
  }
}

/** How often invocations were ended: one cannot reach into another, so that each looks for itself. */
let cuts = 0;

/** Ends an invocation with everything of it: its timers, its requests, what `waitUntil` was given. */
async function endAt(cut: number, context: ExecutionContext): Promise<void> {
  while (cuts < cut) await new Promise((resolve) => setTimeout(resolve, 10));
  context.abort(new Error("cut by the test"));
}

export default {
  async fetch(request, env, context) {
    const { pathname } = new URL(request.url);
    const object = /^\/cut\/op_([0-9a-f]{64})$/.exec(pathname)?.[1];
    if (object !== undefined) {
      const stub = env.OPERATIONS!.get(env.OPERATIONS!.idFromString(object)) as { cut(): Promise<void> };
      await stub.cut().catch(() => undefined);
      return new Response(null, { status: 204 });
    }
    if (pathname === "/cut") {
      cuts += 1;
      return new Response(null, { status: 204 });
    }
    if (request.headers.has("x-mortal")) context.waitUntil(endAt(cuts + 1, context));
    return worker.fetch(request, env, context);
  },
} satisfies ExportedHandler<Env>;

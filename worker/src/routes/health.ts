// GET /healthz

import { faultsOf } from "../auth/token.ts";
import type { Settings } from "../env.ts";
import { VERSION } from "../version.ts";

/** Whether the worker can serve, and if not what its operator has to mend. Names of settings only, no values. */
export async function health(settings: Settings): Promise<Response> {
  const { upstream } = settings;
  const faults = await faultsOf(settings);
  const ok = faults.length === 0;
  return Response.json({ ok, upstream, version: VERSION, ...(!ok && { faults }) }, { status: ok ? 200 : 503 });
}

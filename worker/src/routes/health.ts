// GET /healthz

import type { Settings } from "../env.ts";
import { VERSION } from "../version.ts";

/** Whether the worker can serve, and if not what its operator has to mend. Names of settings only, no values. */
export function health(settings: Settings): Response {
  const { faults, upstream } = settings;
  const ok = faults.length === 0;
  return Response.json({ ok, upstream, version: VERSION, ...(!ok && { faults }) }, { status: ok ? 200 : 503 });
}

// The worker: everything it does is in the routes of app.ts.

import { app } from "./app.ts";
import type { Env } from "./env.ts";

export { Ledger } from "./ledger/object.ts";
export { RateLimiter } from "./limiter/object.ts";
export { SameRequest } from "./operation/same.ts";
export { Operation } from "./operation/object.ts";

export default {
  fetch: (request, env, context) => app.fetch(request, env, context),
} satisfies ExportedHandler<Env>;

// Which web pages may call. Other programs send no Origin and are held by their token alone.

import type { Settings } from "../env.ts";
import { forbidden } from "../errors.ts";
import { AHEAD_HEADER } from "../limiter/turn.ts";
import { PASSED_HEADERS } from "../upstream/reply.ts";

const METHODS = "GET, HEAD, POST";
/** What OpenAI's browser clients and ours send. Whatever else a page asks for, its browser then refuses to send. */
const HEADERS = [
  "authorization",
  "cache-control",
  "content-type",
  "idempotency-key",
  "last-event-id",
  "openai-organization",
  "openai-project",
  "x-client-request-id",
  "x-sandbox-fault",
  ...["arch", "lang", "os", "package-version", "retry-count", "runtime", "runtime-version", "timeout"].map(
    (name) => `x-stainless-${name}`,
  ),
].join(", ");
/** Half an hour; browsers cap it themselves (Chromium at two hours). */
const MAX_AGE_S = "1800";

/**
 * The headers that let the calling page read the answer; throws for a page that may not call. Origins are compared
 * whole, and the one that is answered is one of ours: never `*`, never `null`, never what a caller made up.
 */
export function corsHeaders(request: Request, settings: Settings): Record<string, string> {
  const origin = request.headers.get("origin");
  if (origin === null) return { vary: "Origin" };
  const own = origin === new URL(request.url).origin;
  if (!own && !settings.allowedOrigins.has(origin))
    throw forbidden(
      "Pages of this origin may not call; the operator can allow it in ALLOWED_ORIGINS.",
      "origin_not_allowed",
    );
  return {
    vary: "Origin",
    "access-control-allow-origin": origin,
    "access-control-expose-headers": [...PASSED_HEADERS, AHEAD_HEADER, "x-operation-id"].join(", "),
  };
}

/** The answer to a browser that asks before it sends. */
export function preflight(request: Request, settings: Settings): Response {
  const headers = {
    ...corsHeaders(request, settings),
    "access-control-allow-methods": METHODS,
    "access-control-allow-headers": HEADERS,
    "access-control-max-age": MAX_AGE_S,
  };
  return new Response(null, { status: 204, headers });
}

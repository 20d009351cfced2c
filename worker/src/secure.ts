// Headers that keep an answer from being more than it is, for everything that is no static file: those bring their own
// (routes/page.ts).

const HEADERS: Record<string, string> = {
  "cache-control": "no-store",
  "content-security-policy": "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'; sandbox",
  "cross-origin-opener-policy": "same-origin",
  // Pages that may call do so with CORS, which this does not touch: it is about <img> and <script>.
  "cross-origin-resource-policy": "same-origin",
  "permissions-policy": "camera=(), geolocation=(), microphone=()",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
};
/** A year. Only where the request came by https: on one's own machine it would lock out http. */
const HSTS = "max-age=31536000";

/** What an answer is to say beside what it says itself. */
export function* secured(request: Request, { headers }: Response): Generator<readonly [string, string]> {
  if (new URL(request.url).protocol === "https:") yield ["strict-transport-security", HSTS];
  if (!headers.has("content-security-policy")) yield* Object.entries(HEADERS);
}

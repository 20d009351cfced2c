// The page, and what it needs to know.

import { isLoopback, type Env, type Settings } from "../env.ts";
import { methodNotAllowed, notFound } from "../errors.ts";
import { toUsd } from "../money.ts";

/**
 * Scripts, styles and data come from here alone; pictures are made in the page. `blob:` in connect-src lets the page read
 * back what it made. The page talks to this worker, so no other address is needed; a page that is served elsewhere
 * brings its own policy.
 */
const CSP: readonly string[] = [
  "default-src 'none'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "style-src 'self'",
  "img-src 'self' blob: data:",
  "connect-src 'self' blob:",
  "font-src 'self'",
  "manifest-src 'self'",
  "worker-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
];
/** Where the widget for callers without an account comes from. Source: Turnstile's reference on policies (2026-11). */
const WIDGET = "https://challenges.cloudflare.com";

/** What a rule lets pass besides. */
type More = Readonly<Record<string, readonly string[]>>;

/** @param inline the digests of what stands in the document itself: nothing else inline runs or dresses the page */
function policy({ anonymous }: Settings, inline: More): string {
  const rules = anonymous ? [...CSP, `frame-src ${WIDGET}`] : CSP;
  const widget: More = anonymous ? { "script-src": [WIDGET] } : {};
  return rules
    .map((rule) => {
      const name = rule.split(" ", 1)[0]!;
      return [rule, ...(widget[name] ?? []), ...(inline[name] ?? [])].join(" ");
    })
    .join("; ");
}

/** What the build of the page says of the document that it wrote: read once for each version of it. */
let written: { version: string | null; inline: Promise<More> } | undefined;

function inlineIn(assets: NonNullable<Env["ASSETS"]>, address: string, version: string | null): Promise<More> {
  if (written?.version === version) return written.inline;
  const inline = assets.fetch(new Request(new URL("/policy.json", address))).then((reply) => {
    if (!reply.ok) throw new Error(`policy.json of the page: status ${reply.status}`);
    return reply.json() as Promise<More>;
  });
  written = { version, inline };
  // Another visit may find it.
  inline.catch(() => (written = undefined));
  return inline;
}

const HEADERS = {
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "permissions-policy": "camera=(), geolocation=(), microphone=()",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
};

/** A static file. They go through the worker so that each carries the headers above. */
export async function page(request: Request, assets: Env["ASSETS"], settings: Settings): Promise<Response> {
  if (request.method !== "GET" && request.method !== "HEAD") throw methodNotAllowed(request.method, "GET, HEAD");
  const reply = await assets?.fetch(request);
  if (!assets || !reply || reply.status === 404) throw notFound("There is nothing at this address.", "unknown_url");
  // By its address: that nothing changed is answered without a type, and what it says of the policy counts all the same.
  const isDocument = /\/$|\.html$/.test(new URL(request.url).pathname);
  const inline = isDocument ? await inlineIn(assets, request.url, reply.headers.get("etag")) : {};
  const answer = new Response(reply.body, reply);
  for (const [name, value] of Object.entries(HEADERS)) answer.headers.set(name, value);
  answer.headers.set("content-security-policy", policy(settings, inline));
  return answer;
}

/**
 * Where the page sends its requests. The token is in it only where the operator said so, only for the page itself, and
 * only on this machine by its own name: a foreign name that resolves to it would make a foreign page "the page itself".
 */
export function pageConfig(request: Request, settings: Settings): Response {
  const own = request.headers.get("sec-fetch-site") === "same-origin" && isLoopback(new URL(request.url).hostname);
  const token = settings.tokenOnPage && own ? { token: settings.token } : {};
  const { anonymous } = settings;
  const widget = anonymous && { turnstile: { site_key: anonymous.siteKey, action: anonymous.action } };
  // So that the page offers nothing that would be refused for it, and says what takes more off a budget than it costs.
  const { unpriced } = settings.caps;
  const bound = unpriced === undefined ? { requires_price_bound: true } : { unpriced_call_usd: toUsd(unpriced) };
  return Response.json(
    { baseURL: "/v1", upstream: settings.upstream, ...bound, ...token, ...widget },
    { headers: { vary: "Sec-Fetch-Site" } },
  );
}

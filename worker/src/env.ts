// The whole configuration. Everything comes from the operator; nothing here can be chosen by a caller.

import { anonymousSettings, type AnonymousEnv, type AnonymousSettings } from "./auth/anonymous.ts";
import { authSettings, type AuthEnv, type AuthSettings } from "./auth/settings.ts";
import { ledgerSettings, type LedgerEnv, type LedgerSettings } from "./ledger/settings.ts";
import { limiterSettings, type LimiterEnv, type LimiterSettings } from "./limiter/settings.ts";
import type { LimiterBinding } from "./limiter/turn.ts";
import {
  keepSettings,
  sharingSettings,
  type KeepEnv,
  type Keeping,
  type Sharing,
  type SharingEnv,
} from "./operation/settings.ts";
import { upstreamSettings, type UpstreamEnv, type UpstreamSettings } from "./upstream/settings.ts";

/** What the operator sets: variables and secrets of the worker. */
export interface Env
  extends AuthEnv, AnonymousEnv, SharingEnv, KeepEnv, UpstreamEnv, LedgerEnv, LimiterEnv, LimiterBinding {
  /** `sandbox` (default) draws its own pictures, `openai` and `runware` call their APIs. */
  UPSTREAM?: string;
  /** Where the API is: the address that `/images/generations` is appended to. Default: OpenAI's. */
  UPSTREAM_BASE_URL?: string;
  /** The key of the API. A secret: `wrangler secret put OPENAI_API_KEY`. */
  OPENAI_API_KEY?: string;
  /** Sent along when set; see https://platform.openai.com/docs/api-reference/authentication. */
  OPENAI_ORGANIZATION?: string;
  OPENAI_PROJECT?: string;
  /** Exact origins of pages that may call, comma separated: `https://app.example.com`. The worker's own always may. */
  ALLOWED_ORIGINS?: string;
  /** The most bytes of an upload; default 100,000,000. */
  MAX_UPLOAD_BYTES?: string;
  /** The objects that hold the money and the running calls; bound in wrangler.jsonc. */
  LEDGER?: Objects;
  OPERATIONS?: Objects;
  SAME_REQUESTS?: Objects;
  /** The page. */
  ASSETS?: { fetch(request: Request): Promise<Response> };
}

/** As much of a namespace of Durable Objects as is used: its own type would bring the runtime's along. */
export interface Objects {
  newUniqueId(): ObjectId;
  idFromName(name: string): ObjectId;
  /** Throws for what is no id of this namespace. */
  idFromString(text: string): ObjectId;
  get(id: ObjectId): unknown;
}
export interface ObjectId {
  toString(): string;
}

/** The configuration after it was read. */
export interface Settings extends AuthSettings, UpstreamSettings, LedgerSettings, Keeping, LimiterSettings {
  baseURL: string;
  apiKey: string;
  organization: string | undefined;
  project: string | undefined;
  allowedOrigins: ReadonlySet<string>;
  /** Undefined: every request is a call of its own. */
  sharing: Sharing | undefined;
  /** Undefined: nobody may call without an account. */
  anonymous: AnonymousSettings | undefined;
  maxUploadBytes: number;
  /** What the operator has to mend. While there is anything, nothing below /v1 is served. */
  faults: readonly string[];
}

const OPENAI_BASE_URL = "https://api.openai.com/v1";
/** What Cloudflare lets through on most plans. Source: developers.cloudflare.com/workers/platform/limits (2026-11). */
const MAX_UPLOAD_BYTES = 100_000_000;
/** What can stand in a header: anything else would break out of it or be refused when it is used. */
const HEADER_WORD = /^[\x21-\x7e]+$/;

const cache = new WeakMap<Env, Settings>();

/** The configuration, read once. Never throws: a worker that cannot serve says why. */
export function settingsOf(env: Env): Settings {
  let settings = cache.get(env);
  if (!settings) cache.set(env, (settings = read(env)));
  return settings;
}

function read(env: Env): Settings {
  const faults: string[] = [];
  const fault = (wrong: boolean, text: string) => {
    if (wrong) faults.push(text);
  };
  const secret = (name: string) => `${name} is not set: wrangler secret put ${name}`;

  const upstreams = upstreamSettings(env, fault, isBaseURL);
  const { upstream } = upstreams;
  const baseURL = (env.UPSTREAM_BASE_URL || OPENAI_BASE_URL).replace(/\/+$/, "");
  fault(
    !isBaseURL(baseURL),
    "UPSTREAM_BASE_URL must be an https address (or http on this machine) without query or credentials",
  );

  const { OPENAI_API_KEY: apiKey = "", OPENAI_ORGANIZATION: organization, OPENAI_PROJECT: project } = env;
  const asksOpenAI = upstream === "openai" || [...upstreams.modelUpstreams.values()].includes("openai");
  fault(asksOpenAI && !apiKey, secret("OPENAI_API_KEY"));
  for (const [name, value] of Object.entries({
    OPENAI_API_KEY: apiKey,
    OPENAI_ORGANIZATION: organization,
    OPENAI_PROJECT: project,
  }))
    fault(
      Boolean(value) && !HEADER_WORD.test(value!),
      `${name} holds a space or another character that no header takes`,
    );
  const auth = authSettings(env, { upstream, asksOpenAI }, fault);

  const anonymous = anonymousSettings(env, { hasJwt: auth.jwt !== undefined, isBaseURL }, fault);

  const allowedOrigins = new Set(
    (env.ALLOWED_ORIGINS ?? "")
      .split(",")
      .map((origin) => origin.trim())
      .filter(Boolean),
  );
  for (const origin of allowedOrigins)
    fault(
      !isOrigin(origin),
      `ALLOWED_ORIGINS holds ${JSON.stringify(origin)}, which is no origin such as https://app.example.com`,
    );
  const maxUploadBytes = env.MAX_UPLOAD_BYTES ? Number(env.MAX_UPLOAD_BYTES) : MAX_UPLOAD_BYTES;
  fault(
    !Number.isSafeInteger(maxUploadBytes) || maxUploadBytes < 1,
    "MAX_UPLOAD_BYTES must be a whole number of bytes",
  );
  // Belt and braces: redirects are not followed, but should one ever be, this flag keeps the key from going along.
  fault(
    flag("strip_authorization_on_cross_origin_redirect") === false,
    "compatibility_date must be 2025-09-01 or later",
  );

  return {
    ...upstreams,
    ...ledgerSettings(env, fault),
    ...limiterSettings(env, fault),
    baseURL,
    apiKey,
    organization: organization || undefined,
    project: project || undefined,
    ...auth,
    anonymous,
    sharing: sharingSettings(env, fault),
    ...keepSettings(env, fault),
    allowedOrigins,
    maxUploadBytes,
    faults,
  };
}

/** Whether the runtime runs with a compatibility flag; undefined where it does not tell. */
function flag(name: string): boolean | undefined {
  const runtime = (globalThis as { Cloudflare?: { compatibilityFlags?: Record<string, boolean> } }).Cloudflare;
  return runtime?.compatibilityFlags?.[name];
}

function isBaseURL(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const url = new URL(text);
  const scheme = url.protocol === "https:" || (url.protocol === "http:" && isLoopback(url.hostname));
  return scheme && !url.username && !url.password && !url.search && !url.hash;
}

/** Whether a host name is this machine. */
export function isLoopback(hostname: string): boolean {
  return hostname === "127.0.0.1" || hostname === "localhost" || hostname === "[::1]";
}

function isOrigin(text: string): boolean {
  return URL.canParse(text) && new URL(text).origin === text && /^https?:/.test(text);
}

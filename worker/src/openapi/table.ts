// Every address of the worker. The router's 405 answers and /openapi.json are made from this table, and a test holds it
// against the routes of app.ts: a route that is not described here is a failing test.

import type { SchemaName } from "./schemas.ts";

/** One method of one address. */
export interface Described {
  method: "GET" | "POST";
  /** As the router spells it: `/v1/models/:id`. */
  path: string;
  /** The name that generated clients give it. */
  name: string;
  summary: string;
  description?: string;
  /** Whose token is needed; absent, none is. */
  token?: "caller" | "admin";
  /** Query parameters, each with what it means. */
  query?: Record<string, string>;
  /** Accepted bodies, by content type. */
  body?: Record<string, SchemaName>;
  /** A good answer, by content type; `null` for bytes or text without a schema. */
  answer: Record<string, SchemaName | null>;
  /** Statuses of refusals that are particular to it. */
  refusals?: Record<number, string>;
}

const JSON_TYPE = "application/json";
const STREAM = "text/event-stream";
const REFUSED = {
  400: "The request is wrong in itself; `error.issues` lists everything that is.",
  404: "The model is not served any more, or the address is none.",
  413: "The body is too large.",
  415: "The body is of another type than those above.",
  429: "Too much for the moment; `Retry-After` says when there is room, and `error.ahead` how many images would leave before.",
  401: "The token is none, has expired, was called back or, being for one call, was used.",
  403: "What the token or the operator does not allow, and callers that are suspended for what they asked for.",
  502: "The upstream could not be reached, or its answer could not be used.",
  503: "The ledger cannot be reached, or the model is stopped because a bill passed its bound.",
};

const SHARED =
  "Where the operator lets the same request of a caller share one call, X-Gpt-Image-Edge-Cache is `joined` or `hit` and X-Gpt-Image-Edge-Cost-Usd is 0; Cache-Control: no-cache asks for a call of its own.";
const NO_OPERATION = "There is none, it was not billed, or it is forgotten.";

export const ROUTES: readonly Described[] = [
  {
    method: "POST",
    path: "/v1/images/generations",
    name: "createImage",
    summary: "Draws images from a prompt.",
    description: SHARED,
    token: "caller",
    body: { [JSON_TYPE]: "GenerateRequest" },
    answer: { [JSON_TYPE]: "ImagesResponse", [STREAM]: "ImageStreamEvent" },
    refusals: REFUSED,
  },
  {
    method: "POST",
    path: "/v1/images/edits",
    name: "editImage",
    summary: "Draws images from a prompt and other images.",
    description: SHARED,
    token: "caller",
    body: { "multipart/form-data": "EditForm", [JSON_TYPE]: "EditByReferenceRequest" },
    answer: { [JSON_TYPE]: "ImagesResponse", [STREAM]: "ImageStreamEvent" },
    refusals: REFUSED,
  },
  {
    method: "POST",
    path: "/v1/responses",
    name: "createResponse",
    summary: "Lets a language model draw one image, turn by turn.",
    description: "The image_generation tool and no other; one call of it (`max_tool_calls: 1` is filled in).",
    token: "caller",
    body: { [JSON_TYPE]: "ResponseRequest" },
    answer: { [JSON_TYPE]: "Response", [STREAM]: "ResponseStreamEvent" },
    refusals: REFUSED,
  },
  {
    method: "GET",
    path: "/v1/models",
    name: "listModels",
    summary: "Lists the image models that are served today.",
    token: "caller",
    answer: { [JSON_TYPE]: "ModelList" },
  },
  {
    method: "GET",
    path: "/v1/models/:id",
    name: "getModel",
    summary: "Describes one model, with the day on which it ends.",
    token: "caller",
    answer: { [JSON_TYPE]: "Model" },
    refusals: { 404: "There is no such model, or it is not served any more." },
  },
  {
    method: "POST",
    path: "/v1/estimate",
    name: "estimateCost",
    summary: "Says what a request would cost. Nothing is sent or spent.",
    token: "caller",
    body: { [JSON_TYPE]: "Question" },
    answer: { [JSON_TYPE]: "CostEstimate" },
    refusals: { 400: REFUSED[400], 413: REFUSED[413], 415: REFUSED[415] },
  },
  {
    method: "POST",
    path: "/v1/validate",
    name: "validateRequest",
    summary: "Lists every problem of a request. Nothing is sent or spent.",
    token: "caller",
    body: { [JSON_TYPE]: "Question" },
    answer: { [JSON_TYPE]: "Report" },
    refusals: { 400: REFUSED[400], 413: REFUSED[413], 415: REFUSED[415] },
  },
  {
    method: "GET",
    path: "/v1/operations",
    name: "listUnknownOperations",
    summary: "The calls of which nobody knows whether they were billed, the oldest first: up to a thousand.",
    token: "admin",
    answer: { [JSON_TYPE]: "UnknownOperations" },
  },
  {
    method: "GET",
    path: "/v1/operations/:id",
    name: "getOperation",
    summary: "What became of a call, and what it has cost.",
    token: "caller",
    answer: { [JSON_TYPE]: "Operation" },
    refusals: { 404: NO_OPERATION },
  },
  {
    method: "GET",
    path: "/v1/operations/:id/result",
    name: "getOperationResult",
    summary: "The answer of a call again; of one that runs, as it comes.",
    description:
      "The header Last-Event-ID lets a stream go on behind that event. Kept for an hour, under a key for a day.",
    token: "caller",
    answer: { [JSON_TYPE]: "ImagesResponse", [STREAM]: "ImageStreamEvent" },
    refusals: { 404: NO_OPERATION },
  },
  {
    method: "POST",
    path: "/v1/operations/:id/reconcile",
    name: "reconcileOperation",
    summary: "Says what a call of which nobody knows has cost.",
    token: "admin",
    body: { [JSON_TYPE]: "Reconciliation" },
    answer: { [JSON_TYPE]: "Reconciled" },
    refusals: { 400: REFUSED[400], 404: "There is none, or what it has cost is known." },
  },
  {
    method: "GET",
    path: "/v1/usage",
    name: "getUsage",
    summary: "What the caller has spent, by day and model, and what is left of today.",
    token: "caller",
    query: { days: "How many days back, today included: 1 to 40, default 7." },
    answer: { [JSON_TYPE]: "Usage" },
    refusals: { 400: REFUSED[400] },
  },
  {
    method: "POST",
    path: "/v1/tokens",
    name: "issueToken",
    summary: "Signs a token for a caller.",
    token: "admin",
    body: { [JSON_TYPE]: "TokenRequest" },
    answer: { [JSON_TYPE]: "Token" },
    refusals: { 400: REFUSED[400], 413: REFUSED[413], 415: REFUSED[415] },
  },
  {
    method: "POST",
    path: "/v1/tokens/anonymous",
    name: "issueAnonymousToken",
    summary: "A token for somebody without an account, for a token of the Turnstile widget.",
    description:
      "Lives ten minutes. All such callers spend out of one pool; an address may have so many of them in a day. Not served unless the operator has set it up.",
    body: { [JSON_TYPE]: "AnonymousTokenRequest" },
    answer: { [JSON_TYPE]: "Token" },
    refusals: {
      400: REFUSED[400],
      403: "The widget's token is not good, was used, or is of another page; or nobody can tell where the call comes from.",
      404: "Nobody may call here without an account.",
      413: REFUSED[413],
      415: REFUSED[415],
      429: "The pool is spent, or the address has had its tokens; `Retry-After` says when the day ends.",
      503: "Nobody can verify the widget's token now.",
    },
  },
  {
    method: "POST",
    path: "/v1/tokens/revoke",
    name: "revokeTokens",
    summary: "Calls back one token, or all that a caller has until now.",
    description: "Looked at when a call is paid for; what was drawn before stays readable until the token expires.",
    token: "admin",
    body: { [JSON_TYPE]: "Revocation" },
    answer: { [JSON_TYPE]: "Revoked" },
    refusals: { 400: REFUSED[400], 413: REFUSED[413], 415: REFUSED[415] },
  },
  {
    method: "POST",
    path: "/v1/models/:id/resume",
    name: "resumeModel",
    summary: "Sells a model again that was stopped because a bill passed its bound.",
    token: "admin",
    answer: { [JSON_TYPE]: "Resumed" },
    refusals: { 404: "It is not stopped." },
  },
  {
    method: "GET",
    path: "/metrics",
    name: "metrics",
    summary: "Numbers for Prometheus.",
    token: "admin",
    answer: { "text/plain": null },
  },
  {
    method: "GET",
    path: "/healthz",
    name: "health",
    summary: "Whether the worker can serve, and what its operator has to mend.",
    answer: { [JSON_TYPE]: "Health" },
    refusals: { 503: "The configuration is not complete; the body says what is missing." },
  },
  {
    method: "GET",
    path: "/config.json",
    name: "pageConfig",
    summary: "What the page needs to know.",
    answer: { [JSON_TYPE]: "PageConfig" },
  },
  {
    method: "GET",
    path: "/openapi.json",
    name: "openapi",
    summary: "This description.",
    answer: { [JSON_TYPE]: null },
  },
];

/** What each address allows, as an `Allow` header says it: whoever may GET may HEAD. */
export const METHODS: ReadonlyMap<string, string> = ROUTES.reduce((methods, { method, path }) => {
  const known = methods.get(path);
  const named = method === "GET" ? "GET, HEAD" : method;
  return methods.set(path, known ? `${known}, ${named}` : named);
}, new Map<string, string>());

// The routes, in the order they are tried.

import { Hono, type Context } from "hono";

import { corsHeaders, preflight } from "./auth/origin.ts";
import type { Caller } from "./auth/caller.ts";
import { authorize, authorizeAdmin } from "./auth/token.ts";
import { discardBody } from "./discard.ts";
import { settingsOf, type Env } from "./env.ts";
import { internalError, methodNotAllowed, notFound, Refusal } from "./errors.ts";
import type { Ask } from "./operation/client.ts";
import { UNSENT_HEADER } from "./limiter/turn.ts";
import { openapi } from "./openapi/document.ts";
import { METHODS } from "./openapi/table.ts";
import { issueAnonymous } from "./routes/anonymous.ts";
import { edits } from "./routes/edits.ts";
import { estimate, report } from "./routes/estimate.ts";
import { generations } from "./routes/generations.ts";
import { health } from "./routes/health.ts";
import { metrics } from "./routes/metrics.ts";
import { getModel, listModels, resumeModel } from "./routes/models.ts";
import { getOperation, getResult, listUnknown, reconcile } from "./routes/operations.ts";
import { page, pageConfig } from "./routes/page.ts";
import { responses } from "./routes/responses.ts";
import { issueToken, revokeTokens } from "./routes/tokens.ts";
import { usage } from "./routes/usage.ts";
import { secured } from "./secure.ts";

type Types = { Bindings: Env; Variables: { caller: Caller } };
type Route = Context<Types>;

export const app = new Hono<Types>();

app.use(async (context, next) => {
  await next();
  await discardBody(context.req.raw);
});

app.use(async (context, next) => {
  await next();
  for (const [name, value] of secured(context.req.raw, context.res)) context.header(name, value);
  context.header(UNSENT_HEADER, undefined);
});

app.use("/v1/*", async (context, next) => {
  const settings = settingsOf(context.env);
  // Before anything else: a page that may not call learns nothing but that.
  const cors = corsHeaders(context.req.raw, settings);
  if (context.req.method === "OPTIONS") return preflight(context.req.raw, settings);
  await next();
  for (const [name, value] of Object.entries(cors)) context.header(name, value);
  if (!context.res.headers.has("x-request-id"))
    context.header("x-request-id", `req_${crypto.randomUUID().replaceAll("-", "")}`);
  return undefined;
});

// The operator's own addresses stand before the callers' token is asked for.
app.post("/v1/tokens", async ({ env, req }) => {
  await authorizeAdmin(req.raw, settingsOf(env));
  return issueToken(req.raw, settingsOf(env));
});

// So does the one where callers without an account get theirs.
app.post("/v1/tokens/anonymous", ({ env, req }) => issueAnonymous(env, req.raw, settingsOf(env)));

app.post("/v1/tokens/revoke", async ({ env, req }) => {
  await authorizeAdmin(req.raw, settingsOf(env));
  return revokeTokens(env, req.raw);
});

app.post("/v1/models/:id/resume", async ({ env, req }) => {
  await authorizeAdmin(req.raw, settingsOf(env));
  return resumeModel(env, req.param("id"));
});

app.post("/v1/operations/:id/reconcile", async ({ env, req }) => {
  await authorizeAdmin(req.raw, settingsOf(env));
  return reconcile(env, req.param("id"), req.raw);
});
app.get("/v1/operations", async ({ env, req }) => {
  await authorizeAdmin(req.raw, settingsOf(env));
  return listUnknown(env);
});
app.get("/metrics", async ({ env, req }) => {
  await authorizeAdmin(req.raw, settingsOf(env));
  return metrics(env);
});

app.use("/v1/*", async (context, next) => {
  context.set("caller", await authorize(context.req.raw, settingsOf(context.env)));
  return next();
});

app.post("/v1/images/generations", (context) => generations(askOf(context)));
app.post("/v1/images/edits", (context) => edits(askOf(context)));
app.post("/v1/responses", (context) => responses(askOf(context)));
app.get("/v1/operations/:id", ({ env, req, var: { caller } }) => getOperation(env, caller, req.param("id")));
app.get("/v1/operations/:id/result", ({ env, req, var: { caller } }) =>
  getResult(env, caller, req.param("id"), req.raw),
);
app.get("/v1/usage", ({ env, req, var: { caller } }) => usage(req.raw, env, settingsOf(env), caller));
app.get("/v1/models", () => listModels());
app.get("/v1/models/:id", ({ req }) => getModel(req.param("id")));
app.post("/v1/estimate", ({ req }) => estimate(req.raw));
app.post("/v1/validate", ({ req }) => report(req.raw));
app.get("/healthz", ({ env }) => health(settingsOf(env)));
app.get("/config.json", ({ env, req }) => pageConfig(req.raw, settingsOf(env)));
app.get("/openapi.json", ({ env, req }) => openapi(req.raw, env));

// Whatever else these addresses are asked: every route above is described in openapi/table.ts.
for (const [path, allowed] of METHODS) app.all(path, only(allowed));
app.all("/v1/*", () => {
  throw notFound("There is nothing at this address.", "unknown_url");
});
app.all("*", ({ env, req }) => page(req.raw, env.ASSETS, settingsOf(env)));

app.onError((error) => {
  if (error instanceof Refusal) return error.toResponse();
  // What went wrong may hold parts of a request: it goes to the operator's log and not to the caller.
  console.error(
    JSON.stringify({ event: "unexpected_error", name: error.name, message: error.message, stack: error.stack }),
  );
  return internalError().toResponse();
});

/** Who asks for something that costs. */
const askOf = ({ env, req, var: { caller } }: Route): Ask => ({
  env,
  settings: settingsOf(env),
  caller,
  request: req.raw,
});

/** Answers any other method of an address. */
function only(allowed: string) {
  return ({ req }: Route) => {
    throw methodNotAllowed(req.method, allowed);
  };
}

// GET /openapi.json: the table of routes as OpenAPI 3.1 writes it.

import { settingsOf, type Env } from "../env.ts";
import { VERSION } from "../version.ts";
import { schemas } from "./schemas.ts";
import { ROUTES, type Described } from "./table.ts";

const ref = (name: string) => ({ $ref: `#/components/schemas/${name}` });
const ERROR = { "application/json": { schema: ref("ErrorResponse") } };
const TOKEN_REFUSALS: Record<number, string> = {
  401: "No token came along, or it is not valid.",
  403: "The token, or the page that calls, may not do this.",
  503: "The worker is not configured.",
};

/** The description of this worker at this address. */
export function openapi(request: Request, env: Env): Response {
  const paths: Record<string, Record<string, object>> = {};
  for (const route of ROUTES) {
    const path = route.path.replaceAll(/:(\w+)/g, "{$1}");
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operation(route) };
  }
  const document = {
    openapi: "3.1.0",
    info: {
      title: "gpt-image-edge",
      version: VERSION,
      description: `OpenAI's Images API with a budget, and what belongs to it. Upstream: ${settingsOf(env).upstream}.`,
      license: { name: "MIT OR Apache-2.0" },
    },
    servers: [{ url: new URL(request.url).origin }],
    paths,
    components: {
      schemas: schemas(),
      securitySchemes: { token: { type: "http", scheme: "bearer", description: "The token that the operator gave." } },
    },
  };
  return Response.json(document);
}

function operation({ path, name, summary, description, token, query, body, answer, refusals }: Described): object {
  const inPath = [...path.matchAll(/:(\w+)/g)].map(([, name]) => ({
    name,
    in: "path",
    required: true,
    schema: { type: "string" },
  }));
  const inQuery = Object.entries(query ?? {}).map(([name, description]) => ({
    name,
    in: "query",
    description,
    schema: { type: "string" },
  }));
  const parameters = [...inPath, ...inQuery];
  const content = (types: Record<string, string | null>) =>
    Object.fromEntries(Object.entries(types).map(([type, schema]) => [type, schema ? { schema: ref(schema) } : {}]));
  const refused = { ...(token && TOKEN_REFUSALS), ...refusals };
  const responses = Object.entries(refused).map(([status, description]) => [status, { description, content: ERROR }]);
  return {
    operationId: name,
    summary,
    ...(description && { description }),
    security: token ? [{ token: [] }] : [],
    ...(parameters.length > 0 && { parameters }),
    ...(body && { requestBody: { required: true, content: content(body) } }),
    responses: {
      200: { description: "What was asked for.", content: content(answer) },
      ...Object.fromEntries(responses),
    },
  };
}

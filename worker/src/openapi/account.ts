// What the addresses about callers and their money look like, for /openapi.json.

const text = (description: string) => ({ type: "string", description });
const usd = (description: string) => ({ type: "number", minimum: 0, description: `${description}, in US dollars.` });

const CLAIMS = {
  sub: text("Who calls."),
  tenant: text("Whose user that is."),
  budget: usd("What it may spend in a day (UTC)"),
  max_price: usd("What one call may cost"),
  models: { type: "array", items: { type: "string" }, minItems: 1, description: "The models it may use." },
  concurrency: { type: "integer", minimum: 1, description: "Calls at a time." },
};

export const accountSchemas = {
  TokenRequest: {
    type: "object",
    properties: { ...CLAIMS, ttl_seconds: { type: "integer", minimum: 1, maximum: 86_400, default: 900 } },
    required: ["sub", "budget"],
    additionalProperties: false,
  },
  Token: {
    type: "object",
    properties: {
      token: text("What the caller sends as its bearer token."),
      token_type: { const: "Bearer" },
      expires_in: { type: "integer", description: "Seconds." },
      claims: { type: "object", properties: CLAIMS, required: ["sub", "budget"] },
    },
    required: ["token", "token_type", "expires_in", "claims"],
  },
};

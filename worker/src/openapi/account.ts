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
  once: { type: "boolean", description: "Whether it buys one call and no other." },
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
      jti: text("Its own name: what it is called back by."),
      claims: { type: "object", properties: CLAIMS, required: ["sub", "budget"] },
    },
    required: ["token", "token_type", "expires_in", "jti", "claims"],
  },
  AnonymousTokenRequest: {
    type: "object",
    properties: { turnstile: text("What the widget gave (`cf-turnstile-response`).") },
    required: ["turnstile"],
    additionalProperties: false,
  },
  Revocation: {
    type: "object",
    properties: {
      jti: text("One token."),
      sub: text("A caller: all its tokens that were issued until now."),
      tenant: text("Whose user that is."),
    },
    additionalProperties: false,
  },
  Revoked: {
    type: "object",
    properties: {
      revoked: { const: true },
      until: { type: "integer", description: "When none of them could live any more, in Unix seconds." },
    },
    required: ["revoked", "until"],
  },
  Resumed: {
    type: "object",
    properties: { id: text("The model."), stopped: { const: false } },
    required: ["id", "stopped"],
  },
  Reconciliation: {
    type: "object",
    properties: { usd: usd("What the bill says; 0 where it was not billed") },
    required: ["usd"],
    additionalProperties: false,
  },
  Reconciled: {
    type: "object",
    properties: { id: text("The operation."), charged_usd: usd("What it is charged now") },
    required: ["id", "charged_usd"],
  },
  UnknownOperations: {
    type: "object",
    properties: {
      object: { const: "list" },
      data: {
        type: "array",
        items: {
          type: "object",
          properties: {
            id: text("The operation."),
            object: { const: "operation" },
            created: { type: "integer", description: "Unix seconds." },
            model: text("Whose prices were taken."),
            charged_usd: usd("What it is charged until that is known"),
          },
          required: ["id", "object", "created", "model", "charged_usd"],
        },
      },
      has_more: { type: "boolean", description: "Whether there are more than these." },
    },
    required: ["object", "data", "has_more"],
  },
  Usage: {
    type: "object",
    properties: {
      object: { const: "usage" },
      today: {
        type: "object",
        properties: {
          day: text("The day, in UTC."),
          resets: { type: "integer", description: "When the next day begins, in Unix seconds." },
          budget_usd: usd("What this caller may spend in a day"),
          spent_usd: usd("What it has spent"),
          reserved_usd: usd("What is held back for its running calls"),
          left_usd: usd("What is left, of the narrowest budget that holds for it"),
        },
        required: ["day", "resets", "budget_usd", "spent_usd", "reserved_usd", "left_usd"],
      },
      days: {
        type: "array",
        items: {
          type: "object",
          properties: {
            day: text("In UTC."),
            model: text("Whose prices were taken."),
            calls: { type: "integer" },
            usd: usd("Spent"),
          },
          required: ["day", "model", "calls", "usd"],
        },
      },
    },
    required: ["object", "today", "days"],
  },
  Operation: {
    type: "object",
    properties: {
      id: text("As in the header X-Operation-Id."),
      object: { const: "operation" },
      created: { type: "integer", description: "Unix seconds." },
      ended: { type: ["integer", "null"], description: "Unix seconds." },
      status: { type: "string", enum: ["running", "completed", "failed"] },
      model: text("Whose prices were taken."),
      cost: {
        type: "object",
        properties: {
          reserved_usd: usd("What was held back"),
          charged_usd: { type: ["number", "null"], description: "What it has cost; null while it runs." },
          prices_as_of: text("The price table."),
          note: text("What is not known."),
        },
        required: ["reserved_usd", "charged_usd", "prices_as_of"],
      },
      error: { type: ["object", "null"], description: "As in an error's answer." },
      result: { type: ["string", "null"], description: "Where the answer is." },
      result_expires: { type: ["integer", "null"], description: "Until when, in Unix seconds." },
    },
    required: ["id", "object", "created", "ended", "status", "model", "cost", "error", "result", "result_expires"],
  },
};

// What the addresses about callers and their money look like, for /openapi.json.

import { flag, integer, list, object, orNull, text, usd, type Schema } from "./shapes.ts";

const CLAIMS = {
  sub: text("Who calls."),
  tenant: text("Whose user that is."),
  budget: usd("What it may spend in a day (UTC)"),
  max_price: usd("What one call may cost"),
  models: list({ type: "string" }, "The models it may use.", { minItems: 1 }),
  concurrency: integer("Calls at a time.", { minimum: 1 }),
  once: flag("Whether it buys one call and no other."),
};

/** An object of which every field is there. */
const whole = (properties: Record<string, Schema>) => object(properties, Object.keys(properties));

export const accountSchemas = {
  TokenRequest: object(
    { ...CLAIMS, ttl_seconds: { type: "integer", minimum: 1, maximum: 86_400, default: 900 } },
    ["sub", "budget"],
    true,
  ),
  Token: whole({
    token: text("What the caller sends as its bearer token."),
    token_type: { const: "Bearer" },
    expires_in: integer("Seconds."),
    jti: text("Its own name: what it is called back by."),
    claims: object(CLAIMS, ["sub", "budget"]),
  }),
  AnonymousTokenRequest: object(
    { turnstile: text("What the widget gave (`cf-turnstile-response`).") },
    ["turnstile"],
    true,
  ),
  Revocation: object(
    {
      jti: text("One token."),
      sub: text("A caller: all its tokens that were issued until now."),
      tenant: text("Whose user that is."),
    },
    [],
    true,
  ),
  Revoked: whole({
    revoked: { const: true },
    until: integer("When none of them could live any more, in Unix seconds."),
  }),
  Resumed: whole({ id: text("The model."), stopped: { const: false } }),
  Reconciliation: object({ usd: usd("What the bill says; 0 where it was not billed") }, ["usd"], true),
  Reconciled: whole({ id: text("The operation."), charged_usd: usd("What it is charged now") }),
  UnknownOperations: whole({
    object: { const: "list" },
    data: list(
      whole({
        id: text("The operation."),
        object: { const: "operation" },
        created: integer("Unix seconds."),
        model: text("Whose prices were taken."),
        charged_usd: usd("What it is charged until that is known"),
      }),
    ),
    has_more: flag("Whether there are more than these."),
  }),
  Usage: whole({
    object: { const: "usage" },
    today: whole({
      day: text("The day, in UTC."),
      resets: integer("When the next day begins, in Unix seconds."),
      budget_usd: usd("What this caller may spend in a day"),
      spent_usd: usd("What it has spent"),
      reserved_usd: usd("What is held back for its running calls"),
      left_usd: usd("What is left, of the narrowest budget that holds for it"),
    }),
    days: list(
      whole({
        day: text("In UTC."),
        model: text("Whose prices were taken."),
        calls: { type: "integer" },
        usd: usd("Spent"),
      }),
    ),
  }),
  Operation: whole({
    id: text("As in the header X-Operation-Id."),
    object: { const: "operation" },
    created: integer("Unix seconds."),
    ended: orNull(integer("Unix seconds.")),
    status: { type: "string", enum: ["running", "completed", "failed"] },
    model: text("Whose prices were taken."),
    cost: object(
      {
        reserved_usd: usd("What was held back"),
        charged_usd: orNull({ type: "number", description: "What it has cost; null while it runs." }),
        prices_as_of: text("The price table."),
        note: text("What is not known."),
      },
      ["reserved_usd", "charged_usd", "prices_as_of"],
    ),
    error: orNull({ type: "object", description: "As in an error's answer." }),
    result: orNull(text("Where the answer is.")),
    result_expires: orNull(integer("Until when, in Unix seconds.")),
  }),
};

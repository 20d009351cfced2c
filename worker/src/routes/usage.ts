// GET /v1/usage: what the caller has spent, by day and model, and what is left of today.

import type { Caller } from "../auth/caller.ts";
import type { Env, Settings } from "../env.ts";
import { badRequest } from "../errors.ts";
import { ask } from "../ledger/client.ts";
import { toUsd } from "../money.ts";

const MAX_DAYS = 40;

export async function usage(request: Request, env: Env, settings: Settings, caller: Caller): Promise<Response> {
  const text = new URL(request.url).searchParams.get("days") ?? "7";
  const days = Number(text);
  if (!/^\d{1,3}$/.test(text) || days < 1 || days > MAX_DAYS)
    throw badRequest(`days: must be a whole number from 1 to ${MAX_DAYS}`, "days", "invalid_value");
  const { organization, tenant } = settings.caps;
  const caps = { caller: caller.budget, tenant: caller.pool ?? tenant, organization };
  const { day, resets, rows, budget, left } = await ask(env, (ledger) =>
    ledger.usage(caller.id, caller.tenant, caps, days),
  );
  return Response.json({
    object: "usage",
    today: {
      day,
      resets: Math.floor(resets / 1000),
      budget_usd: toUsd(budget.cap),
      spent_usd: toUsd(budget.posted),
      reserved_usd: toUsd(budget.pending),
      // Of the narrowest of all budgets that hold for this caller.
      left_usd: toUsd(left),
    },
    days: rows.map(({ day, model, calls, charged }) => ({ day, model, calls, usd: toUsd(charged) })),
  });
}

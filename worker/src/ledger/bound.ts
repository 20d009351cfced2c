// The most a call can cost: what is held back for it before it is sent.

import { estimateCost, type Context } from "gpt-image-edge";

import type { Caller } from "../auth/caller.ts";
import type { Caps } from "../auth/settings.ts";
import { Refusal } from "../errors.ts";
import { fromUsd, spoken, type NanoUsd } from "../money.ts";

/** A price before the call. */
export interface Bound {
  amount: NanoUsd;
  /** The model whose prices were taken, and from which table. */
  model: string;
  prices: string;
  /** Whether all of it is charged in the end: a part of the bill has no price that anybody here knows. */
  chargedWhole: boolean;
}

/**
 * The bound of a request that was found valid. `auto` is priced at its dearest, text by its bytes. Throws where nothing
 * bounds the price, and where it passes what the caller may spend on one call.
 */
export function boundOf(
  operation: "generate" | "edit" | "respond" | "runware",
  request: unknown,
  context: Context | undefined,
  { caps, caller }: { caps: Caps; caller: Caller },
): Bound {
  const { max, model = "unknown", prices_as_of } = estimateCost(operation, request, context);
  const amount = max === null ? caps.unpriced : fromUsd(max);
  if (amount === undefined)
    throw refuse(
      "price_unknown",
      "Nothing is published that bounds the price of this request, and this worker only sends what it can afford for certain; " +
        "choose another model. (The operator can set UNPRICED_CALL_USD.)",
    );
  const most = Math.min(caller.maxPrice, caps.call);
  if (amount > most)
    throw refuse(
      "price_above_limit",
      `This request may cost up to ${spoken(amount)}, and one call may cost ${spoken(most)}: choose a quality and a size, ` +
        "smaller ones, or fewer images.",
    );
  // The language models that write answers and vector images are billed beside the pictures.
  const chargedWhole = operation === "respond" || (request as { output_format?: unknown }).output_format === "svg";
  return { amount, model, prices: prices_as_of ?? "none", chargedWhole };
}

function refuse(code: string, message: string): Refusal {
  return new Refusal(403, { message, type: "invalid_request_error", code }, { "x-should-retry": "false" });
}

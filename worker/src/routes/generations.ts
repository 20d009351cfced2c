// POST /v1/images/generations

import { identified, safetyIdentifier } from "../auth/safety.ts";
import { checked } from "../check.ts";
import { readJson, refuseEarly } from "../json.ts";
import { askedOf } from "../limiter/asked.ts";
import { priced, purchaseOf, Ticket, type Ask } from "../operation/client.ts";
import { canonical, fingerprintOf } from "../operation/order.ts";

const PATH = "/images/generations";
/** 32,000 characters of the prompt at twelve bytes each (a surrogate pair of escapes), and room for the rest. */
const MAX_BODY_BYTES = 512 * 1024;

export async function generations(ask: Ask): Promise<Response> {
  refuseEarly(ask.request, MAX_BODY_BYTES);
  const body = checked("generate", await readJson(ask.request, MAX_BODY_BYTES));
  const bound = priced(ask, { operation: "generate", request: body });
  const sent = identified(body, await safetyIdentifier(ask.settings.safetyKey, ask.caller));
  const fingerprint = await fingerprintOf([PATH, canonical(sent)]);
  const ticket = await Ticket.draw(ask, { path: PATH, contentType: "application/json" }, fingerprint);
  // Written anew, so that the upstream reads what was checked.
  const send = () => ticket.send(purchaseOf(ask, bound, body, fingerprint), JSON.stringify(sent));
  return ticket.inTurn(ask, askedOf("generate", body), send);
}

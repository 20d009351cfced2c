// POST /v1/responses with the image_generation tool, and no other: what other tools cost nobody could say before.

import { estimateCost } from "gpt-image-edge";

import { identified, safetyIdentifier } from "../auth/safety.ts";
import { checked, type Fields } from "../check.ts";
import { badRequest } from "../errors.ts";
import { readJson, refuseEarly } from "../json.ts";
import { askedOf } from "../limiter/asked.ts";
import { allowModels, authorOf, priced, purchaseOf, Ticket, type Ask } from "../operation/client.ts";
import { canonical, fingerprintOf } from "../operation/order.ts";
import { shortened } from "../shorten.ts";

const PATH = "/responses";
/** As for edits by reference: the longest picture the API takes in JSON. */
const MAX_JSON_BYTES = 20 * 1024 * 1024;
const TOOL = "image_generation";
/** Fields of the API that are not passed on, each with the reason. */
const CLOSED: Record<string, string> = {
  background: "the answer would come to an address that this worker does not serve",
  conversation: "conversations are not served; use previous_response_id",
  prompt: "a stored prompt may bring tools of its own",
};
const TIERS = ["auto", "default", "flex"];

export async function responses(ask: Ask): Promise<Response> {
  const { request, settings, caller } = ask;
  const limit = Math.min(MAX_JSON_BYTES, settings.maxUploadBytes);
  refuseEarly(request, limit);
  const body = await readJson(request, limit);
  const short = { ...body, input: shortened(body["input"]), tools: shortened(body["tools"]) };
  checked("respond", short);
  const tool = toolOf(body, short);
  // All are billed: the one that asks, the one that draws, and the one that writes a vector image.
  allowModels(caller, [body["model"], tool["model"], authorOf(tool["svg"])]);
  const identifier = await safetyIdentifier(settings.safetyKey, caller);
  const sent = identified({ ...body, tools: [tool], max_tool_calls: onceOf(body) }, identifier);
  const bound = priced(ask, { operation: "respond", request: short });
  const fingerprint = await fingerprintOf([PATH, canonical(sent)]);
  const ticket = await Ticket.draw(ask, { path: PATH, contentType: "application/json" }, fingerprint);
  const send = () => ticket.send(purchaseOf(ask, bound, tool, fingerprint), JSON.stringify(sent));
  return ticket.inTurn(ask, askedOf("respond", short), send);
}

/** The image tool, its model named, after everything that is not served was refused. */
function toolOf(body: Fields, short: Fields): Fields {
  for (const [name, reason] of Object.entries(CLOSED))
    if (body[name] !== undefined && body[name] !== null && body[name] !== false) refuse(name, reason);
  const tier = body["service_tier"];
  if (tier !== undefined && tier !== null && !TIERS.includes(tier as string))
    refuse("service_tier", `its price is not known; allowed are ${TIERS.join(", ")}`);
  const tools = body["tools"] as Fields[];
  for (const [index, tool] of tools.entries())
    if (tool["type"] !== TOOL) refuse(`tools[${index}].type`, `only "${TOOL}" is served`);
  if (tools.length > 1) refuse("tools[1]", `one "${TOOL}" tool is enough: a response draws one picture`);
  const [tool = {}] = tools;
  // What the API takes where no model is named has changed before: the one that the price was told for is asked for.
  const model = tool["model"] ?? estimateCost("respond", short).model;
  return model === undefined ? tool : { ...tool, model };
}

/** How often the tool may be called. Left open, the language model would decide what the response costs. */
function onceOf(body: Fields): number {
  const given = body["max_tool_calls"];
  if (given === undefined || given === null) return 1;
  if (given !== 1) refuse("max_tool_calls", "must be 1 here: a response draws one picture");
  return 1;
}

function refuse(param: string, reason: string): never {
  throw badRequest(`${param}: ${reason}`, param, "unsupported_parameter");
}

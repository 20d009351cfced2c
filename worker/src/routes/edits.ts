// POST /v1/images/edits, as a form with files or as JSON with references.

import { inspectRequest } from "gpt-image-edge";

import { identified, safetyIdentifier } from "../auth/safety.ts";
import { checked } from "../check.ts";
import { concat } from "../chunks.ts";
import { badRequest, Refusal, unsupportedMediaType } from "../errors.ts";
import { isJson, readJson, refuseEarly } from "../json.ts";
import { boundaryOf } from "../multipart/boundary.ts";
import { EditForm, type Tail } from "../multipart/edit-form.ts";
import { ByteReader } from "../multipart/reader.ts";
import { hold, relay } from "../multipart/relay.ts";
import { askedOf } from "../limiter/asked.ts";
import { turnOf, type Turn } from "../limiter/turn.ts";
import { priced, purchaseOf, Ticket, type Ask } from "../operation/client.ts";
import { FileDigests } from "../operation/digests.ts";
import { canonical, fingerprintOf, type Purchase } from "../operation/order.ts";
import { shortened } from "../shorten.ts";

const PATH = "/images/edits";
/**
 * The longest `image_url` the API takes (20,971,520 characters; openai-openapi, 2026-08-21), so that none can be longer. The
 * text is held whole and several times over while it is checked, in the 128 MB of an isolate.
 */
const MAX_JSON_BYTES = 20 * 1024 * 1024;
/** Pictures are shown to the checks by their beginning: all that the rules look at, beside what `inspectRequest` reads. */
const SHOWN_CHARS = 1024;

export async function edits(ask: Ask): Promise<Response> {
  const { request, settings } = ask;
  const type = request.headers.get("content-type") ?? "";
  const boundary = boundaryOf(type);
  if (boundary === undefined && !isJson(type))
    throw unsupportedMediaType("The Content-Type must be multipart/form-data, with a boundary, or application/json.");
  const limit = boundary === undefined ? Math.min(MAX_JSON_BYTES, settings.maxUploadBytes) : settings.maxUploadBytes;
  refuseEarly(request, limit);
  return boundary === undefined ? byReference(ask, limit) : byForm(ask, limit, boundary);
}

async function byReference(ask: Ask, limit: number): Promise<Response> {
  const body = await readJson(ask.request, limit);
  const context = { ...(await inspectRequest(body as never)), json_body: true };
  // Only where pictures stand: a prompt must be counted whole.
  const short = { ...body };
  for (const name of ["images", "mask"]) if (name in body) short[name] = shortened(body[name], SHOWN_CHARS);
  const { model } = checked("edit", short, context);
  const bound = priced(ask, { operation: "edit", request: { ...short, model }, context });
  const sent = identified({ ...body, model }, await safetyIdentifier(ask.settings.safetyKey, ask.caller));
  const fingerprint = await fingerprintOf([PATH, canonical(sent)]);
  const ticket = await Ticket.draw(ask, { path: PATH, contentType: "application/json" }, fingerprint);
  const send = () => ticket.send(purchaseOf(ask, bound, body, fingerprint), JSON.stringify(sent));
  return ticket.inTurn(ask, askedOf("edit", { ...short, model }, context), send);
}

async function byForm(ask: Ask, limit: number, boundary: string): Promise<Response> {
  const { request } = ask;
  if (!request.body) throw badRequest("The body is empty; send a form.", null, "invalid_multipart_form_data");
  const reader = new ByteReader(request.body, limit);
  const digests = new FileDigests();
  const identifier = await safetyIdentifier(ask.settings.safetyKey, ask.caller);
  const form = new EditForm(reader, boundary, { digests, identifier });
  const ticket = await Ticket.draw(ask, { path: PATH, contentType: form.contentType });
  const purchase = async ({ request, context }: Tail): Promise<Purchase> => {
    const bound = priced(ask, { operation: "edit", request, context });
    const fingerprint = await fingerprintOf([PATH, canonical(request), ...(await digests.all())]);
    return purchaseOf(ask, bound, request, fingerprint);
  };
  const files = form.files();
  try {
    const { held, whole } = await hold(files);
    if (whole) {
      const tail = form.tail();
      const bought = await purchase(tail);
      // Only here is it known before anything is sent what is asked for.
      const known = await Ticket.draw(ask, { path: PATH, contentType: form.contentType }, bought.fingerprint);
      const send = () => known.send(bought, concat([...held, tail.bytes]));
      return await known.inTurn(ask, askedOf("edit", tail.request, tail.context), send);
    }
    // A key that was used before: the form is only read to see whether it is the same.
    if (ticket.order.keyed && (await ticket.stub.isKnown())) {
      while (!(await files.next()).done);
      return await ticket.send(await purchase(form.tail()), new Uint8Array());
    }
    // Its turn is waited for with the files upstream and the rest in hand: only then is it known what is asked for.
    const taken: { turn?: Turn | undefined } = {};
    const inTurn = async (tail: Tail): Promise<Purchase> => {
      const bought = await purchase(tail);
      taken.turn = await turnOf(ask, ticket.asked(askedOf("edit", tail.request, tail.context)));
      return bought;
    };
    const send = (body: ReadableStream<Uint8Array>, signal: AbortSignal) => ticket.send(undefined, body, signal);
    try {
      const reply = await relay(held, upload(files, form, ticket, inTurn), send);
      return taken.turn ? await taken.turn.follow(reply) : reply;
    } catch (error) {
      await taken.turn?.fail(error);
      throw error;
    }
  } finally {
    await reader.finish();
  }
}

/** The files of a form as they come. Before this ends, the rest of the form is paid for and handed over. */
async function* upload(
  files: AsyncGenerator<Uint8Array, void>,
  form: EditForm,
  { stub, order }: Ticket,
  purchase: (tail: Tail) => Promise<Purchase>,
): AsyncGenerator<Uint8Array, void> {
  yield* files;
  const tail = form.tail();
  const refused = await stub.commit({ ...order, purchase: await purchase(tail) }, tail.bytes, form.written);
  if (refused) throw new Refusal(refused.status, refused.fields, refused.headers);
}

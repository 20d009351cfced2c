// POST /v1/images/edits, as a form with files or as JSON with references.

import { inspectRequest } from "gpt-image-edge";

import type { Caller } from "../auth/caller.ts";
import { allowModel } from "../auth/token.ts";
import { checked, type Fields } from "../check.ts";
import type { Settings } from "../env.ts";
import { badRequest, unsupportedMediaType } from "../errors.ts";
import { isJson, readJson, refuseEarly } from "../json.ts";
import { boundaryOf } from "../multipart/boundary.ts";
import { EditForm } from "../multipart/edit-form.ts";
import { ByteReader, concat } from "../multipart/reader.ts";
import { hold, relay } from "../multipart/relay.ts";
import type { Upstream } from "../upstream/upstream.ts";

const PATH = "/images/edits";
/**
 * The longest `image_url` the API takes (20,971,520 characters; openai-openapi, 2026-08-21), so that none can be longer. The
 * text is held whole and several times over while it is checked, in the 128 MB of an isolate.
 */
const MAX_JSON_BYTES = 20 * 1024 * 1024;
/** Longer data URLs are shown to the checks by their beginning: all that the rules look at, beside what is in the picture. */
const SHOWN_CHARS = 1024;

export async function edits(
  request: Request,
  upstream: Upstream,
  settings: Settings,
  caller: Caller,
): Promise<Response> {
  const type = request.headers.get("content-type") ?? "";
  const boundary = boundaryOf(type);
  if (boundary === undefined && !isJson(type))
    throw unsupportedMediaType("The Content-Type must be multipart/form-data, with a boundary, or application/json.");
  const limit = boundary === undefined ? Math.min(MAX_JSON_BYTES, settings.maxUploadBytes) : settings.maxUploadBytes;
  refuseEarly(request, limit);
  const ask = { request, upstream, limit, caller };
  return boundary === undefined ? byReference(ask) : byForm(ask, boundary);
}

interface Ask {
  request: Request;
  upstream: Upstream;
  /** The most bytes of the body. */
  limit: number;
  caller: Caller;
}

async function byReference({ request, upstream, limit, caller }: Ask): Promise<Response> {
  const body = await readJson(request, limit);
  const context = { ...(await inspectRequest(body as never)), json_body: true };
  const { model } = checked("edit", shortened(body), context);
  allowModel(caller, model as string);
  const fault = request.headers.get("x-sandbox-fault");
  return upstream.send({
    path: PATH,
    contentType: "application/json",
    body: JSON.stringify({ ...body, model }),
    fault,
  });
}

/** A request whose pictures are cut short: copying megabytes into the module to look at a dozen characters fills it. */
function shortened(body: Fields): Fields {
  const cut = (value: unknown): unknown => {
    if (typeof value === "string") return value.startsWith("data:") ? value.slice(0, SHOWN_CHARS) : value;
    if (Array.isArray(value)) return value.map(cut);
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, cut(inner)]));
  };
  const short = { ...body };
  // Only where pictures stand: a prompt must be counted whole.
  for (const name of ["images", "mask"]) if (name in body) short[name] = cut(body[name]);
  return short;
}

async function byForm({ request, upstream, limit, caller }: Ask, boundary: string): Promise<Response> {
  if (!request.body) throw badRequest("The body is empty; send a form.", null, "invalid_multipart_form_data");
  const reader = new ByteReader(request.body, limit);
  const form = new EditForm(reader, boundary, ({ model }) => allowModel(caller, model as string));
  const fault = request.headers.get("x-sandbox-fault");
  const chunks = form.rewritten();
  try {
    const { held, whole } = await hold(chunks);
    const call = { path: PATH, contentType: form.contentType, fault } as const;
    if (whole) return await upstream.send({ ...call, body: concat(held) });
    return await relay(held, chunks, (body, signal) => upstream.send({ ...call, body, signal }));
  } finally {
    await reader.finish();
  }
}

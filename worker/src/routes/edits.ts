// POST /v1/images/edits, as a form with files or as JSON with references.

import { inspectRequest } from "gpt-image-edge";

import { checked } from "../check.ts";
import type { Settings } from "../env.ts";
import { badRequest, Refusal, unsupportedMediaType, upstreamFailed } from "../errors.ts";
import { isJson, readJson, refuseEarly } from "../json.ts";
import { boundaryOf } from "../multipart/boundary.ts";
import { EditForm } from "../multipart/edit-form.ts";
import { ByteReader, concat } from "../multipart/reader.ts";
import type { Upstream } from "../upstream/upstream.ts";

const PATH = "/images/edits";
/**
 * One picture as a data URL at the longest the API takes (20,971,520 characters; openai-openapi, 2026-08-21), and room
 * for the rest. The text has to be held whole to be checked, twice over while it is parsed, in the 128 MB of an isolate.
 */
const MAX_JSON_BYTES = 24 * 1024 * 1024;
/** So much of a form is held before the upstream is called: a form this small is checked whole before anything is sent. */
const HOLD_BYTES = 512 * 1024;

export async function edits(request: Request, upstream: Upstream, settings: Settings): Promise<Response> {
  const type = request.headers.get("content-type") ?? "";
  const boundary = boundaryOf(type);
  if (boundary === undefined && !isJson(type))
    throw unsupportedMediaType("The Content-Type must be multipart/form-data, with a boundary, or application/json.");
  const limit = boundary === undefined ? Math.min(MAX_JSON_BYTES, settings.maxUploadBytes) : settings.maxUploadBytes;
  refuseEarly(request, limit);
  return boundary === undefined ? byReference(request, upstream, limit) : byForm(request, upstream, limit, boundary);
}

async function byReference(request: Request, upstream: Upstream, limit: number): Promise<Response> {
  const given = await readJson(request, limit);
  const body = checked("edit", given, { ...(await inspectRequest(given as never)), json_body: true });
  const fault = request.headers.get("x-sandbox-fault");
  return upstream.send({ path: PATH, contentType: "application/json", body: JSON.stringify(body), fault });
}

async function byForm(request: Request, upstream: Upstream, limit: number, boundary: string): Promise<Response> {
  if (!request.body) throw badRequest("The body is empty; send a form.", null, "invalid_multipart_form_data");
  const reader = new ByteReader(request.body, limit);
  const form = new EditForm(reader, boundary);
  const fault = request.headers.get("x-sandbox-fault");
  const chunks = form.rewritten();
  try {
    const { held, whole } = await hold(chunks);
    const call = { path: PATH, contentType: form.contentType, fault } as const;
    if (whole) return await upstream.send({ ...call, body: concat(held) });
    return await relay(held, chunks, (body, signal) => upstream.send({ ...call, body, signal }));
  } finally {
    reader.release();
  }
}

type Chunks = AsyncGenerator<Uint8Array, void>;

/** The first chunks of a form, and whether they are all of it. */
async function hold(chunks: Chunks): Promise<{ held: Uint8Array[]; whole: boolean }> {
  const held: Uint8Array[] = [];
  for (let length = 0; length < HOLD_BYTES;) {
    const { done, value } = await chunks.next();
    if (done) return { held, whole: true };
    held.push(value);
    length += value.length;
  }
  return { held, whole: false };
}

/**
 * Sends a form while it comes in, at the speed of the slower side. When anything about it is wrong the upstream's request
 * is broken off before its end: it never has a request that it could bill.
 */
async function relay(
  held: Uint8Array[],
  chunks: Chunks,
  send: (body: ReadableStream<Uint8Array>, signal: AbortSignal) => Promise<Response>,
): Promise<Response> {
  const { readable, writable } = new IdentityTransformStream();
  const writer = writable.getWriter();
  const abort = new AbortController();
  const giveUp = async (reason: unknown) => {
    abort.abort(reason);
    await writer.abort(reason).catch(() => undefined);
  };

  const reply = send(readable, abort.signal).then(
    (response) => ({ response }),
    (error: unknown) => ({ error }),
  );
  const sent = (async () => {
    for (const chunk of held) await writer.write(chunk);
    for await (const chunk of chunks) await writer.write(chunk);
    await writer.close();
  })().then(
    () => ({ sent: true }) as const,
    (error: unknown) => ({ sent: false, error }) as const,
  );

  // An upstream may answer before it has read everything: 401, 413, 429. Then it may never read the rest.
  const first = await Promise.race([reply, sent]);
  if (!("sent" in first) && ("error" in first || !first.response.ok)) {
    await giveUp(new Error("the upstream has answered already"));
    if ("error" in first) throw first.error;
    return first.response;
  }
  const upload = await sent;
  if (!upload.sent && upload.error instanceof Refusal) {
    await giveUp(upload.error);
    throw upload.error;
  }
  // Where writing failed because the upstream hung up, its answer, if there is one, tells why.
  const answer = await reply;
  if ("error" in answer) throw answer.error;
  if (!upload.sent && answer.response.ok) {
    await answer.response.body?.cancel();
    throw upstreamFailed("The upstream ended the upload and answered all the same.", "upstream_protocol");
  }
  return answer.response;
}

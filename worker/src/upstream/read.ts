// A call as its upstream would read it: for upstreams that do not speak OpenAI's API, and to know which one is meant.

import type { Fields as Request } from "../check.ts";
import { concat } from "../chunks.ts";
import { tooLarge } from "../errors.ts";
import { boundaryOf } from "../multipart/boundary.ts";
import { Fields } from "../multipart/fields.ts";
import { parseForm } from "../multipart/parse.ts";
import { ByteReader } from "../multipart/reader.ts";
import type { Call } from "./call.ts";

/** Held whole, and half as long again as base64, in the 128 MB of an isolate. */
const MAX_BYTES = 20 * 1024 * 1024;

/** The body of a call in one piece. */
export async function wholeBody({ body }: Call): Promise<string | Uint8Array<ArrayBuffer>> {
  if (!(body instanceof ReadableStream)) return body;
  const reader = body.getReader();
  const chunks: Uint8Array[] = [];
  for (let length = 0; ;) {
    const { done, value } = await reader.read();
    if (done) return concat(chunks);
    length += value.length;
    if (length > MAX_BYTES) {
      await reader.cancel().catch(() => undefined);
      throw tooLarge(`The form is larger than ${MAX_BYTES} bytes, which is all that the upstream of its model takes.`);
    }
    chunks.push(value);
  }
}

/** The request of a call; files have become data URLs in `images`, `mask` and `markup`. */
export async function requestOf(contentType: string, body: string | Uint8Array<ArrayBuffer>): Promise<Request> {
  if (typeof body === "string") return JSON.parse(body) as Request;
  const fields = new Fields();
  const files: Record<string, { image_url: string }[]> = {};
  const stream = new Response(body).body!;
  const reader = new ByteReader(stream, body.length);
  // Our own writing, so it is well formed.
  for await (const part of parseForm(reader, boundaryOf(contentType)!)) {
    const chunks: Uint8Array[] = [];
    for await (const chunk of part.body) chunks.push(chunk.slice());
    const bytes = concat(chunks);
    if (part.filename === undefined) fields.add(part.name, bytes, part.type);
    else (files[part.name] ??= []).push({ image_url: `data:${part.type};base64,${base64(bytes)}` });
  }
  const request: Request = { ...fields.values };
  for (const [name, given] of Object.entries(files)) {
    if (name.startsWith("image")) request["images"] = given;
    else request[name] = given[0];
  }
  return request;
}

function base64(bytes: Uint8Array): string {
  // A multiple of three, so that the pieces join without padding between them; small enough to be arguments.
  const step = 0x6000;
  const pieces: string[] = [];
  for (let at = 0; at < bytes.length; at += step)
    pieces.push(btoa(String.fromCharCode(...bytes.subarray(at, at + step))));
  return pieces.join("");
}

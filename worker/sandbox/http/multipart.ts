// Forms, read leniently: the sandbox takes what real clients send; strictness is the worker's part. What is broken,
// though, is refused. https://www.rfc-editor.org/rfc/rfc7578

import { Unreadable } from "./errors.ts";

/** One part. A part with a file name is a file. */
export interface Part {
  name: string;
  fileName: string | undefined;
  mediaType: string | undefined;
  bytes: Uint8Array;
}

const ascii = new TextEncoder();
const utf8 = new TextDecoder();

const broken = (why: string) => new Unreadable(`Could not parse multipart form: ${why}.`);

/** Reads a whole form. Throws {@link Unreadable}. */
export function parseForm(body: Uint8Array, contentType: string): Part[] {
  const boundary = /;\s*boundary=(?:"([^"]+)"|([^\s;]+))/i.exec(contentType);
  const word = boundary?.[1] ?? boundary?.[2];
  if (!word) throw broken("the content type has no boundary");
  const delimiter = ascii.encode(`\r\n--${word}`);
  // The first delimiter needs no line break before it; anything else before it is a preamble and means nothing.
  let at = startsWith(body, delimiter.subarray(2), 0) ? delimiter.length - 2 : -1;
  if (at < 0) {
    const found = indexOf(body, delimiter, 0);
    if (found < 0) throw broken("its boundary does not occur in it");
    at = found + delimiter.length;
  }
  const parts: Part[] = [];
  for (;;) {
    if (body[at] === DASH && body[at + 1] === DASH) return parts;
    while (body[at] === SPACE || body[at] === TAB) at++;
    if (body[at] !== CR || body[at + 1] !== LF) throw broken("a boundary is not followed by a line break");
    const end = indexOf(body, delimiter, at);
    if (end < 0) throw broken("it ends without its closing boundary");
    parts.push(readPart(body.subarray(at, end)));
    at = end + delimiter.length;
  }
}

const [TAB, LF, CR, SPACE, DASH] = [9, 10, 13, 32, 45];
const BLANK = ascii.encode("\r\n\r\n");

/** A part from the line break after its boundary on. */
function readPart(part: Uint8Array): Part {
  const head = indexOf(part, BLANK, 0);
  if (head < 0) throw broken("a part has no blank line after its headers");
  let name: string | undefined;
  let fileName: string | undefined;
  let mediaType: string | undefined;
  for (const line of utf8.decode(part.subarray(2, Math.max(2, head))).split("\r\n")) {
    const colon = line.indexOf(":");
    if (colon < 0) continue;
    const value = line.slice(colon + 1).trim();
    switch (line.slice(0, colon).trim().toLowerCase()) {
      case "content-disposition":
        name = parameter(value, "name");
        fileName = parameter(value, "filename");
        break;
      case "content-type":
        mediaType = value;
        break;
    }
  }
  if (name === undefined) throw broken("a part has no name");
  return { name, fileName, mediaType, bytes: part.subarray(head + BLANK.length) };
}

/** A quoted or bare parameter of a header; the escapes are those of WHATWG's form encoding and of RFC 822. */
function parameter(value: string, name: string): string | undefined {
  const found = new RegExp(`;\\s*${name}=(?:"((?:\\\\.|[^"\\\\])*)"|([^\\s;]*))`, "i").exec(value);
  if (!found) return undefined;
  if (found[1] === undefined) return found[2];
  return found[1]
    .replace(/\\(["\\])/g, "$1")
    .replace(/%22/gi, '"')
    .replace(/%0d/gi, "\r")
    .replace(/%0a/gi, "\n");
}

function startsWith(bytes: Uint8Array, wanted: Uint8Array, at: number): boolean {
  return wanted.every((byte, i) => bytes[at + i] === byte);
}

function indexOf(bytes: Uint8Array, wanted: Uint8Array, from: number): number {
  const first = wanted[0] ?? 0;
  for (let at = bytes.indexOf(first, from); at >= 0; at = bytes.indexOf(first, at + 1))
    if (startsWith(bytes, wanted, at)) return at;
  return -1;
}

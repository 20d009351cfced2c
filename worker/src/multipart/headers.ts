// The headers of one part of a form, read strictly: what two parsers could read differently is refused.

import { malformed } from "./malformed.ts";

/** What the headers of a part say. */
export interface PartHeaders {
  /** The field's name. */
  name: string;
  /** The file name without any folders; undefined for a text field. */
  filename: string | undefined;
  /** The declared media type, empty when none is. */
  type: string;
}

export const MAX_NAME_BYTES = 64;
export const MAX_FILENAME_BYTES = 255;
const MAX_HEADERS = 16;

const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
/** A backslash escapes only what must be escaped: `filename="C:\new\a.png"` is a path and no line break. */
const PARAMETER = /\s*;\s*([!#$%&'*+.^_`|~0-9A-Za-z-]+)\s*=\s*(?:"((?:\\["\\]|\\(?!["\\])|[^"\\])*)"|([^\s;"]+))/y;
/** Encodings that leave the bytes as they are. Android's and Ruby's clients name them. */
const IDENTITY_ENCODINGS = new Set(["binary", "8bit", "7bit"]);

/** Reads the header block of a part, without its final blank line. */
export function partHeaders(block: Uint8Array): PartHeaders {
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(block);
  } catch {
    throw malformed("a part header is not UTF-8");
  }
  const known = new Map<string, string>();
  const lines = text.split("\r\n");
  if (lines.length > MAX_HEADERS) throw malformed(`a part has more than ${MAX_HEADERS} headers`);
  for (const line of lines) {
    // Line breaks other than CRLF are among them.
    // eslint-disable-next-line no-control-regex
    if (/[\0-\x08\x0a-\x1f\x7f]/.test(line)) throw malformed("a part header holds a control character");
    const colon = line.indexOf(":");
    const name = line.slice(0, Math.max(0, colon)).toLowerCase();
    // A line that begins with a space would continue the one before it; RFC 7230 has ended that.
    if (!TOKEN.test(name)) throw malformed("a part header has no name");
    if (known.has(name)) throw malformed(`a part has two ${name} headers`);
    known.set(name, line.slice(colon + 1).trim());
  }
  const encoding = known.get("content-transfer-encoding");
  if (encoding !== undefined && !IDENTITY_ENCODINGS.has(encoding.toLowerCase()))
    throw malformed("a part has a transfer encoding; send its bytes as they are");
  const disposition = known.get("content-disposition");
  if (disposition === undefined) throw malformed("a part has no Content-Disposition header");
  // Other headers (Content-Length, for example) say nothing that is used: RFC 7578, section 4.8.
  return { ...parameters(disposition), type: known.get("content-type") ?? "" };
}

/** Reads `form-data; name="image"; filename="a.png"`. */
function parameters(disposition: string): Pick<PartHeaders, "name" | "filename"> {
  const kind = /^form-data(?=\s*(;|$))/i.exec(disposition);
  if (!kind) throw malformed("a part is not form-data");
  const found = new Map<string, string>();
  PARAMETER.lastIndex = kind[0].length;
  while (PARAMETER.lastIndex < disposition.length) {
    const match = PARAMETER.exec(disposition);
    if (!match) throw malformed("a Content-Disposition header is not well formed");
    const key = match[1]!.toLowerCase();
    // RFC 7578, section 4.2 forbids it, and some parsers prefer it to `filename` while others do not know it.
    if (key === "filename*") throw malformed("a part has `filename*`; write the file name as UTF-8 in `filename`");
    if (key !== "name" && key !== "filename") throw malformed("a Content-Disposition header has an unknown parameter");
    if (found.has(key)) throw malformed(`a part has two ${key} parameters`);
    found.set(key, match[2]?.replace(/\\(["\\])/g, "$1") ?? match[3]!);
  }
  const name = found.get("name");
  if (!name) throw malformed("a part has no name");
  if (bytesOf(name) > MAX_NAME_BYTES) throw malformed(`a field name is longer than ${MAX_NAME_BYTES} bytes`);
  const filename = found.get("filename");
  return { name, filename: filename === undefined ? undefined : baseName(filename) };
}

/** The last step of a path: some clients send the whole path of the file on their disk. */
function baseName(filename: string): string {
  const name = filename.split(/[/\\]/).pop() ?? "";
  if (bytesOf(name) > MAX_FILENAME_BYTES) throw malformed(`a file name is longer than ${MAX_FILENAME_BYTES} bytes`);
  return name;
}

const bytesOf = (text: string) => new TextEncoder().encode(text).length;

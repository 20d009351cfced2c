// JSON bodies, read strictly: two readers must not see two requests.

import { concat } from "./chunks.ts";
import { badRequest, tooLarge, unsupportedMediaType, type Refusal } from "./errors.ts";
import { ByteReader } from "./multipart/reader.ts";

/** Deeper than any request; `svg.reasoning.effort` is three. */
const MAX_DEPTH = 16;

const unreadable = (reason: string): Refusal =>
  badRequest(`The body cannot be read as JSON: ${reason}.`, null, "invalid_json");

/** Whether a content type says JSON, and in the only encoding JSON has. */
export function isJson(contentType: string): boolean {
  return /^application\/json\s*(;\s*charset="?utf-8"?\s*)?$/i.test(contentType.trim());
}

/** Reads a JSON object from a request's body of at most so many bytes. */
export async function readJson(request: Request, maxBytes: number): Promise<Record<string, unknown>> {
  if (!isJson(request.headers.get("content-type") ?? ""))
    throw unsupportedMediaType("The Content-Type must be application/json.");
  if (!request.body) throw unreadable("it is empty; send an object");
  return parseObject(await readText(request.body, maxBytes));
}

/** Parses an object whose keys are all different, at every depth. */
export function parseObject(text: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    // Without the runtime's excerpt of the text, which may be a picture.
    const place = /at position \d+|at line \d+ column \d+/.exec((error as Error).message)?.[0];
    throw unreadable(
      text.trim() === ""
        ? "it is empty; send an object"
        : place
          ? `there is a mistake ${place}`
          : "it is cut off or holds a mistake",
    );
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw unreadable("it must be an object");
  const twice = duplicateKey(text);
  if (twice !== undefined)
    throw badRequest(`${twice.slice(0, 64)}: given more than once; keep one`, twice.slice(0, 64), "duplicate_key");
  return value as Record<string, unknown>;
}

async function readText(body: ReadableStream<Uint8Array>, maxBytes: number): Promise<string> {
  const reader = new ByteReader(body, maxBytes);
  const chunks: Uint8Array[] = [];
  try {
    while (await reader.more()) chunks.push(reader.take(reader.bytes.length).slice());
  } finally {
    await reader.finish();
  }
  try {
    // A byte order mark is kept, and refused by the parser: RFC 8259, section 8.1.
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(concat(chunks));
  } catch {
    throw unreadable("it is not UTF-8");
  }
}

/** The first key that an object of a *valid* JSON text has twice. `JSON.parse` keeps the last and tells nobody. */
export function duplicateKey(text: string): string | undefined {
  // For each open bracket: the keys of an object, or nothing for a list.
  const open: (Set<string> | undefined)[] = [];
  const structure = /["{}[\]]/g;
  const colon = /\s*:/y;
  for (let match = structure.exec(text); match; match = structure.exec(text)) {
    const [mark] = match;
    if (mark === "}" || mark === "]") open.pop();
    else if (mark !== '"') {
      if (open.length >= MAX_DEPTH) throw unreadable(`it is nested deeper than ${MAX_DEPTH} levels`);
      open.push(mark === "{" ? new Set() : undefined);
    } else {
      const end = closingQuote(text, match.index);
      structure.lastIndex = colon.lastIndex = end + 1;
      const keys = open.at(-1);
      if (!keys || !colon.test(text)) continue;
      // Keys may be spelled by escapes: "n" and "\u006e" are one.
      const key = JSON.parse(text.slice(match.index, end + 1)) as string;
      if (keys.has(key)) return key;
      keys.add(key);
    }
  }
  return undefined;
}

/** Where the string that opens at `start` closes. By hand, for a string may hold a picture of 20 MB. */
function closingQuote(text: string, start: number): number {
  for (let at = text.indexOf('"', start + 1); ; at = text.indexOf('"', at + 1)) {
    let backslashes = 0;
    while (text[at - 1 - backslashes] === "\\") backslashes++;
    if (backslashes % 2 === 0) return at;
  }
}

/** Refuses a body by its declared length, before any of it is read, and one that is compressed. */
export function refuseEarly(request: Request, maxBytes: number): void {
  // A few bytes could unfold to any length, and nobody compresses pictures twice.
  if (request.headers.has("content-encoding"))
    throw unsupportedMediaType("The body must not be compressed (Content-Encoding).");
  if (Number(request.headers.get("content-length")) > maxBytes)
    throw tooLarge(`The body is larger than ${maxBytes} bytes.`);
}

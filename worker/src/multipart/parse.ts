// A strict streaming reader of multipart/form-data (RFC 7578; RFC 2046, section 5.1).
//
// Our own, because nothing kept does this on workerd: the runtime's `formData()` buffers everything and accepts what others
// refuse (delimiters ended by LF alone, two names, text behind the end), busboy needs Node's streams, and the parsers for
// web streams are lenient by design. A body that two parsers read differently could be priced as one request and answered
// as another; so whatever could be is refused here, and what is accepted is written anew for the upstream.
//
//   body       = first *(CRLF delimiter-line) end
//   first      = "--" boundary CRLF          nothing may come before it
//   part       = 1*(header CRLF) CRLF *OCTET
//   delimiter  = CRLF "--" boundary CRLF     no white space at its end, no other line break
//   end        = CRLF "--" boundary "--" [CRLF]   nothing may come behind it

import { partHeaders, type PartHeaders } from "./headers.ts";
import { malformed } from "./malformed.ts";
import type { ByteReader } from "./reader.ts";
import { Needle } from "./search.ts";

/** All headers of a part together, line ends included. */
export const MAX_HEADER_BYTES = 8 * 1024;

const CR = 13;
const LF = 10;
const DASH = 45;
const BLANK_LINE = new Needle(new Uint8Array([CR, LF, CR, LF]));

/** A part of a form. Its body must be read to its end before the next part is asked for. */
export interface Part extends PartHeaders {
  body: AsyncGenerator<Uint8Array, void>;
}

/** The parts of a form, in their order. Throws a refusal at the first byte that cannot be right. */
export async function* parseForm(reader: ByteReader, boundary: string): AsyncGenerator<Part, void> {
  const dashed = new Needle(new TextEncoder().encode(`--${boundary}`));
  if (!(await reader.atLeast(dashed.length)) || dashed.indexIn(reader.bytes.subarray(0, dashed.length)) !== 0)
    throw malformed("it does not begin with its boundary");
  reader.take(dashed.length);
  while (await anotherPart(reader)) {
    const headers = partHeaders(await headerBlock(reader));
    const state = { ended: false };
    yield { ...headers, body: partBody(reader, dashed, state) };
    if (!state.ended) throw new Error("the body of a part was not read to its end");
  }
  if (reader.bytes.length > 0 || (await reader.more())) throw malformed("there is something behind its end");
}

/** Reads what follows a boundary: CRLF before another part, or two dashes at the end. */
async function anotherPart(reader: ByteReader): Promise<boolean> {
  if (!(await reader.atLeast(2))) throw malformed("it is cut off");
  const [first, second] = reader.take(2);
  if (first === CR && second === LF) return true;
  if (first !== DASH || second !== DASH) throw malformed("a line begins with the boundary and is no delimiter");
  // One line end behind the end is what most writers add.
  if ((await reader.atLeast(2)) && reader.bytes[0] === CR && reader.bytes[1] === LF) reader.take(2);
  return false;
}

async function headerBlock(reader: ByteReader): Promise<Uint8Array> {
  if ((await reader.atLeast(2)) && reader.bytes[0] === CR && reader.bytes[1] === LF)
    throw malformed("a part has no headers");
  for (let searched = 0; ;) {
    const at = BLANK_LINE.indexIn(reader.bytes, searched);
    // The same verdict however the bytes come: without a blank line in so many bytes there is none early enough.
    if (at > MAX_HEADER_BYTES || (at === -1 && reader.bytes.length >= MAX_HEADER_BYTES + BLANK_LINE.length))
      throw malformed(`the headers of a part are longer than ${MAX_HEADER_BYTES} bytes`);
    if (at !== -1) {
      const block = reader.take(at);
      reader.take(BLANK_LINE.length);
      return block;
    }
    searched = Math.max(0, reader.bytes.length - (BLANK_LINE.length - 1));
    if (!(await reader.more())) throw malformed("it is cut off");
  }
}

/**
 * The bytes of a part, as they come. Any line that begins with the boundary ends the part or is refused: parsers differ on
 * lines that end in LF alone, and on lines that go on behind the boundary.
 */
async function* partBody(
  reader: ByteReader,
  dashed: Needle,
  state: { ended: boolean },
): AsyncGenerator<Uint8Array, void> {
  for (let searched = 0, begun = false; ;) {
    const { bytes } = reader;
    const at = dashed.indexIn(bytes, searched);
    if (at !== -1) {
      // The blank line before the content ends in LF as well.
      const before = at === 0 && !begun ? LF : bytes[at - 1];
      if (before !== CR && before !== LF) {
        searched = at + 1;
        continue;
      }
      if (at < 2 || bytes[at - 2] !== CR || before !== LF)
        throw malformed("a delimiter does not follow a CRLF of its own");
      if (at > 2) yield reader.take(at - 2);
      reader.take(2 + dashed.length);
      state.ended = true;
      return;
    }
    // What could be the beginning of a delimiter waits for the next chunk, with the line end before it.
    const safe = bytes.length - (dashed.length - 1) - 2;
    if (safe > 0) {
      yield reader.take(safe);
      begun = true;
    }
    searched = Math.max(0, reader.bytes.length - (dashed.length - 1));
    if (!(await reader.more())) throw malformed("it is cut off");
  }
}

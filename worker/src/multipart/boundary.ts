// The boundary of a multipart content type.

import { malformed } from "./malformed.ts";

/** RFC 2046, section 5.1.1: 1 to 70 of these characters, not ending in a space. */
const BOUNDARY = /^[0-9A-Za-z'()+_,./:=? -]{0,69}[0-9A-Za-z'()+_,./:=?-]$/;
/** A parameter. Clients leave values unquoted that are no tokens by the letter (`=`, `/`), which nobody reads differently. */
const PARAMETER = /\s*;\s*([!#$%&'*+.^_`|~0-9A-Za-z-]+)=(?:"((?:\\["\\]|[^"\\])*)"|([^\s;",]+))/y;

/** The boundary that a content type names; undefined when the type is another than `multipart/form-data`. */
export function boundaryOf(contentType: string): string | undefined {
  const text = contentType.trim();
  const type = /^multipart\/form-data(?=\s*(;|$))/i.exec(text);
  if (!type) return undefined;
  let boundary: string | undefined;
  PARAMETER.lastIndex = type[0].length;
  while (PARAMETER.lastIndex < text.length) {
    const found = PARAMETER.exec(text);
    if (!found) throw malformed("its Content-Type is not well formed");
    if (found[1]!.toLowerCase() !== "boundary") continue;
    // Two readers would choose differently.
    if (boundary !== undefined) throw malformed("its Content-Type names two boundaries");
    boundary = found[2]?.replace(/\\(["\\])/g, "$1") ?? found[3]!;
  }
  if (boundary === undefined)
    throw malformed("its Content-Type has no boundary; let your HTTP client write that header");
  if (!BOUNDARY.test(boundary)) throw malformed("its boundary is not 1 to 70 of the characters RFC 2046 allows");
  return boundary;
}

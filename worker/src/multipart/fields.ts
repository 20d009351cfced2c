// The text fields of a form as values. A form knows text only, so numbers and booleans are spelled; objects are spelled by
// brackets in the names, as OpenAI's own clients do: `svg[reasoning][effort]`.

import { badRequest } from "../errors.ts";
import { malformed } from "./malformed.ts";

/** Fields that are whole numbers, by OpenAI's reference (openai 7.55.0, 2026-11-10). */
const NUMBERS = new Set(["n", "output_compression", "partial_images", "frame_count", "frame_duration_ms"]);
/** Fields that are true or false. */
const BOOLEANS = new Set(["stream"]);

/** The most text fields of a form: more than the operation has, so that its own rule names the one that is unknown. */
const MAX_FIELDS = 48;
/** The most bytes of one: 32,000 characters (openai-openapi, 2026-08-21) of four bytes, and a little. */
export const MAX_FIELD_BYTES = 128 * 1024;

type Value = string | number | boolean | Values;
interface Values {
  [name: string]: Value;
}

/** Collects the text fields of a form. */
export class Fields {
  readonly values: Values = Object.create(null) as Values;
  readonly #names = new Set<string>();

  /** Whether the field has been given. */
  has(name: string): boolean {
    return name in this.values;
  }

  /** Adds a field; refuses a second one of the name, and text that is not UTF-8. */
  add(name: string, bytes: Uint8Array, type: string): void {
    if (this.#names.has(name)) throw badRequest(`${name}: given more than once; keep one`, name, "duplicate_key");
    if (this.#names.size >= MAX_FIELDS) throw malformed(`it has more than ${MAX_FIELDS} text fields`);
    this.#names.add(name);
    this.#set(name, spelled(name, textOf(name, bytes, type)));
  }

  #set(name: string, value: Value): void {
    const path = /^([^[\]]+)((?:\[[^[\]]+\])*)$/.exec(name);
    if (!path) throw badRequest(`${name}: is no name of a field`, name, "unknown_parameter");
    const keys = [path[1]!, ...[...path[2]!.matchAll(/\[([^[\]]+)\]/g)].map((match) => match[1]!)];
    const last = keys.pop()!;
    let values = this.values;
    for (const key of keys) {
      const inner = (values[key] ??= Object.create(null) as Values);
      if (typeof inner !== "object")
        throw badRequest(`${name}: given as a text and as an object`, name, "duplicate_key");
      values = inner;
    }
    if (last in values) throw badRequest(`${name}: given as a text and as an object`, name, "duplicate_key");
    values[last] = value;
  }
}

/** The name and text of each field of a request, objects by brackets: the way back. */
export function* spelledFields(values: Record<string, unknown>, prefix = ""): Generator<[name: string, text: string]> {
  for (const [key, value] of Object.entries(values)) {
    const name = prefix ? `${prefix}[${key}]` : key;
    if (typeof value === "object" && value !== null) yield* spelledFields(value as Record<string, unknown>, name);
    else if (value !== null && value !== undefined) yield [name, String(value)];
  }
}

/** A number or boolean where the field is one and its text spells it; other text stays, and the check says what is wrong. */
function spelled(name: string, text: string): Value {
  if (NUMBERS.has(name) && /^-?(0|[1-9]\d{0,8})$/.test(text)) return Number(text);
  if (BOOLEANS.has(name) && (text === "true" || text === "false")) return text === "true";
  return text;
}

/** Charsets in which ASCII is what it is in UTF-8. */
const SAME_ASCII = /^(us-ascii|ascii|iso-8859-\d+|latin1|windows-125\d)$/;

function textOf(name: string, bytes: Uint8Array, type: string): string {
  const charset = /;\s*charset\s*=\s*"?([^\s;"]+)/i.exec(type)?.[1]?.toLowerCase();
  // Java's clients declare ISO-8859-1 by default; as long as the text is ASCII it is the same text. Of others it is not.
  const unicode = charset === undefined || charset === "utf-8" || charset === "utf8";
  const ascii = charset !== undefined && SAME_ASCII.test(charset);
  if (!unicode && (!ascii || bytes.some((byte) => byte > 127)))
    throw badRequest(`${name}: is declared as ${JSON.stringify(charset)}; send it as UTF-8`, name, "invalid_value");
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw badRequest(`${name}: is not valid UTF-8`, name, "invalid_value");
  }
}

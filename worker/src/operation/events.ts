// Cuts an event stream into its events while it comes in (https://html.spec.whatwg.org/multipage/server-sent-events.html).

const LF = 0x0a;
const CR = 0x0d;

/** A piece of the stream: bytes inside an event, or the blank line that ends it, with all line ends before it. */
export type Piece = { kind: "inside"; bytes: Uint8Array } | { kind: "end"; bytes: Uint8Array };

/**
 * Line ends are held back until what follows is known: an event must not look finished to a reader before it has been
 * looked at here. Blank lines between events belong to no event and are dropped.
 */
export class EventCutter {
  /** Line ends since the last other byte. */
  #ends: number[] = [];
  #inside = false;

  *feed(bytes: Uint8Array): Generator<Piece, void> {
    let start = 0;
    for (let at = 0; at < bytes.length; at++) {
      const byte = bytes[at]!;
      if (byte !== LF && byte !== CR) {
        if (this.#ends.length > 0) {
          if (this.#inside) yield { kind: "inside", bytes: Uint8Array.from(this.#ends) };
          this.#ends = [];
          start = at;
        }
        this.#inside = true;
        // To the next line end at once: a picture is one line of megabytes.
        at = nextLineEnd(bytes, at) - 1;
        continue;
      }
      if (this.#ends.length === 0 && at > start) yield { kind: "inside", bytes: bytes.subarray(start, at) };
      start = at + 1;
      if (!this.#inside) continue;
      this.#ends.push(byte);
      if (lines(this.#ends) < 2) continue;
      yield { kind: "end", bytes: Uint8Array.from(this.#ends) };
      this.#ends = [];
      this.#inside = false;
    }
    if (start < bytes.length) yield { kind: "inside", bytes: bytes.subarray(start) };
  }
}

function nextLineEnd(bytes: Uint8Array, from: number): number {
  const lf = bytes.indexOf(LF, from);
  const end = lf < 0 ? bytes.length : lf;
  const cr = bytes.subarray(from, end).indexOf(CR);
  return cr < 0 ? end : from + cr;
}

/** How many lines these bytes end: CR LF is one. */
function lines(ends: readonly number[]): number {
  return ends.filter((byte, at) => byte === CR || ends[at - 1] !== CR).length;
}

/** What an event says of itself, as far as the worker must know. */
export interface Told {
  type: string;
  /** Whether its data is the whole JSON of an object. */
  whole: boolean;
  usage: unknown;
  error: unknown;
}

/** Reads an event whose pictures were emptied. */
export function told(text: string): Told {
  let name = "";
  const data: string[] = [];
  for (const line of text.split(/\r\n|\r|\n/)) {
    const [, field, value] = /^(event|data): ?(.*)$/.exec(line) ?? [];
    if (field === "event") name = value!;
    if (field === "data") data.push(value!);
  }
  const json = data.join("\n");
  const body = parsed(json);
  const response = objectOf(body["response"]);
  const { message, code } = body;
  // The Responses API writes the fields of an error event beside its type, and those of a failed response inside it.
  const flat = body["type"] === "error" ? { message, code } : undefined;
  return {
    whole: Object.keys(body).length > 0 || json.trim() === "{}",
    type: typeof body["type"] === "string" ? body["type"] : name,
    usage: body["usage"] ?? response["usage"],
    error: body["error"] ?? response["error"] ?? flat,
  };
}

/** The object of a JSON text; an empty one for anything else. */
export function parsed(text: string): Record<string, unknown> {
  try {
    return objectOf(JSON.parse(text));
  } catch {
    return {};
  }
}

const objectOf = (value: unknown): Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};

const COMPLETED = /^(image_generation|image_edit|response)\.completed$/;
/** A response that ended otherwise tells its usage all the same. */
const ENDED = /^response\.(failed|incomplete)$/;

/** What an event means for the operation: it goes on, or this was its end. */
export function meaning({ type }: Told): "on" | "completed" | "failed" | "partial" {
  if (COMPLETED.test(type) || ENDED.test(type)) return "completed";
  if (type === "error") return "failed";
  return type.endsWith("partial_image") ? "partial" : "on";
}

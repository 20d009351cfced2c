// What callers ask for, in each of the ways a request can take through the worker. The prompt carries a mark, so that the
// upstream's book can say which intent a request belongs to: nothing else of a caller reaches it.

import { boundedModel } from "../common/model.ts";
import { form, fields, picture } from "../worker/support/forms.ts";
import { png } from "../worker/support/pictures.ts";

// Not by its name: for Node it is JavaScript, and the compiler would look for its types.
const file = new URL("../../pkg/node.js", import.meta.url).pathname;
export const edge = (await import(file)) as typeof import("gpt-image-edge");

export const MODEL = boundedModel(edge);
const CAT = { model: MODEL, size: "1024x1024", quality: "low", output_format: "webp", output_compression: 10 } as const;

/** JSON and its stream; a form that is checked whole, and one that is sent upstream while it comes in. */
export const KINDS = ["json", "stream", "form", "large form"] as const;
export type Kind = (typeof KINDS)[number];
const FILES: Partial<Record<Kind, Uint8Array>> = { form: png(64, 64), "large form": png(64, 64, { padding: 540_000 }) };

export interface Wish {
  kind: Kind;
  /** Names the intent; and its Idempotency-Key, where it has one. */
  key: string;
  /** A fault of the sandbox. */
  fault?: string | undefined;
  /** How much later than others the upstream answers, in milliseconds. */
  late?: number | undefined;
}

const MARK = /#k=([\w-]+)( late=(\d+))?/;

const promptOf = ({ key, fault, late }: Wish) =>
  `a cat ${fault ? `[[fault:${fault}]] ` : ""}#k=${key}${late ? ` late=${late}` : ""}`;

/** What the mark of a body says, and the body without it: of two requests that only differ by it, the answers are alike. */
export function marked(body: string): { key: string; late: number; rest: string } | undefined {
  const found = MARK.exec(body);
  return found ? { key: found[1]!, late: Number(found[3] ?? 0), rest: body.replace(found[0], "") } : undefined;
}

/** The most that a wish can cost, in nano-dollars. */
export async function most(wish: Wish): Promise<number> {
  const prompt = promptOf(wish);
  const file = FILES[wish.kind];
  const operation = file ? "edit" : "generate";
  const request = {
    ...CAT,
    prompt,
    ...(wish.kind === "stream" && STREAM),
    ...(file && { image: new Blob([file as never]) }),
  };
  const context = await edge.inspectRequest(request as never);
  return Math.round(edge.estimateCost(operation, request as never, context).max! * 1e9);
}

const STREAM = { stream: true, partial_images: 1 };

/** The wish as a request. */
export function asked(wish: Wish, token: string, keyed: boolean): { path: string; init: RequestInit } {
  const prompt = promptOf(wish);
  const headers: Record<string, string> = { authorization: `Bearer ${token}` };
  if (keyed) headers["idempotency-key"] = wish.key;
  const file = FILES[wish.kind];
  if (!file) {
    headers["content-type"] = "application/json";
    const body = JSON.stringify({ ...CAT, prompt, ...(wish.kind === "stream" && STREAM) });
    return { path: "/v1/images/generations", init: { method: "POST", headers, body } };
  }
  const { body, contentType } = form({ parts: [...fields({ ...CAT, prompt }), picture(file)] });
  headers["content-type"] = contentType;
  return { path: "/v1/images/edits", init: { method: "POST", headers, body } };
}

/** Whether an answer is a picture from its beginning to its end. */
export function isWhole(contentType: string | null, text: string): boolean {
  const event = /^data: (\{"type":"image_(?:generation|edit)\.completed".*\})$/m.exec(text)?.[1];
  const json = contentType?.startsWith("text/event-stream") ? event : text;
  try {
    const value = JSON.parse(json ?? "") as { b64_json?: string; data?: { b64_json: string }[] };
    const bytes = Buffer.from(value.b64_json ?? value.data![0]!.b64_json, "base64");
    return bytes.toString("latin1", 8, 12) === "WEBP" && bytes.readUInt32LE(4) + 8 === bytes.length;
  } catch {
    return false;
  }
}

// What a response goes on from: what the user has said, and the pictures that lie on the table.

import { Unreadable } from "./errors.ts";
import type { Memory } from "./memory.ts";

export type Fields = Record<string, unknown>;
export const isObject = (value: unknown): value is Fields => typeof value === "object" && value !== null;

export interface Conversation {
  /** The user's words, oldest turn first. Never empty. */
  said: string[];
  /** Pictures that can be edited, the one that is meant first; at most 16. */
  pictures: Uint8Array[];
  /** The mask of a tool. */
  mask(tool: Fields): Uint8Array | undefined;
  /** The previous response that nobody remembers. */
  unknownPrevious: string | undefined;
}

const MOST_PICTURES = 16;

/** Reads a body that was checked. Throws {@link Unreadable} for what lies elsewhere. */
export function conversation(body: Fields, memory: Memory): Conversation {
  const previousId = typeof body["previous_response_id"] === "string" ? body["previous_response_id"] : undefined;
  const previous = previousId === undefined ? undefined : memory.turn(previousId);
  const drawn: Uint8Array[] = [];
  const given: Uint8Array[] = [];
  const remembered = (id: string) => {
    const base64 = memory.picture(id);
    if (base64) drawn.push(decoded(new TextDecoder().decode(base64), id));
  };
  if (previous?.picture !== undefined) remembered(previous.picture);
  const said = [...(previous?.said ?? [])];
  const { input } = body;
  if (typeof input === "string") said.push(input);
  for (const [index, item] of (Array.isArray(input) ? input : []).entries()) {
    if (!isObject(item)) continue;
    if (item["type"] === "image_generation_call") {
      if (typeof item["result"] === "string") drawn.push(decoded(item["result"], `input[${index}].result`));
      else if (typeof item["id"] === "string") remembered(item["id"]);
      continue;
    }
    const words: string[] = [];
    const { content, role } = item;
    if (typeof content === "string") words.push(content);
    for (const [place, part] of (Array.isArray(content) ? content : []).entries()) {
      if (!isObject(part)) continue;
      if (typeof part["text"] === "string") words.push(part["text"]);
      if (part["type"] === "input_image") given.push(picture(part, `input[${index}].content[${place}]`));
    }
    if (words.length > 0 && role !== "assistant") said.push(words.join(" "));
  }
  if (said.length === 0) said.push("a picture");
  return {
    said,
    // The picture that was drawn last is the one that is spoken of.
    pictures: [...drawn.slice(-1), ...given].slice(0, MOST_PICTURES),
    mask: (tool) => {
      const mask = tool["input_image_mask"];
      return isObject(mask) ? picture(mask, "tools") : undefined;
    },
    unknownPrevious: previous === undefined ? previousId : undefined,
  };
}

/** The picture of a reference. There is no file store here, and no network. */
function picture(reference: Fields, param: string): Uint8Array {
  const url = reference["image_url"];
  if (typeof url !== "string") {
    const id = String(reference["file_id"]).slice(0, 100);
    throw new Unreadable(`File '${id}' not found.`, { param, code: "image_file_not_found" });
  }
  const data = /^data:[^,]*;base64,(.*)$/s.exec(url)?.[1];
  if (data === undefined && /^https:/i.test(url))
    throw new Unreadable(`Failed to download image from ${url.slice(0, 200)}.`, {
      param,
      code: "failed_to_download_image",
    });
  return decoded(data ?? url, param);
}

function decoded(base64: string, param: string): Uint8Array {
  try {
    return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  } catch {
    throw new Unreadable("Invalid base64 image_url.", { param, code: "invalid_base64_image" });
  }
}

// POST /v1/responses with the image_generation tool. There is no language model here: the tool is called once, with what
// the user said as its prompt.

import { Draft, respond, type Opened } from "../../../target/sandbox/gpt_image_edge_sandbox.js";
import { deliver, faultBefore, readBytes } from "./delivery.ts";
import { INVALID, json, refuse, Unreadable, type Refusal } from "./errors.ts";
import { faultInPrompt } from "./faults.ts";
import { usageOf } from "./hostile.ts";
import type { Summary } from "./replies.ts";
import { responseEvents, responseJson } from "./response-body.ts";
import { commonHeaders, now, type Scene } from "./scene.ts";
import { conversation, isObject, type Conversation, type Fields } from "./turns.ts";

export async function responses(scene: Scene): Promise<Response> {
  const type = scene.request.headers.get("content-type") ?? "";
  if (!/^application\/json\b/i.test(type))
    throw new Unreadable(`Invalid Content-Type header (${type || "none"}), expected application/json.`, {
      code: "unsupported_content_type",
    });
  const text = new TextDecoder().decode(await readBytes(scene));
  const judged = JSON.parse(respond(text, now(scene.options))) as { model: string; status?: number; error?: object };
  const body = judged.error ? {} : (JSON.parse(text) as Fields);
  const turn = judged.error ? undefined : conversation(body, scene.memory);
  const found = faultInPrompt(turn?.said.at(-1) ?? "");
  const fault = faultBefore(scene, found.fault, judged.model);
  if (fault instanceof Response) return fault;
  if (judged.error) return json({ error: judged.error }, judged.status ?? 400, commonHeaders(scene));
  if (turn!.unknownPrevious !== undefined) return refuse(notFound(turn!.unknownPrevious), commonHeaders(scene));
  if (found.fault) turn!.said[turn!.said.length - 1] = found.prompt;

  const stream = body["stream"] === true;
  const tool = (body["tools"] as Fields[]).find((tool) => tool["type"] === "image_generation")!;
  const { call, prompt } = open(scene, tool, judged.model, turn!, stream);
  const summary = JSON.parse(call.summary()) as Summary & { error?: Fields };
  if (call.status !== 200) {
    const { status } = call;
    call.free();
    return json(ofTool(summary), status, commonHeaders(scene));
  }
  summary.usage = usageOf(summary.usage, fault);
  const told = { body, tool, summary, prompt, said: turn!.said, fault, pauseMs: scene.options.pauseMs ?? 150 };
  const write = stream ? responseEvents : responseJson;
  return deliver(scene, { call, n: 1, stream, fault, chunks: () => write(call, told, scene.memory) });
}

/** The call of the image tool: an edit where there is a picture to edit. */
function open(scene: Scene, tool: Fields, model: string, turn: Conversation, stream: boolean) {
  const pictures = tool["action"] === "generate" ? [] : turn.pictures;
  // An edit is told what to change; a picture out of nothing is everything that was said.
  const prompt = (pictures.length > 0 ? turn.said.slice(-1) : turn.said).join(". ");
  const draft = new Draft(pictures.length > 0);
  draft.field("model", model);
  draft.field("prompt", prompt);
  for (const [name, value] of Object.entries(tool)) {
    if (["type", "model", "action", "input_image_mask", "partial_images", "moderation"].includes(name)) continue;
    if (value !== null && !isObject(value)) draft.field(name, String(value));
  }
  if (stream) {
    draft.field("stream", "true");
    draft.field("partial_images", String(tool["partial_images"] ?? 0));
  }
  for (const bytes of pictures) draft.file("image", "image", sniffed(bytes), bytes);
  const mask = turn.mask(tool);
  if (mask && pictures.length > 0) draft.file("mask", "mask.png", sniffed(mask), mask);
  return { call: draft.open(now(scene.options)) as Opened, prompt };
}

/** The declared type, which the checks hold against the bytes: it is not the sandbox's own pictures that are to be judged. */
function sniffed(bytes: Uint8Array): string {
  if (bytes[0] === 0xff) return "image/jpeg";
  return bytes[0] === 0x52 ? "image/webp" : "image/png";
}

/** An error about a field of the image call, as one about the tool. */
function ofTool(body: { error?: Fields }): object {
  const { error } = body;
  const param = error?.["param"];
  return { error: { ...error, param: typeof param === "string" && param !== "model" ? "tools" : (param ?? null) } };
}

function notFound(id: string): Refusal {
  return {
    status: 400,
    type: INVALID,
    param: "previous_response_id",
    code: "previous_response_not_found",
    message: `Previous response with id '${id.slice(0, 100)}' not found.`,
  };
}

// The two forms of a response: one JSON body, or its events in the order of recorded ones.

import type { Opened } from "../../../target/sandbox/gpt_image_edge_sandbox.js";
import { STREAM_ERROR, type Fault } from "./faults.ts";
import { randomHex, type Memory } from "./memory.ts";
import { cut, pause, type Summary } from "./replies.ts";
import type { Fields } from "./turns.ts";

/** What there is to tell of a response. */
export interface Told {
  body: Fields;
  tool: Fields;
  summary: Summary;
  /** What the picture was drawn from. */
  prompt: string;
  said: string[];
  fault: Fault | undefined;
  pauseMs: number;
}

const utf8 = new TextEncoder();
/** Recorded replies say nothing beside the picture, and have the events of a text all the same. */
const ANSWER = "";
/** What a language model is told beside the user's words; the number is the sandbox's own. */
const INSTRUCTION_TOKENS = 1500;

class Writer {
  readonly created = Math.floor(Date.now() / 1000);
  readonly id = `resp_${randomHex(25)}`;
  readonly ids = { reasoning: `rs_${randomHex(25)}`, call: `ig_${randomHex(25)}`, message: `msg_${randomHex(25)}` };
  /** Stands where the picture's base64 goes. Random, for what the caller said is in the response too. */
  readonly slot = randomHex(16);
  readonly told: Told;

  constructor(told: Told) {
    this.told = told;
  }

  /** The response as it stands. */
  response(status: string, output: object[], usage: object | null = null): object {
    const { body, tool, summary } = this.told;
    const given = (name: string, otherwise: unknown) => body[name] ?? otherwise;
    const { type: _, ...asked } = tool;
    return {
      id: this.id,
      object: "response",
      created_at: this.created,
      status,
      background: false,
      error: null,
      incomplete_details: null,
      instructions: given("instructions", null),
      max_output_tokens: given("max_output_tokens", null),
      max_tool_calls: given("max_tool_calls", null),
      model: body["model"],
      output,
      parallel_tool_calls: given("parallel_tool_calls", true),
      previous_response_id: given("previous_response_id", null),
      prompt_cache_key: given("prompt_cache_key", null),
      reasoning: given("reasoning", { effort: "medium", summary: null }),
      safety_identifier: given("safety_identifier", null),
      service_tier: usage ? "default" : "auto",
      store: given("store", true),
      temperature: given("temperature", 1),
      text: given("text", { format: { type: "text" }, verbosity: "medium" }),
      tool_choice: given("tool_choice", "auto"),
      tools: [
        {
          type: "image_generation",
          background: "auto",
          moderation: "auto",
          n: 1,
          output_compression: 100,
          output_format: "png",
          quality: "auto",
          size: "auto",
          ...asked,
        },
      ],
      top_logprobs: 0,
      top_p: given("top_p", 1),
      truncation: given("truncation", "disabled"),
      ...(usage && { tool_usage: { image_gen: summary.usage } }),
      usage,
      user: given("user", null),
      metadata: given("metadata", {}),
    };
  }

  /** What the language model is said to have used. */
  usage(): object {
    const input = INSTRUCTION_TOKENS + Math.ceil(this.told.said.join(" ").length / 4);
    const output = 40;
    return {
      input_tokens: input,
      input_tokens_details: { cached_tokens: 0 },
      output_tokens: output,
      output_tokens_details: { reasoning_tokens: 32 },
      total_tokens: input + output,
    };
  }

  readonly reasoning = () => ({ id: this.ids.reasoning, type: "reasoning", summary: [] });

  readonly call = () => {
    const { tool, summary, prompt } = this.told;
    const { background, output_format, quality, size } = summary;
    const action = tool["action"] === "generate" || tool["action"] === "edit" ? { action: tool["action"] } : {};
    return {
      id: this.ids.call,
      type: "image_generation_call",
      status: "completed",
      ...action,
      background,
      output_format,
      quality,
      result: this.slot,
      revised_prompt: prompt,
      size,
    };
  };

  readonly message = (status = "completed", content: object[] = [this.part(ANSWER)]) => ({
    id: this.ids.message,
    type: "message",
    status,
    content,
    role: "assistant",
  });

  readonly part = (text: string) => ({ type: "output_text", annotations: [], logprobs: [], text });
}

/** The body of a plain response. */
export async function* responseJson(call: Opened, told: Told, memory: Memory): AsyncGenerator<Uint8Array> {
  const writer = new Writer(told);
  const { fault } = told;
  const output = fault?.name === "empty" ? [] : [writer.reasoning(), writer.call(), writer.message()];
  const [before = "", after] = JSON.stringify(writer.response("completed", output, writer.usage()), null, 2).split(
    writer.slot,
  );
  yield utf8.encode(before);
  if (after === undefined) return yield utf8.encode("\n");
  const base64 = drawn(call);
  if (fault?.name === "cut") await cut();
  if (fault?.name === "cut-base64") {
    yield base64.subarray(0, Math.floor(base64.length / 2) + 1);
    await cut();
  }
  yield base64;
  if (fault?.name === "badjson") return;
  remember(writer, base64, memory);
  yield utf8.encode(`${after}\n`);
}

/** The events of a streamed response. */
export async function* responseEvents(call: Opened, told: Told, memory: Memory): AsyncGenerator<Uint8Array> {
  const writer = new Writer(told);
  const { fault, summary, pauseMs } = told;
  let sequence_number = 0;
  const event = function* (type: string, fields: Fields, base64?: Uint8Array, inside = false): Generator<Uint8Array> {
    const line = JSON.stringify({ type, sequence_number: sequence_number++, ...fields });
    const [before = "", after] = line.split(writer.slot);
    yield utf8.encode(`event: ${type}\ndata: ${before}`);
    if (after !== undefined && base64) {
      if (inside) return yield base64.subarray(0, Math.floor(base64.length / 2) + 1);
      yield base64;
      yield utf8.encode(after);
    }
    yield utf8.encode("\n\n");
  };
  const at = (output_index: number, item_id: string) => ({ output_index, item_id });
  const item = (kind: "added" | "done", output_index: number, item: object, base64?: Uint8Array) =>
    event(`response.output_item.${kind}`, { output_index, item }, base64);
  const { call: callId, message: messageId } = writer.ids;
  const ofCall = (step: string, fields: Fields = {}, base64?: Uint8Array, inside = false) =>
    event(`response.image_generation_call.${step}`, { ...at(1, callId), ...fields }, base64, inside);

  yield* event("response.created", { response: writer.response("in_progress", []) });
  yield* event("response.in_progress", { response: writer.response("in_progress", []) });
  yield* item("added", 0, writer.reasoning());
  yield* item("done", 0, writer.reasoning());
  yield* item("added", 1, { id: callId, type: "image_generation_call", status: "in_progress" });
  yield* ofCall("in_progress");
  yield* ofCall("generating");
  const { background, output_format, quality, size } = summary;
  const picture = call.draw(0);
  if (!picture) return;
  let base64: Uint8Array;
  try {
    for (let index = 0; index < summary.partial_images; index++) {
      if (fault?.name === "cut" && index > 0) await cut();
      const partial = call.partial_base64(picture, index, summary.partial_images);
      const fields = {
        partial_image_index: index,
        partial_image_b64: writer.slot,
        size,
        quality,
        background,
        output_format,
      };
      yield* ofCall("partial_image", fields, partial, fault?.name === "cut-base64");
      if (fault?.name === "cut-base64") await cut();
      await pause(pauseMs);
    }
    base64 = call.base64(picture);
  } finally {
    picture.free();
  }
  if (fault?.name === "cut") await cut();
  if (fault?.name === "error") {
    const { message, code, param } = STREAM_ERROR.error;
    return yield* event("error", { code, message, param });
  }
  if (fault?.name === "empty") return;
  yield* ofCall("completed");
  if (fault?.name === "cut-base64") {
    yield* event("response.output_item.done", { output_index: 1, item: writer.call() }, base64, true);
    await cut();
  }
  yield* item("done", 1, writer.call(), base64);
  const place = { ...at(2, messageId), content_index: 0 };
  yield* item("added", 2, writer.message("in_progress", []));
  yield* event("response.content_part.added", { ...place, part: writer.part("") });
  yield* event("response.output_text.done", { ...place, text: ANSWER, logprobs: [] });
  yield* event("response.content_part.done", { ...place, part: writer.part(ANSWER) });
  yield* item("done", 2, writer.message());
  remember(writer, base64, memory);
  const output = [writer.reasoning(), writer.call(), writer.message()];
  yield* event("response.completed", { response: writer.response("completed", output, writer.usage()) }, base64);
}

function drawn(call: Opened): Uint8Array {
  const picture = call.draw(0);
  if (!picture) return new Uint8Array();
  try {
    return call.base64(picture);
  } finally {
    picture.free();
  }
}

/** Keeps what the next turn may name, unless the caller forbade it. */
function remember({ id, ids, told }: Writer, base64: Uint8Array, memory: Memory): void {
  if (told.body["store"] === false) return;
  memory.keepPicture(ids.call, base64);
  memory.keep(id, { said: told.said, picture: ids.call });
}

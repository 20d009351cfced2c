// POST /v1/images/generations and /v1/images/edits.

import { Draft } from "../../../target/sandbox/gpt_image_edge_sandbox.js";
import { deliver, faultBefore, readBytes } from "./delivery.ts";
import { Unreadable, json } from "./errors.ts";
import { faultInPrompt, type Fault } from "./faults.ts";
import { usageOf } from "./hostile.ts";
import { parseForm, type Part } from "./multipart.ts";
import { eventBody, jsonBody, type Summary } from "./replies.ts";
import { commonHeaders, now, type Scene, type SandboxOptions } from "./scene.ts";

export async function images(scene: Scene, edit: boolean): Promise<Response> {
  const body = await read(scene, edit);
  const fault = faultBefore(scene, body.fault, body.model);
  if (fault instanceof Response) return fault;
  const draft = new Draft(edit);
  body.fill(draft);
  const call = draft.open(now(scene.options));
  const summary: Summary = JSON.parse(call.summary());
  if (call.status !== 200) {
    const status = call.status;
    call.free();
    return json(summary, status, commonHeaders(scene));
  }
  summary.usage = usageOf(summary.usage, fault);
  const manner = { edit, created: Math.floor(Date.now() / 1000), fault, pauseMs: scene.options.pauseMs ?? 150 };
  const { n, stream } = summary;
  return deliver(scene, {
    call,
    n,
    stream,
    fault,
    chunks: () => (stream ? eventBody : jsonBody)(call, summary, manner),
  });
}

/** A body that has been read, before the module sees it. */
interface Body {
  model: string | undefined;
  fault: Fault | undefined;
  fill(draft: Draft): void;
}

async function read(scene: Scene, edit: boolean): Promise<Body> {
  const { request, options } = scene;
  const type = request.headers.get("content-type") ?? "";
  const bytes = await readBytes(scene);
  if (/^application\/json\b/i.test(type)) return readJson(new TextDecoder().decode(bytes));
  if (edit && /^multipart\/form-data\b/i.test(type)) return readForm(parseForm(bytes, type), options);
  const wanted = edit ? "multipart/form-data or application/json" : "application/json";
  throw new Unreadable(
    `Invalid Content-Type header (${type || "none"}), expected ${wanted}. (HINT: If you're using curl, you can pass -H 'Content-Type: application/json')`,
    { code: "unsupported_content_type" },
  );
}

function readJson(text: string): Body {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    value = undefined;
  }
  const object = typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
  const { model, prompt } = object;
  const found = typeof prompt === "string" ? faultInPrompt(prompt) : undefined;
  // Only a prompt with a fault in it is written anew: the module judges the text as it came.
  const body = found?.fault ? JSON.stringify({ ...object, prompt: found.prompt }) : text;
  return {
    model: typeof model === "string" ? model : undefined,
    fault: found?.fault,
    fill: (draft) => draft.json(body),
  };
}

function readForm(parts: Part[], options: SandboxOptions): Body {
  const utf8 = new TextDecoder();
  const text = (name: string) => {
    const part = parts.findLast((part) => part.fileName === undefined && part.name === name);
    return part && utf8.decode(part.bytes);
  };
  const found = faultInPrompt(text("prompt") ?? "");
  for (const part of parts) if (part.fileName !== undefined && options.strictTypes) demandType(part);
  return {
    model: text("model"),
    fault: found.fault,
    fill(draft) {
      for (const { name, fileName, mediaType, bytes } of parts) {
        // `image[]` and `image[3]` are lists of `image`.
        const field = name.replace(/\[\d*\]$/, "");
        if (fileName !== undefined) draft.file(field, fileName, mediaType ?? "", bytes);
        else draft.field(name, name === "prompt" && found.fault ? found.prompt : utf8.decode(bytes));
      }
    },
  };
}

const ACCEPTED = ["image/jpeg", "image/png", "image/webp"];

function demandType({ name, mediaType }: Part): void {
  const formats = "Supported file formats are 'image/jpeg', 'image/png', and 'image/webp'.";
  if (mediaType === undefined)
    throw new Unreadable(`Invalid file '${name}': missing mimetype. ${formats}`, {
      param: name,
      code: "missing_file_mimetype",
    });
  if (!ACCEPTED.includes(mediaType.toLowerCase()))
    throw new Unreadable(`Invalid file '${name}': unsupported mimetype ('${mediaType}'). ${formats}`, {
      param: name,
      code: "unsupported_file_mimetype",
    });
}

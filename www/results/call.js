// One call: from the card that waits to the picture or the reason why there is none.

import { ImageApiError } from "gpt-image-edge";

import { announce } from "../dom.js";
import { keep } from "../gallery/store.js";
import * as strings from "../strings.js";
import { billing } from "./failure.js";
import { lostCard } from "./lost.js";
import { fileName } from "./picture.js";
import { Run } from "./run.js";
import { answered, underWay } from "./under-way.js";

const $ = (id) => document.getElementById(id);

/**
 * @typedef {object} Task
 * @property {"generate" | "edit" | "respond"} operation
 * @property {object} request
 * @property {object} settings the form's, without the prompt
 * @property {string} [key] the idempotency key; default a new one
 * @property {object} [asked] what the same call can be made of again after the page was closed
 * @property {{ list: HTMLElement, last: boolean, request: object, note: string }} [run] where the card stands and what it says
 * @property {object} [turn] what is known of the conversation before the reply
 * @property {(records: object[]) => void} [onRecords] told what was drawn and kept
 * @property {(key?: string) => void} [again] asks once more
 * @property {{ code: string, text: string, act: () => void }} [instead] what else can be done about an error
 * @property {(record: object, card: HTMLElement) => void} [refine]
 */

/** @param {Task} task */
export async function perform(sender, task) {
  const { operation, request, settings, key = crypto.randomUUID() } = task;
  const signal = sender.begin();
  if (!signal) return;
  sender.showResults();
  const { list = $("runs"), request: shown = request, ...look } = task.run ?? {};
  const run = new Run(list, shown, look);
  $("empty").hidden = true;
  // On a phone the results are below the form.
  run.element.scrollIntoView({
    block: "nearest",
    behavior: matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth",
  });
  announce(strings.drawing);
  underWay(key, operation, shown.prompt, operation === "generate" ? request : task.asked);
  try {
    const result = await call(sender.client(), operation, request, { signal, idempotencyKey: key }, run);
    const card = run.element.closest("#runs > li") ?? run.element;
    const refine = task.refine ?? ((record) => sender.refine(record, card));
    const records = recordsOf(result, shown, settings, run.seconds, task.turn);
    announce(
      run.showResult(result, {
        reuse: sender.reuse,
        refine: (index) => refine(records[index], card),
      }),
    );
    await keepAll(records);
    run.element.dataset.kept = "";
    task.onRecords?.(records);
    sender.dispatchEvent(new CustomEvent("result", { detail: result }));
  } catch (failure) {
    // The same key once more where it may have been billed: a worker that keeps answers draws nothing twice. What cost
    // nothing is a new call, or that worker would give its failure again.
    const kept = billing(failure) === "no" ? undefined : key;
    const again = task.again ?? ((same) => perform(sender, { ...task, key: same }));
    run.showError(failure, {
      again: () => again(kept),
      instead: task.instead?.code === failure.code ? task.instead : undefined,
    });
    sender.dispatchEvent(new CustomEvent("result", { detail: failure }));
    if (failure.param && operation !== "respond")
      sender.composer.addRemote({
        severity: "error",
        code: failure.code,
        param: failure.param,
        message: failure.message,
      });
  } finally {
    // A page that is left ends its calls: that is no answer.
    if (!sender.leaving) answered();
    sender.end();
  }
}

/** Tells of a call that the last visit did not see the end of. */
export function tellLost(sender, record) {
  $("empty").hidden = true;
  const { operation, asked, idempotencyKey: key } = record;
  const again = async () => {
    if (operation !== "respond") return perform(sender, { operation, request: asked, settings: {}, key });
    const conversation = await sender.reopen(asked.from);
    if (!conversation) return announce(strings.lost.gone);
    return conversation.ask(asked, key);
  };
  $("runs").prepend(lostCard(record, again));
}

/** One picture or several, in a stream or whole. */
async function call(client, operation, request, options, run) {
  if (operation === "respond") return turnOf(await responseOf(client, request, options, run));
  if (!request.stream) return operation === "edit" ? client.edit(request, options) : client.generate(request, options);
  const events = operation === "edit" ? client.editStream(request, options) : client.generateStream(request, options);
  let result;
  for await (const event of events) {
    if (event.type === "partial_image") run.showPartial(event.image, event.partial_image_index);
    else if (event.type === "completed") result = { ...event, images: [event.image] };
  }
  return result;
}

async function responseOf(client, request, options, run) {
  if (!request.stream) return client.respond(request, options);
  let response;
  for await (const event of client.respondStream(request, options)) {
    if (event.type === "partial_image") run.showPartial(event.image, event.partial_image_index);
    else if (event.type === "completed") ({ response } = event);
  }
  return response;
}

/** A response as a result: its picture, with what the tool says of it, and the ids that the next turn goes on from. */
function turnOf(response) {
  const drawn = response.output.find(({ type }) => type === "image_generation_call");
  if (!drawn?.image) {
    const { message, code } = drawn?.error ?? response.error ?? {};
    throw new ImageApiError({
      kind: "upstream",
      code: code ?? "no_image",
      message: message || response.text || strings.refine.nothing,
      requestId: response.requestId,
      billed: "unknown",
    });
  }
  const { size, quality, output_format, background, revised_prompt: revised } = drawn;
  return {
    ...{ size, quality, output_format, background, revised },
    images: [drawn.image],
    usage: response.tool_usage?.image_gen,
    cost: response.cost,
    requestId: response.requestId,
    rateLimit: response.rateLimit,
    turn: { response: response.id, call: drawn.id },
  };
}

/** What is kept of the pictures of a result, without the ids that the gallery gives. */
function recordsOf(result, { prompt }, settings, seconds, turn) {
  const facts = {
    size: result.size,
    quality: result.quality,
    output_format: result.output_format,
    background: result.background,
    usd: result.cost && result.cost.usd / result.images.length,
    seconds: Number(seconds.toFixed(1)),
    requestId: result.requestId,
    revised: result.revised,
  };
  const created = new Date().toISOString();
  return result.images.map(({ blob, format, width, height }, index) => ({
    created,
    prompt,
    settings,
    facts: { ...facts, width, height },
    blob,
    name: fileName(prompt, index, format),
    ...(result.turn && { turn: { ...turn, ...result.turn } }),
  }));
}

/** Keeps pictures in the gallery. That it is full or forbidden must not hide what has been drawn. */
async function keepAll(records) {
  for (const record of records) {
    try {
      record.id = await keep(record);
    } catch {
      return announce(strings.notKept);
    }
  }
  return undefined;
}

/** The pictures of a result into the gallery. */
export const store = (result, request, settings, seconds) => keepAll(recordsOf(result, request, settings, seconds));

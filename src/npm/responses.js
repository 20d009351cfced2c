// Replies of the Responses API: the pictures of its image tool, and the text around them.

import { estimateCost } from "./images.js";
import { disposable } from "./dispose.js";
import { ImageApiError } from "./errors.js";
import { costOf, told } from "./results.js";

const listOf = (value) => (Array.isArray(value) ? value : []);
const isDrawing = (item) => item?.type === "image_generation_call";

/** An item with its picture in place of the base64. Pictures that events brought before stay the same objects. */
function itemOf(item, pictures, drawn) {
  if (!isDrawing(item)) return item;
  const { result, ...call } = item;
  if (typeof result !== "string") return call;
  return { ...call, image: drawn?.get(call.id) ?? pictures.take(result, call) };
}

function textOf(output) {
  const parts = output.filter((item) => item?.type === "message").flatMap((item) => listOf(item.content));
  return parts.map((part) => (part?.type === "output_text" ? part.text : "")).join("");
}

/** The model of the image tool: as the reply says, else as it was asked for, else the API's default. */
function toolModel(...askers) {
  const tools = askers.flatMap((asker) => listOf(asker?.tools));
  const tool = tools.find((found) => found?.type === "image_generation" && found.model) ?? { type: "image_generation" };
  return estimateCost("respond", { tools: [tool] }).model;
}

export function responseOf(reply, pictures, head, request, drawn) {
  if (typeof reply !== "object" || reply === null)
    throw new ImageApiError({ kind: "protocol", code: "invalid_json", message: "the reply is no response" });
  const output = listOf(reply.output).map((item) => itemOf(item, pictures, drawn));
  const images = output.flatMap((item) => item?.image ?? []);
  // The tokens of the language model are billed too, at prices that are not the catalogue's.
  const usage = reply.tool_usage?.image_gen;
  const cost = usage ? costOf(toolModel(reply, request), usage) : undefined;
  return disposable({ ...reply, output, images, text: textOf(output), cost, ...told(head) });
}

/** The events of a streamed response; a gateway that answers with a whole body instead gives its end alone. */
export async function* responseEvents(found, request) {
  const drawn = new Map();
  for await (const { partial, image, completed, event, document, pictures, head } of found) {
    const data = JSON.parse(partial ?? image ?? completed ?? event ?? document);
    if (document !== undefined || completed !== undefined) {
      const response = responseOf(document === undefined ? data.response : data, pictures, head, request, drawn);
      yield { type: "completed", response, ...told(head) };
    } else if (partial !== undefined) {
      const { partial_image_b64, ...rest } = data;
      yield { ...rest, type: "partial_image", image: pictures.take(partial_image_b64, data), ...told(head) };
    } else if (image !== undefined) {
      const { item, ...rest } = data;
      const call = itemOf(item, pictures);
      drawn.set(call.id, call.image);
      yield { ...rest, type: "image", item_id: call.id, item: call, image: call.image, ...told(head) };
    } else if (data.type === "response.output_text.delta") {
      yield { ...data, type: "text_delta", ...told(head) };
    } else yield { type: "event", event: data, ...told(head) };
  }
}

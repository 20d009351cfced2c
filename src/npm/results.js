// Replies of the Images API, with pictures in place of the base64.

import { costFromUsage } from "./images.js";
import { disposable } from "./dispose.js";
import { ImageApiError } from "./errors.js";

/** What a usage has cost, where it can be priced. */
export function costOf(model, usage) {
  if (!usage || typeof model !== "string") return undefined;
  try {
    return costFromUsage(model, usage);
  } catch (error) {
    // A model without published prices, or a usage in a form that is not known: no price is better than a wrong one.
    if (error.kind === "user") return undefined;
    throw error;
  }
}

/** What gpt-image-edge's worker says of money: what a call has cost that no usage tells, and what is left to spend. */
export function moneyOf({ headers }) {
  const usd = (name) => {
    const text = headers?.get?.(`x-gpt-image-edge-${name}-usd`);
    return /^\d{1,7}(\.\d{1,9})?$/.test(text) ? Number(text) : undefined;
  };
  return { costUsd: usd("cost"), budgetLeftUsd: usd("budget-left") };
}

/** What the head of a reply tells the caller. */
export const told = ({ requestId, rateLimit, operationId, budgetLeftUsd }) => ({
  requestId,
  rateLimit,
  operationId,
  budgetLeftUsd,
});

/** What a call has cost: as the worker says, else as its usage is priced. */
const paid = (model, usage, { costUsd: usd }) =>
  usd === undefined ? costOf(model, usage) : { currency: "USD", usd, usd_text: String(usd), items: [] };

export function resultOf({ data, ...reply }, pictures, head, { model }) {
  // An item that holds no base64 has no picture: an address, say. That nothing has one is `url_result` or `empty_result`
  // (src/client/session.rs).
  const drawn = Array.isArray(data) ? data.filter((item) => typeof item?.b64_json === "string") : [];
  if (drawn.length === 0)
    throw new ImageApiError({
      kind: "protocol",
      code: "unexpected_reply",
      message: "the server answered with a picture, but not in `data`, where the Images API has them",
      billed: "unknown",
      ...told(head),
    });
  const images = drawn.map((item) => pictures.take(item.b64_json, reply));
  return disposable({ ...reply, images, cost: paid(model, reply.usage, head), ...told(head) });
}

/** Passes events on; an error on the way is given what came before it: it has been paid. */
export async function* keepingPictures(events) {
  const partialImages = [];
  const images = [];
  try {
    for await (const event of events) {
      if (event.type === "partial_image") partialImages.push(event.image);
      else if (event.image) images.push(event.image);
      yield event;
    }
  } catch (error) {
    if (ImageApiError.isInstance(error)) {
      if (partialImages.length > 0) error.partialImages = partialImages;
      if (images.length > 0) error.images = images;
    }
    throw error;
  }
}

/** The events of a streamed call; a gateway that answers with a whole body instead gives the finished pictures alone. */
export async function* imageEvents(found, request) {
  for await (const { partial, image, document, pictures, head } of found) {
    if (document !== undefined) {
      const { images, ...reply } = resultOf(JSON.parse(document), pictures, head, request);
      for (const drawn of images) yield { ...reply, type: "completed", image: drawn };
      continue;
    }
    const { b64_json, ...event } = JSON.parse(partial ?? image);
    const picture = pictures.take(b64_json, event);
    const type = partial !== undefined ? "partial_image" : "completed";
    yield { ...event, type, image: picture, cost: paid(request.model, event.usage, head), ...told(head) };
  }
}

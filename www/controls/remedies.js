// What mends a problem where no value of a field would: the prompt, the pictures and the mask are the person's own.
// strings.js says which there are, and loads with the page; this loads when one is pressed.

import { announce } from "../dom.js";
import * as strings from "../strings.js";
import { redrawn, shrunk, upright } from "./intake.js";

/** Large enough for any model, and far below what a file may have. */
const LONGEST_EDGE = 2048;
const SENT = ["image/png", "image/jpeg", "image/webp"];

/**
 * Does what `strings.remedy` says of a problem.
 * @param {{ code: string, path: (string | number)[] }} issue
 * @param {{ state: import("../state.js").State, model: object, context: object }} composed
 */
export async function mend({ code, path: [field, at = 0] }, { state, model, context }) {
  if (code === "empty_prompt") return state.set("prompt", strings.promptPlaceholder);
  if (code === "prompt_too_long") {
    const characters = [...state.values.prompt];
    return state.set("prompt", characters.slice(0, model.params.prompt.max_characters).join(""));
  }
  if (code === "too_many_images") return state.setFiles({ images: state.images.slice(0, model.edit.max_images) });
  if (field === "mask") return mendMask(code, state, context);
  if (field !== "image") return state.set(field, undefined);
  const file = state.images[at];
  const way = WAYS[code];
  const other = way && (await way(file, context.images?.[at]).catch(() => undefined));
  if (other) return state.replaceImage(file, other);
  if (way) announce(strings.takenOut(file.name));
  return state.removeImage(file);
}

async function mendMask(code, state, { images }) {
  if (code !== "mask_size") return state.removeMask();
  const { mask } = state;
  const [first] = images;
  const scaled = await shrunk(mask, first.width, first.height).catch(() => undefined);
  if (!scaled) announce(strings.takenOut(mask.name));
  // It may have been painted anew meanwhile.
  if (state.mask !== mask) return undefined;
  return scaled ? state.setFiles({ mask: scaled }) : state.removeMask();
}

/** What takes the place of a picture; where there is nothing, or it cannot be read, it is taken out. */
const WAYS = {
  file_too_large: smaller,
  unsupported_image_format: drawn,
  image_color_mode: drawn,
  image_bit_depth: drawn,
  animated_image: drawn,
  image_orientation: upright,
  declared_type: async (file, { format }) => new File([file], file.name, { type: `image/${format}` }),
};

/** As this browser shows it, in a format that is taken. */
async function drawn(file) {
  const bitmap = await createImageBitmap(file);
  const { width, height } = bitmap;
  return redrawn(file, bitmap, width, height, SENT.includes(file.type) ? file.type : "image/png");
}

async function smaller(file) {
  const bitmap = await createImageBitmap(file);
  const scale = Math.min(1, LONGEST_EDGE / Math.max(bitmap.width, bitmap.height));
  const [width, height] = [bitmap.width, bitmap.height].map((edge) => Math.max(1, Math.round(edge * scale)));
  return redrawn(file, bitmap, width, height, file.type);
}

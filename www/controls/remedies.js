// What mends a problem where no value of a field would: the prompt, the pictures and the mask are the person's own.
// strings.js says which there are, and loads with the page; this loads when one is pressed.

import { announce } from "../dom.js";
import * as strings from "../strings.js";
import { redrawn, shrunk, upright } from "./intake.js";

/** Large enough for any model, and far below what a file may have. */
const LONGEST_EDGE = 2048;
const SENT = ["image/png", "image/jpeg", "image/webp"];

/**
 * Does what `strings.remedies` says of a problem.
 * @param {{ code: string, path: (string | number)[] }} issue
 * @param {{ state: import("../state.js").State, model: object, context: object }} composed
 */
export async function mend({ code, path }, { state, model, context }) {
  const { images, mask } = state;
  if (code === "empty_prompt") return state.set("prompt", strings.promptPlaceholder);
  if (code === "prompt_too_long") {
    const characters = [...state.values.prompt];
    return state.set("prompt", characters.slice(0, model.params.prompt.max_characters).join(""));
  }
  if (code === "too_many_images") return state.setFiles({ images: images.slice(0, model.edit.max_images) });
  if (path[0] === "mask") {
    const [first] = context.images;
    return code === "mask_size"
      ? state.setFiles({ mask: await shrunk(mask, first.width, first.height) })
      : state.removeMask();
  }
  if (path[0] !== "image") return state.set(path[0], undefined);
  const at = path[1] ?? 0;
  const file = images[at];
  const other = WAYS[code] && (await WAYS[code](file, context.images[at]).catch(() => undefined));
  if (!other) announce(strings.takenOut(file.name));
  return state.setFiles({ images: images.flatMap((image) => (image === file ? (other ?? []) : image)) });
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

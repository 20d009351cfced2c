// The mask in the form: painted here, or a PNG that exists.

import { button, el } from "../dom.js";
import { field } from "../controls/field.js";
import { later } from "../later.js";
import * as strings from "../strings.js";

/** There is one only while there are pictures. */
export function maskFile(state) {
  const input = el("input", { type: "file", accept: "image/png", class: "visually-hidden", id: "mask-file" });
  const preview = el("img", { class: "mask-preview", alt: strings.maskPreview });
  const paint = button(strings.paintMask, async () => {
    const loaded = await later(() => import("./editor.js"));
    if (!loaded) return;
    const mask = await new loaded.MaskEditor(document.getElementById("mask-dialog")).open(state.images[0], state.mask);
    if (mask) state.setFiles({ mask });
    paint.focus();
  });
  const remove = button(strings.removeMask, () => state.removeMask(), { class: "quiet" });
  const row = el(
    "div",
    { class: "file-row", role: "group" },
    preview,
    paint,
    input,
    el("label", { class: "button", for: "mask-file" }, strings.chooseMask),
    remove,
  );
  const element = field("mask", row, { group: true });
  input.addEventListener("change", () => {
    state.setFiles({ mask: input.files[0] });
    input.value = "";
  });
  let shown;
  return {
    element,
    refresh(model) {
      // A mask that stands is shown even where the model takes none: that is what the problem below is about.
      element.hidden = state.images.length === 0 || (model.edit?.mask === false && !state.mask);
      preview.hidden = remove.hidden = !state.mask;
      if (shown === state.mask) return;
      if (preview.src) URL.revokeObjectURL(preview.src);
      shown = state.mask;
      if (shown) preview.src = URL.createObjectURL(shown);
      else preview.removeAttribute("src");
    },
  };
}

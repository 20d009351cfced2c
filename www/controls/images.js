// The pictures to edit: dropped, pasted or chosen.

import { announce, el } from "../dom.js";
import { later } from "../later.js";
import * as strings from "../strings.js";
import { field } from "./field.js";

export function imageFiles(state) {
  const input = el("input", {
    type: "file",
    multiple: true,
    accept: "image/png,image/jpeg,image/webp",
    class: "visually-hidden",
    id: "image-files",
  });
  const list = el("ol", { class: "thumbnails" });
  const zone = el(
    "div",
    { class: "drop", role: "group" },
    el("label", { class: "button", for: "image-files" }, strings.choose),
    input,
    el("span", { class: "hint" }, strings.dropHint),
    list,
  );

  const add = async (files) => {
    const pictures = [...files];
    if (pictures.length === 0) return;
    zone.setAttribute("aria-busy", "true");
    const intake = await later(() => import("./intake.js"));
    const ready = await Promise.all(pictures.map((file) => intake?.upright(file).catch(() => file)));
    zone.removeAttribute("aria-busy");
    if (!intake) return;
    state.setFiles({ images: [...state.images, ...ready] });
    announce(strings.added(ready.length));
  };
  input.addEventListener("change", () => {
    add(input.files);
    input.value = "";
  });
  listenForDrops(zone, add);

  let shown;
  let thumbnails;
  const element = field("image", zone, { group: true });
  /** The list loads with the first picture. */
  const draw = async (key, context) => {
    thumbnails ??= later(() => import("./thumbnails.js")).then(
      (module) => module && new module.Thumbnails(list, state),
    );
    const rows = await thumbnails;
    if (!rows) thumbnails = shown = undefined;
    else if (key === shown) rows.draw(context);
  };
  return {
    element,
    refresh(model, context) {
      const { images, values } = state;
      const key = images.length
        ? JSON.stringify([model.id, values.input_fidelity, context.images, images.map(id)])
        : "";
      list.hidden = images.length === 0;
      if (key === (shown ?? "")) return;
      shown = key;
      draw(key, context);
    },
  };
}

const ids = new WeakMap();
let count = 0;
/** The same number for the same file. */
function id(file) {
  if (!ids.has(file)) ids.set(file, ++count);
  return ids.get(file);
}

/** Files may be dropped anywhere on the page, and pasted. */
function listenForDrops(zone, add) {
  const carries = (event) => event.dataTransfer?.types.includes("Files");
  addEventListener("dragover", (event) => {
    if (!carries(event)) return;
    event.preventDefault();
    zone.classList.add("over");
  });
  addEventListener("dragleave", (event) => {
    if (!event.relatedTarget) zone.classList.remove("over");
  });
  addEventListener("drop", (event) => {
    zone.classList.remove("over");
    if (!carries(event)) return;
    event.preventDefault();
    add(event.dataTransfer.files);
  });
  document.addEventListener("paste", (event) => {
    if (!event.clipboardData?.files.length) return;
    event.preventDefault();
    add(event.clipboardData.files);
  });
}

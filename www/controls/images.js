// The pictures to edit: dropped, pasted or chosen, put in order, made smaller where that saves money.

import { announce, button, bytes, dollars, el } from "../dom.js";
import { strings } from "../strings.js";
import { field } from "./field.js";
import { shrunk, upright } from "./intake.js";
import { costOfImage, saving } from "./saving.js";

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
  );
  const urls = new Map();
  let model;
  let context = {};

  const add = async (files) => {
    const pictures = [...files];
    if (pictures.length === 0) return;
    zone.setAttribute("aria-busy", "true");
    const ready = await Promise.all(pictures.map((file) => upright(file).catch(() => file)));
    zone.removeAttribute("aria-busy");
    state.setFiles({ images: [...state.images, ...ready] });
    announce(strings.added(ready.length));
  };
  input.addEventListener("change", () => {
    add(input.files);
    input.value = "";
  });
  listenForDrops(zone, add);

  /** Puts another file in the place of one. The mask goes with the first picture in its new size. */
  const shrink = async (file, { width, height }) => {
    const mask = file === state.images[0] && state.mask ? await shrunk(state.mask, width, height) : state.mask;
    const small = await shrunk(file, width, height);
    state.setFiles({ images: state.images.map((other) => (other === file ? small : other)), mask });
    announce(strings.shrunk(width, height));
  };
  const move = (from, to) => {
    const images = [...state.images];
    images.splice(to, 0, ...images.splice(from, 1));
    state.setFiles({ images });
    list.querySelectorAll("li")[to]?.querySelector(".thumb-tools button:not(:disabled)")?.focus();
    announce(strings.moved(to + 1));
  };

  const item = (file, index) => {
    if (!urls.has(file)) urls.set(file, URL.createObjectURL(file));
    const facts = context.images?.[index];
    const request = state.request();
    const cost = costOfImage(request, facts);
    const smaller = facts && saving(request, facts);
    const last = state.images.length - 1;
    const text = [
      facts?.width ? `${facts.width} × ${facts.height}` : "",
      bytes(file.size),
      cost?.tokens && strings.tokens(cost.tokens.toLocaleString(strings.locale), cost.tokens),
      cost && dollars(cost.usd),
    ];
    const row = el(
      "li",
      { draggable: last > 0 ? "true" : undefined },
      el("img", { src: urls.get(file), alt: "" }),
      el(
        "div",
        { class: "thumb-text" },
        el("span", { class: "thumb-name" }, index === 0 && last > 0 ? strings.first(file.name) : file.name),
        el("small", {}, text.filter(Boolean).join(" · ")),
      ),
      el(
        "div",
        { class: "thumb-tools" },
        last > 0 && tool("↑", strings.earlier(file.name), () => move(index, index - 1), index === 0),
        last > 0 && tool("↓", strings.later(file.name), () => move(index, index + 1), index === last),
        tool("×", strings.remove(file.name), () =>
          state.setFiles({ images: state.images.filter((other) => other !== file) }),
        ),
      ),
    );
    if (smaller) {
      const text = strings.shrink(smaller.width, smaller.height, dollars(smaller.usd));
      row.append(button(text, () => shrink(file, smaller), { class: "fix" }));
    }
    dragToOrder(row, index, list, move);
    return row;
  };

  let shown;
  const element = field("image", zone, { group: true });
  zone.append(list);
  return {
    element,
    refresh(info, known) {
      [model, context] = [info, known];
      for (const [file, url] of urls)
        if (!state.images.includes(file)) {
          URL.revokeObjectURL(url);
          urls.delete(file);
        }
      const { input_fidelity: fidelity } = state.values;
      const key = state.images.length ? JSON.stringify([model.id, fidelity, context.images, state.images.map(id)]) : "";
      if (key === shown) return;
      shown = key;
      list.hidden = state.images.length === 0;
      list.replaceChildren(...state.images.map(item));
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

function tool(sign, label, onclick, disabled = false) {
  return el("button", { type: "button", "aria-label": label, title: label, disabled, onclick }, sign);
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

const DRAGGED = "application/x-picture";

/** With a mouse the order is dragged; keys and fingers have the buttons. */
function dragToOrder(row, index, list, move) {
  row.addEventListener("dragstart", (event) => {
    event.dataTransfer.setData(DRAGGED, String(index));
    event.dataTransfer.effectAllowed = "move";
  });
  row.addEventListener("dragover", (event) => {
    if (event.dataTransfer.types.includes(DRAGGED)) event.preventDefault();
  });
  row.addEventListener("drop", (event) => {
    const from = event.dataTransfer.getData(DRAGGED);
    if (from === "" || !list.contains(row)) return;
    event.preventDefault();
    if (Number(from) !== index) move(Number(from), index);
  });
}

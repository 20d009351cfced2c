// The pictures to edit and the mask: dropped, pasted or chosen.

import { el } from "../dom.js";
import { strings } from "../strings.js";
import { field } from "./field.js";

/** The drop zone for the input pictures. */
export function imageFiles(state) {
  const input = el("input", {
    type: "file",
    multiple: true,
    accept: "image/png,image/jpeg,image/webp",
    class: "visually-hidden",
    id: "image-files",
  });
  const list = el("ul", { class: "thumbnails" });
  const zone = el(
    "div",
    { class: "drop" },
    el("label", { class: "button", for: "image-files" }, strings.choose),
    el("span", { class: "hint" }, strings.dropHint),
    input,
  );
  const urls = new Map();
  const add = (files) => state.setFiles({ images: [...state.images, ...files] });

  input.addEventListener("change", () => {
    add(input.files);
    input.value = "";
  });
  for (const kind of ["dragover", "dragleave", "drop"])
    zone.addEventListener(kind, (event) => {
      event.preventDefault();
      zone.classList.toggle("over", kind === "dragover");
      if (kind === "drop") add(event.dataTransfer.files);
    });
  document.addEventListener("paste", (event) => {
    if (event.clipboardData?.files.length) {
      event.preventDefault();
      add(event.clipboardData.files);
    }
  });

  const move = (from, to) => {
    const images = [...state.images];
    images.splice(to, 0, ...images.splice(from, 1));
    state.setFiles({ images });
  };
  const draw = () => {
    for (const [file, url] of urls)
      if (!state.images.includes(file)) {
        URL.revokeObjectURL(url);
        urls.delete(file);
      }
    list.replaceChildren(
      ...state.images.map((file, index) => {
        if (!urls.has(file)) urls.set(file, URL.createObjectURL(file));
        const remove = () => state.setFiles({ images: state.images.filter((other) => other !== file) });
        return el(
          "li",
          {},
          el("img", { src: urls.get(file), alt: file.name }),
          index > 0 &&
            el(
              "button",
              { type: "button", "aria-label": strings.earlier(file.name), onclick: () => move(index, 0) },
              "1",
            ),
          el(
            "button",
            { type: "button", class: "remove", "aria-label": strings.remove(file.name), onclick: remove },
            "×",
          ),
        );
      }),
    );
    list.hidden = state.images.length === 0;
  };
  state.addEventListener("files", draw);
  draw();
  zone.append(list);
  return field("image", zone, { group: true });
}

/** The mask; there is one only while there are pictures. */
export function maskFile(state) {
  const input = el("input", { type: "file", accept: "image/png", class: "visually-hidden", id: "mask-file" });
  const name = el("span", { class: "filename" });
  const remove = el("button", { type: "button", class: "quiet", onclick: () => state.removeMask() }, "×");
  const row = el(
    "div",
    { class: "file-row" },
    el("label", { class: "button", for: "mask-file" }, strings.chooseMask),
    input,
    name,
    remove,
  );
  const element = field("mask", row, { group: true });
  input.addEventListener("change", () => {
    state.setFiles({ mask: input.files[0] });
    input.value = "";
  });
  const draw = () => {
    element.hidden = state.images.length === 0;
    name.textContent = state.mask?.name ?? "";
    remove.hidden = !state.mask;
    remove.setAttribute("aria-label", strings.remove(state.mask?.name ?? ""));
  };
  state.addEventListener("files", draw);
  draw();
  return element;
}

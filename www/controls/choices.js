// One of a few words, as a row of radio buttons; the first is "the API's default".

import { el } from "../dom.js";
import { field } from "./field.js";

/** @param {(value: string) => Node | string} draw what a choice looks like */
export function choices(param, state, draw = (value) => value) {
  const row = el("div", { class: "choices", role: "radiogroup" });
  const element = field(param, row, { group: true });
  return {
    element,
    /** Offers these values; hides the field where there are none. */
    offer(values, fallback) {
      element.hidden = values.length === 0;
      const chosen = state.values[param] ?? fallback;
      // A value that the model does not offer stays visible: it is what the problem below is about.
      const shown = chosen === undefined || values.includes(chosen) ? values : [...values, chosen];
      row.replaceChildren(
        ...shown.map((value) => {
          const input = el("input", {
            type: "radio",
            name: param,
            value,
            checked: value === chosen,
            onchange: () => state.set(param, value),
          });
          return el("label", { class: "choice" }, input, el("span", {}, draw(value)));
        }),
      );
    },
  };
}

/** A small drawing of a size's ratio, with the size below. */
export function ratio(size) {
  const [width, height] = size.split("x").map(Number);
  if (!width || !height) return size;
  const scale = 26 / Math.max(width, height);
  const shape = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  shape.setAttribute("viewBox", "0 0 30 30");
  shape.setAttribute("class", "ratio");
  shape.setAttribute("aria-hidden", "true");
  const rect = document.createElementNS("http://www.w3.org/2000/svg", "rect");
  const box = {
    x: 15 - (width * scale) / 2,
    y: 15 - (height * scale) / 2,
    width: width * scale,
    height: height * scale,
    rx: 3,
  };
  for (const [name, value] of Object.entries(box)) rect.setAttribute(name, value);
  shape.append(rect);
  return el("span", { class: "ratio-choice" }, shape, size);
}

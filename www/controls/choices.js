// One of a few words, as a row of radio buttons. Words that only other models take are shown too, with who takes them.

import { el, fill, svg, write } from "../dom.js";
import * as strings from "../strings.js";
import { field } from "./field.js";

/**
 * @param {(value: string) => void} set
 * @param {object} [options]
 * @param {(value: string) => Node | string} [options.draw] what a choice looks like
 * @param {string} [options.kind] the classes of the row
 * @param {Node[]} [options.after] what stands below the row
 */
export function choices(param, set, { draw = (value) => value, kind = "choices", after } = {}) {
  const row = el("div", { class: kind, role: "radiogroup" });
  const note = el("p", { class: "hint lacking" });
  const element = field(param, row, { group: true, after, note });
  let shown;
  return {
    element,
    row,
    /**
     * @param {string[]} values what may be chosen
     * @param {string | undefined} chosen
     * @param {string[]} others what other models take
     * @param {string} why whose `others` are
     */
    offer(values, chosen, others = [], why = "") {
      // A value that nobody offers stays visible: it is what the problem below is about.
      const strange = chosen === undefined || values.includes(chosen) || others.includes(chosen) ? [] : [chosen];
      const key = JSON.stringify([values, others, strange, why]);
      if (key !== shown) {
        shown = key;
        const option = (value, off) => {
          const input = el("input", { type: "radio", name: param, value, disabled: off, onchange: () => set(value) });
          return el("label", { class: off ? "choice off" : "choice" }, input, el("span", {}, draw(value)));
        };
        // What cannot be chosen can be left all the same when it has been: it is no longer disabled then.
        fill(
          row,
          ...[...values, ...strange].map((value) => option(value, false)),
          ...others.map((value) => option(value, true)),
        );
        write(note, why);
        note.hidden = !why;
      }
      for (const input of row.querySelectorAll("input")) {
        input.checked = input.value === chosen;
        input.disabled = others.includes(input.value) && input.value !== chosen;
      }
    },
  };
}

/** A drawing of a ratio, in a box of 30. */
export function shape(width, height, attributes = {}) {
  const scale = 24 / Math.max(width, height);
  const [across, down] = [width * scale, height * scale];
  return svg(
    "svg",
    { viewBox: "0 0 30 30", class: "ratio", "aria-hidden": "true", ...attributes },
    svg("rect", { x: 15 - across / 2, y: 15 - down / 2, width: across, height: down, rx: 2.5 }),
  );
}

/** "xhigh, max: GPT Image 2.5 Flare and 3 more." */
export function lackingText(words, catalogue, param) {
  if (words.length === 0) return "";
  const whose = new Map();
  for (const word of words) {
    const names = strings.some(catalogue.offering(param, word).map((model) => model.name));
    whose.set(names, [...(whose.get(names) ?? []), word]);
  }
  return [...whose].map(([names, group]) => strings.onlyWith(group, names)).join(" ");
}

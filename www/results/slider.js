// Before and after: two pictures on each other, and a slider that uncovers one.

import { el, styled } from "../dom.js";
import * as strings from "../strings.js";

/**
 * @param {HTMLImageElement} after the finished picture, already shown
 * @param {Blob} before
 * @param {(url: string) => void} keep told the address that has to be revoked
 */
export function beforeAfter(after, before, keep) {
  const url = URL.createObjectURL(before);
  keep(url);
  const under = el("img", { class: "before", src: url, alt: strings.altBefore, draggable: "false" });
  const range = el("input", { type: "range", min: 0, max: 100, value: 50, step: 1, "aria-label": strings.slider });
  const frame = el(
    "div",
    { class: "slider" },
    after,
    under,
    el("span", { class: "slider-line", "aria-hidden": "true" }),
    range,
  );
  const move = () => styled(frame, { "--at": `${range.value}%` });
  range.addEventListener("input", move);
  move();
  return frame;
}

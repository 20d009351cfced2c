// A number within bounds: typed, slid, or counted up and down.

import { el, write } from "../dom.js";
import * as strings from "../strings.js";
import { field } from "./field.js";

export function numberField(param, state, { range = false, stepper = false } = {}) {
  const value = el("output", { class: "count", for: `field-${param}` });
  const input = el("input", { type: range ? "range" : "number", name: param, inputmode: "numeric" });
  const set = () => state.set(param, input.value === "" ? undefined : Number(input.value));
  input.addEventListener("input", set);
  let rule;
  const step = (by) => {
    const now = Number(input.value || rule.default);
    state.set(param, Math.min(rule.max, Math.max(rule.min, now + by)));
    input.value = state.values[param];
  };
  const button = (by, sign, label) =>
    el("button", { type: "button", class: "step", "aria-label": label, onclick: () => step(by) }, sign);
  const around = stepper
    ? el("div", { class: "stepper" }, button(-1, "−", strings.fewer), input, button(1, "+", strings.more1))
    : input;
  const element = field(param, input, { around, beside: range && value });
  return {
    element,
    refresh(next, { shown }) {
      rule = next?.published === false ? undefined : next;
      element.hidden = !shown || (!next && state.values[param] === undefined);
      input.min = rule?.min ?? "";
      // A number field shows what was typed, also when it is too large: the problem below says so.
      input.max = range ? (rule?.max ?? "") : "";
      const now = state.values[param] ?? rule?.default ?? "";
      if (document.activeElement !== input || input.value === "") input.value = now;
      if (range) write(value, strings.percent(now));
    },
  };
}

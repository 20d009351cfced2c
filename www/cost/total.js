// What it will cost, while it is being written: in short beside the button. bill.js has it in full.

import { dollars, el, interval } from "../dom.js";
import * as strings from "../strings.js";

/** The line beside the button. */
export function showTotal(box, estimate) {
  const { expected } = estimate;
  const text = [expected === null ? strings.unknown : dollars(expected), range(estimate)];
  const key = text.join("|");
  if (box.dataset.key === key) return;
  box.dataset.key = key;
  box.replaceChildren(
    el("span", { class: "visually-hidden" }, `${strings.billTitle}: `),
    el("strong", { id: "expected" }, text[0]),
    el("span", { class: "range" }, text[1]),
  );
}

function range(estimate) {
  const { min, expected, max } = estimate;
  if (min === max) return strings.exactly;
  if (min === 0 && expected === null) return strings.noPriceYet;
  if (expected === null || max === null) return strings.atLeast(dollars(min));
  const text = interval(estimate);
  // Bounds that look the same tell nothing.
  return text === dollars(expected) ? strings.expected : text;
}

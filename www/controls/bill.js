// What it will cost, while it is being written.

import { dollars, el } from "../dom.js";
import { strings } from "../strings.js";

/** Draws an estimate of the package. */
export function showBill(section, estimate) {
  const items = estimate.items.filter((item) => item.usd.max > 0);
  const rows = items.map((item) => {
    const { min, max } = item.usd;
    const amount = min === max ? dollars(max) : `${dollars(min)} – ${dollars(max)}`;
    return el("tr", {}, el("th", { scope: "row" }, strings.kinds[item.kind]), el("td", {}, amount));
  });
  const exact = estimate.min === estimate.max;
  section.replaceChildren(
    el("h3", { id: "bill-title" }, strings.billTitle),
    el(
      "p",
      { class: "amount" },
      el("strong", { id: "expected" }, dollars(estimate.expected)),
      exact ? "" : ` ${strings.expected}, ${strings.range(dollars(estimate.min), dollars(estimate.max))}`,
    ),
    el(
      "p",
      { class: "hint" },
      strings.basis[estimate.basis],
      ...(estimate.notes ?? []).map((note) => ` ${note[0].toUpperCase()}${note.slice(1)}.`),
    ),
    el("table", {}, el("tbody", {}, ...rows)),
  );
}

// What it will cost, while it is being written.

import { dollars, el } from "../dom.js";
import { strings } from "../strings.js";

/** Draws an estimate of the package. */
export function showBill(section, estimate) {
  const items = estimate.items.filter((item) => item.usd.max !== 0);
  const rows = items.map((item) => {
    const { min, expected, max } = item.usd;
    // Nobody can tell what has no bound; what is expected is the best there is to show.
    const open = expected === null ? strings.unknown : strings.about(dollars(expected));
    const amount = max === null ? open : min === max ? dollars(max) : `${dollars(min)} – ${dollars(max)}`;
    return el("tr", {}, el("th", { scope: "row" }, strings.kinds[item.kind]), el("td", {}, amount));
  });
  const { min, expected, max } = estimate;
  const least = max === null ? strings.atLeast(dollars(min)) : strings.range(dollars(min), dollars(max));
  section.replaceChildren(
    el("h3", { id: "bill-title" }, strings.billTitle),
    el(
      "p",
      { class: "amount" },
      el("strong", { id: "expected" }, expected === null ? strings.unknown : dollars(expected)),
      min === max ? "" : ` ${expected === null ? least : `${strings.expected}, ${least}`}`,
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

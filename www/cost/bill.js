// What it will cost, in full: loads when somebody opens it.

import { dollars, el, interval } from "../dom.js";
import * as strings from "../strings.js";

/** What the estimate is made of. */
export function showBill(section, estimate) {
  const rows = estimate.items
    .filter((item) => item.usd.max !== 0)
    .map((item) => {
      const { expected, max } = item.usd;
      // Nobody can tell what has no bound; what is expected is the best there is to show.
      const open = expected === null ? strings.unknown : strings.about(dollars(expected));
      return [strings.kinds[item.kind], tokens(item.tokens), max === null ? open : interval(item.usd)];
    });
  const key = JSON.stringify([rows, estimate.basis, estimate.notes, estimate.prices_as_of]);
  if (section.dataset.key === key) return;
  section.dataset.key = key;
  section.replaceChildren(
    el(
      "table",
      {},
      el("caption", { class: "visually-hidden" }, strings.billTitle),
      el(
        "tbody",
        {},
        ...rows.map(([kind, count, usd]) =>
          el("tr", {}, el("th", { scope: "row" }, kind), el("td", {}, count), el("td", {}, usd)),
        ),
      ),
    ),
    el(
      "p",
      { class: "hint" },
      [strings.basis[estimate.basis], estimate.prices_as_of && strings.pricesAsOf(estimate.prices_as_of)]
        .concat((estimate.notes ?? []).map((note) => `${note[0].toUpperCase()}${note.slice(1)}.`))
        .filter(Boolean)
        .join(" "),
    ),
  );
}

function tokens(count) {
  if (!count || count.max === null) return "";
  const text = strings.number;
  return strings.tokens(
    count.min === count.max ? text(count.min) : `${text(count.min)} – ${text(count.max)}`,
    count.max,
  );
}

// The card of a call that was under way when the page was closed.

import { button, el } from "../dom.js";
import * as strings from "../strings.js";

/** @param {() => void} again asks for the same call, by the same key */
export function lostCard({ prompt, started, asked }, again) {
  const card = el(
    "li",
    { class: "run" },
    el("p", { class: "prompt" }, prompt),
    el(
      "div",
      { class: "notice", role: "status" },
      el("h3", {}, strings.lost.title),
      el("p", {}, strings.lost.text(strings.when(started))),
      el(
        "div",
        { class: "failure-actions" },
        asked &&
          button(strings.lost.again, () => {
            card.remove();
            again();
          }),
        button(strings.lost.dismiss, () => card.remove()),
      ),
    ),
  );
  return card;
}

// A call that was under way when the page was closed: remembered until its answer is there, so that nobody wonders.

import { button, el } from "../dom.js";
import { strings } from "../strings.js";

const KEY = "gpt-image-edge-under-way";

/** Remembers a call by its idempotency key. Files cannot be kept here: an edit can only be told of, not asked for again. */
export function underWay(idempotencyKey, operation, request) {
  const asked = operation === "generate" ? request : undefined;
  const record = { idempotencyKey, operation, prompt: request.prompt, started: new Date().toISOString(), asked };
  try {
    localStorage.setItem(KEY, JSON.stringify(record));
  } catch {
    // Full, or not allowed: then a lost call goes unnoticed, as everywhere else.
  }
}

export function answered() {
  localStorage.removeItem(KEY);
}

/** What was lost, once: it is told, and then forgotten. */
export function lost() {
  try {
    const record = JSON.parse(localStorage.getItem(KEY) ?? "null");
    answered();
    return record ?? undefined;
  } catch {
    return undefined;
  }
}

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

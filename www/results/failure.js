// A call that failed: what happened, whose fault it is, what to do, whether it was billed, and what to name when asking.

import { button, el } from "../dom.js";
import * as strings from "../strings.js";
import { copyText, factList } from "./picture.js";

/** Codes that say more than their kind. */
const advice = (error) => strings.error.codes[error.code] ?? strings.error.kinds[error.kind] ?? strings.error.other;

/**
 * @param {{ again?: () => void, instead?: { text: string, act: () => void } }} options `again` sends the same request once
 *   more, `instead` does what leads on where that does not
 */
export function failure(error, { again, instead } = {}) {
  const { whose, todo } = advice(error);
  const billed = strings.error.billed[billing(error)];
  const retry = again && error.kind !== "user" && error.kind !== "moderation" && button(strings.again, again);
  if (retry && error.retryAfterMs) countDown(retry, error.retryAfterMs);
  return el(
    "div",
    { class: "failure", role: "alert" },
    el("h3", {}, error.kind === "aborted" ? strings.error.cancelled : strings.error.title),
    el("p", {}, error.message),
    factList([
      [strings.error.whose, whose],
      [strings.error.todo, todo],
      [strings.error.cost, billed],
      [strings.error.attempts, error.attempts > 1 ? String(error.attempts) : undefined],
      [strings.error.categories, error.moderation?.categories?.join(", ")],
      [strings.error.code, error.code ?? error.kind],
    ]),
    el(
      "div",
      { class: "failure-actions" },
      instead ? button(instead.text, instead.act) : retry,
      error.requestId &&
        button(strings.copyRequestId, ({ currentTarget }) => copyText(error.requestId, currentTarget), {
          title: error.requestId,
        }),
      error.requestId && el("span", { class: "meta" }, strings.error.requestId(error.requestId)),
    ),
  );
}

/** What is known of the bill: the package says it where it can; what was refused as it stands costs nothing. */
export function billing(error) {
  if (error.billed) return error.billed;
  return ["user", "auth", "account", "quota", "rate"].includes(error.kind) ? "no" : "unknown";
}

/** A button that waits for as long as the other side asks. */
function countDown(pressed, ms) {
  const text = pressed.textContent;
  const end = performance.now() + ms;
  const tick = () => {
    const left = Math.ceil((end - performance.now()) / 1000);
    pressed.disabled = left > 0;
    pressed.textContent = left > 0 ? strings.againIn(text, left) : text;
    if (left > 0) setTimeout(tick, 250);
  };
  tick();
}

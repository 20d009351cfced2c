// Everything that is wrong, in one list: each with its reason, its fix, and the way to its field.

import { button, el } from "../dom.js";
import * as strings from "../strings.js";
import { fixButton, focusField } from "./field.js";

/**
 * @param {{ apply: (issue) => void, applySafe: () => void }} what `applySafe` mends all that has one safe answer
 */
export function showChecks(section, issues, { apply, applySafe }) {
  const key = JSON.stringify(issues);
  if (section.dataset.key === key) return;
  section.dataset.key = key;
  section.hidden = issues.length === 0;
  const errors = issues.filter(({ severity }) => severity === "error").length;
  const safe = issues.filter(({ fix }) => fix?.applicability === "safe").length;
  section.replaceChildren(
    el(
      "div",
      { class: "section-row" },
      el("h3", { id: "problems-title" }, strings.problemsTitle(errors, issues.length - errors)),
      safe > 1 && button(strings.fixAll(safe), applySafe, { class: "fix" }),
    ),
    el("ul", { class: "checks" }, ...issues.map((issue) => check(issue, apply))),
  );
}

function check(issue, apply) {
  // The message begins with the field's name, which is the link to it.
  const text = issue.message.replace(new RegExp(`^${escape(issue.param)}: `), "");
  return el(
    "li",
    { class: issue.severity },
    el("span", { class: "visually-hidden" }, strings.severity[issue.severity]),
    el(
      "span",
      { class: "check-text" },
      button(strings.labels[issue.param] ?? issue.param, () => focusField(issue.param), { class: "link" }),
      ` ${text}`,
      issue.source && reason(issue),
    ),
    fixButton(issue, issue.path && apply),
  );
}

/** Where the rule comes from: an address is a link, anything else is text. */
function reason({ code, source }) {
  const url = /^https:\/\/\S+/.exec(source ?? "")?.[0];
  return el(
    "small",
    { class: "reason" },
    `${strings.rule} `,
    url ? el("a", { href: url, rel: "noreferrer", target: "_blank" }, code) : `${code}`,
  );
}

const escape = (text) => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");

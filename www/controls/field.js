// A field: its label, its control, its hint, and the problems that are about it.

import { el } from "../dom.js";
import { strings } from "../strings.js";

const fields = new Map();

/** Wraps a control. `param` is the name in the request; problems with it appear below the control. */
export function field(param, control, { group = false, note } = {}) {
  const id = `field-${param}`;
  const hint = strings.hints[param];
  const problems = el("ul", { class: "field-problems", id: `${id}-problems` });
  const describedBy = [hint && `${id}-hint`, `${id}-problems`].filter(Boolean).join(" ");
  control.setAttribute("aria-describedby", describedBy);
  const label = strings.labels[param];
  const below =
    (hint || note) && el("div", { class: "below" }, hint && el("p", { class: "hint", id: `${id}-hint` }, hint), note);
  const parts = [control, below, problems];
  const element = group
    ? el("fieldset", { class: "field", "data-param": param }, el("legend", {}, label), ...parts)
    : el("div", { class: "field", "data-param": param }, el("label", { for: id }, label), ...parts);
  if (!group) control.id = id;
  fields.set(param, { element, control, problems });
  return element;
}

/** The field that a `param` of the API belongs to: `image[2]` is about the images. */
function fieldOf(param) {
  const name = param.replace(/[[.].*$/, "");
  return fields.get(name === "stream" ? "partial_images" : name);
}

/** Puts every issue beside its field. `apply` is called with an issue whose fix was pressed. Gives those without a field. */
export function showIssues(issues, apply) {
  for (const { problems, control } of fields.values()) {
    problems.replaceChildren();
    control.removeAttribute("aria-invalid");
  }
  const elsewhere = [];
  for (const issue of issues) {
    const target = fieldOf(issue.param ?? "");
    if (!target) {
      elsewhere.push(issue);
      continue;
    }
    target.problems.append(issueItem(issue, apply));
    if (issue.severity === "error") target.control.setAttribute("aria-invalid", "true");
  }
  return elsewhere;
}

export function issueItem(issue, apply) {
  const fixable = issue.fix && issue.fix.applicability !== "display_only" && apply;
  const fix =
    fixable &&
    el("button", { type: "button", class: "fix", onclick: () => apply(issue) }, strings.fix(issue.fix.value));
  return el("li", { class: issue.severity }, el("span", {}, issue.message), fix);
}

/** Brings the first field with an error into view, in the order of the page. */
export function focusFirstError() {
  const control = document.querySelector('[aria-invalid="true"]');
  const target = control?.matches("input, textarea, select") ? control : control?.querySelector("input, button");
  target?.focus();
}

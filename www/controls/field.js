// A field: its label, its control, its hint, and the problems that are about it.

import { button, el } from "../dom.js";
import * as strings from "../strings.js";

const fields = new Map();

/**
 * Wraps a control, or what stands `around` it. `param` is the name in the request; problems with it appear below the
 * control and what comes `after` it.
 */
export function field(param, control, { group = false, around = control, after = [], note, beside, last } = {}) {
  const id = `field-${param}`;
  const hint = strings.hints[param];
  const problems = el("ul", { class: "field-problems", id: `${id}-problems` });
  if (note) note.id ||= `${id}-note`;
  control.setAttribute(
    "aria-describedby",
    [hint && `${id}-hint`, note && note.id, `${id}-problems`].filter(Boolean).join(" "),
  );
  const label = strings.labels[param];
  const parts = [around, ...after, hint && el("p", { class: "hint", id: `${id}-hint` }, hint), note, problems, last];
  const title = group ? el("legend", {}, label) : el("label", { for: id }, label);
  const element = el(
    group ? "fieldset" : "div",
    { class: "field", "data-param": param },
    beside && !group ? el("div", { class: "label-row" }, title, beside) : [title, beside],
    ...parts,
  );
  if (group) control.setAttribute("aria-label", label);
  else control.id = id;
  fields.set(param, { element, control, problems, shown: "" });
  return element;
}

/** Takes a field that stands in the page already. */
export function adopt(param, element, control) {
  fields.set(param, { element, control, problems: element.querySelector(".field-problems"), shown: "" });
}

/** Where the fields of the API that have no control of their own are set. */
const WITHIN = { stream: "partial_images" };

/** The field that a `param` of the API belongs to: `image[2]` is about the images, `svg.model` about the writer. */
function fieldOf(param) {
  return fields.get(param.replaceAll(".", "_")) ?? fields.get(WITHIN[param] ?? param.replace(/[[.].*$/, ""));
}

/** Puts every issue beside its field. `apply` is called with an issue whose fix was pressed. */
export function showIssues(issues, apply) {
  const mine = new Map();
  for (const issue of issues) {
    const target = fieldOf(issue.param ?? "");
    if (target) mine.set(target, [...(mine.get(target) ?? []), issue]);
  }
  for (const target of fields.values()) {
    const list = mine.get(target) ?? [];
    const key = JSON.stringify(list);
    // Most key strokes change nothing here.
    if (key === target.shown) continue;
    target.shown = key;
    target.problems.replaceChildren(...list.map((issue) => issueItem(issue, apply)));
    if (list.some(({ severity }) => severity === "error")) target.control.setAttribute("aria-invalid", "true");
    else target.control.removeAttribute("aria-invalid");
  }
}

export function issueItem(issue, apply) {
  return el("li", { class: issue.severity }, el("span", {}, issue.message), fixButton(issue, apply));
}

/** What mends an issue with one press, if anything does: what the package offers, or what the page does. */
export function fixButton(issue, apply) {
  const { fix, remedy } = issue;
  const text = fix && fix.applicability !== "display_only" ? strings.fix(fix.value) : remedy;
  return apply && text && button(text, () => apply(issue), { class: "fix" });
}

/** Brings the control of a `param` into view and gives it the focus. */
export function focusField(param) {
  const target = fieldOf(param);
  if (!target) return;
  for (let parent = target.element.parentElement; parent; parent = parent.parentElement)
    if (parent instanceof HTMLDetailsElement) parent.open = true;
  const { control } = target;
  const inside = control.matches("input, textarea, select")
    ? control
    : (control.querySelector("input:checked") ?? control.querySelector("input:not(:disabled), button, select"));
  inside?.focus();
  target.element.scrollIntoView({ block: "center" });
}

// The same request as code, to be copied.

import { button, el } from "../dom.js";
import { copyText } from "../results/picture.js";
import * as strings from "../strings.js";
import { curl } from "./curl.js";
import { edgePackage, officialPackage } from "./javascript.js";
import { python } from "./python.js";

/** The languages of a request of the Images API. */
export const IMAGES = { curl, edge: edgePackage, openai: officialPackage, python };
const OPENAI = { baseURL: "https://api.openai.com/v1", variable: "OPENAI_API_KEY" };

/**
 * @param {string} baseURL of this worker
 * @param {{ languages: object, name: string }} what the request in every language, and a word that no other panel has
 */
export function codePanel(section, baseURL, { languages, name: prefix }) {
  const worker = { baseURL, variable: "IMAGES_TOKEN" };
  let language = "curl";
  let target = worker;
  let request;
  const code = el("code", {});
  const copied = button(strings.copy, ({ currentTarget }) => copyText(code.textContent, currentTarget));
  const hint = el("p", { class: "hint" });
  const warning = el("p", { class: "hint code-warning" });
  const draw = () => {
    if (!request) return;
    code.textContent = languages[language](request, target);
    hint.textContent = [
      strings.code.key(target.variable, target === OPENAI),
      request.file && strings.code.file(request.file.name),
      target === OPENAI && request.fields.previous_response_id && strings.code.elsewhere,
    ]
      .filter(Boolean)
      .join(" ");
  };
  const pick = (name, values, chosen, set) =>
    el(
      "div",
      { class: "choices", role: "radiogroup", "aria-label": strings.code[name] },
      ...Object.entries(values).map(([value, text]) => {
        const onchange = () => {
          set(value);
          draw();
        };
        const input = el("input", {
          type: "radio",
          name: `${prefix}-${name}`,
          value,
          checked: value === chosen,
          onchange,
        });
        return el("label", { class: "choice" }, input, el("span", {}, text));
      }),
    );
  section.replaceChildren(
    el(
      "div",
      { class: "code-bar" },
      pick("language", strings.code.languages, language, (value) => (language = value)),
      pick("target", strings.code.targets, "worker", (value) => (target = value === "openai" ? OPENAI : worker)),
    ),
    warning,
    el("div", { class: "code" }, el("pre", { tabindex: 0, "aria-label": strings.code.label }, code), copied),
    hint,
  );
  return {
    /** @param {object} next what stands in code, @param {number} errors how many there are in it */
    show(next, errors) {
      request = next;
      warning.textContent = errors ? strings.code.refused(errors) : "";
      warning.hidden = errors === 0;
      draw();
    },
  };
}

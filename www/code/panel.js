// The same request as code, to be copied.

import { button, el } from "../dom.js";
import { copyText } from "../results/picture.js";
import * as strings from "../strings.js";
import { curl } from "./curl.js";
import { edgePackage, officialPackage } from "./javascript.js";
import { python } from "./python.js";
import { written } from "./request.js";

const LANGUAGES = { curl, edge: edgePackage, openai: officialPackage, python };
const OPENAI = { baseURL: "https://api.openai.com/v1", variable: "OPENAI_API_KEY" };

/** @param {string} baseURL of this worker */
export function codePanel(section, baseURL) {
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
    code.textContent = LANGUAGES[language](written(request, strings.promptPlaceholder), target);
    hint.textContent = strings.code.key(target.variable, target === OPENAI);
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
        const input = el("input", { type: "radio", name: `code-${name}`, value, checked: value === chosen, onchange });
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
    show(next, errors) {
      request = next;
      warning.textContent = errors ? strings.code.refused(errors) : "";
      warning.hidden = errors === 0;
      draw();
    },
  };
}

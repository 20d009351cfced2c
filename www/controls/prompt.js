// The prompt, with its characters counted as the API counts them.

import { el } from "../dom.js";
import { strings } from "../strings.js";
import { field } from "./field.js";

/** Unicode code points, without making an array of them on every key stroke. */
export function codePoints(text) {
  let count = text.length;
  for (let at = 0; at < text.length; at++) if ((text.charCodeAt(at) & 0xfc00) === 0xd800) count--;
  return count;
}

export function promptField(state) {
  const count = el("span", { class: "count" });
  const prompt = el("textarea", {
    rows: 4,
    name: "prompt",
    required: true,
    spellcheck: true,
    placeholder: strings.promptPlaceholder,
    oninput: () => state.type("prompt", prompt.value),
    onkeydown: (event) => {
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) prompt.form.requestSubmit();
    },
  });
  return {
    element: field("prompt", prompt, { beside: count }),
    refresh(model) {
      const text = state.values.prompt ?? "";
      if (prompt.value !== text) prompt.value = text;
      const most = model.params.prompt.max_characters;
      count.textContent = strings.characters(codePoints(text), most);
      count.classList.toggle("over", codePoints(text) > most);
    },
  };
}

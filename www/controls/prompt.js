// The prompt, with its characters counted as the API counts them.

import { write } from "../dom.js";
import * as strings from "../strings.js";
import { adopt } from "./field.js";

/** So many characters fill the field to its greatest height, however wide it is. */
const FULL = 3000;

/** Unicode code points, without making an array of them on every key stroke. */
export function codePoints(text) {
  let count = text.length;
  for (let at = 0; at < text.length; at++) if ((text.charCodeAt(at) & 0xfc00) === 0xd800) count--;
  return count;
}

/** The field is there before any script is: what was written into it in the meantime stands. */
export function promptField(state) {
  const element = document.querySelector('[data-param="prompt"]');
  const count = element.querySelector(".count");
  const prompt = element.querySelector("textarea");
  adopt("prompt", element, prompt);
  if (prompt.value) state.values.prompt = prompt.value;
  prompt.addEventListener("input", () => state.type("prompt", prompt.value));
  prompt.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) prompt.form.requestSubmit();
  });
  return {
    element,
    refresh(model) {
      const text = state.values.prompt ?? "";
      if (prompt.value !== text) prompt.value = text;
      const most = model.params.prompt.max_characters;
      const long = codePoints(text);
      write(count, strings.characters(long, most));
      // A field that takes its height from its text makes the page lay itself out anew with every key.
      if (prompt.classList.contains("full") !== long > FULL) prompt.classList.toggle("full");
      if (count.classList.contains("over") !== long > most) count.classList.toggle("over");
    },
  };
}

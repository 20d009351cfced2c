// A flat background made transparent, for models that draw none. The module that does it loads when it is first asked for.

import { announce, button, el } from "../dom.js";
import * as strings from "../strings.js";
import { actions } from "./picture.js";

/**
 * The button below a picture; what it makes stands beside it.
 * @param {{ blob: Blob, name: string, figure: HTMLElement, prompt: string, reuse: (file: File) => void }} picture
 */
export function cutOutButton({ blob, name, figure, prompt, reuse }) {
  const note = el("p", { class: "hint", role: "status" });
  const pressed = button(strings.cutOut.button, async () => {
    pressed.disabled = true;
    try {
      const { default: init, chromaKey } = await import("gpt-image-edge/pixels");
      await init();
      const { bytes, report } = chromaKey(await blob.arrayBuffer());
      if (!report.flat) {
        note.textContent = strings.cutOut.notFlat;
        pressed.disabled = false;
        return;
      }
      const cut = new Blob([bytes], { type: "image/png" });
      const url = URL.createObjectURL(cut);
      const { width, height } = report;
      figure.after(
        el(
          "figure",
          { class: "picture cut-out" },
          el("img", { src: url, alt: strings.cutOut.alt(prompt), width, height }),
          el("figcaption", {}, ...actions({ blob: cut, name: name.replace(/\.\w+$/, "-cut-out.png"), url, reuse })),
        ),
      );
      note.textContent = strings.cutOut.done(report.keyed);
      announce(note.textContent);
    } catch (error) {
      note.textContent = error.message;
      pressed.disabled = false;
    }
  });
  return { pressed, note };
}

// The gallery: what was drawn in this browser, to be found again, taken back as input, exported or deleted.

import { announce, button, bytes, dollars, el } from "../dom.js";
import { actions, factList } from "../results/picture.js";
import * as strings from "../strings.js";
import markup from "./view.html";
import { forget, kept, restore, space } from "./store.js";

const $ = (id) => document.getElementById(id);

export class Gallery {
  #pictures = [];
  #urls = new Map();
  #open;

  /** @param {{ reuse: (file: File) => void, refine: (id: number) => void, takeSettings: (settings: object) => void }} acts */
  constructor(acts) {
    this.acts = acts;
    $("view-gallery").innerHTML = markup;
    $("gallery-search").addEventListener("input", () => this.#draw());
    $("gallery-export").addEventListener("click", (event) => this.#export(event.currentTarget));
    const dialog = $("gallery-dialog");
    dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
  }

  async refresh() {
    try {
      this.#pictures = await kept();
      const { usage, quota } = await space();
      const sum = this.#pictures.reduce((total, { blob }) => total + blob.size, 0);
      $("gallery-space").textContent = strings.gallerySpace(
        this.#pictures.length,
        bytes(sum),
        usage !== undefined && quota ? bytes(Math.max(0, quota - usage)) : undefined,
      );
    } catch {
      this.#pictures = [];
      $("gallery-space").textContent = strings.galleryUnavailable;
    }
    this.#draw();
  }

  #url({ id, blob }) {
    if (!this.#urls.has(id)) this.#urls.set(id, URL.createObjectURL(blob));
    return this.#urls.get(id);
  }

  #draw() {
    const words = $("gallery-search").value.toLowerCase().split(/\s+/).filter(Boolean);
    const found = this.#pictures.filter((picture) => {
      const text = [picture.prompt, picture.settings.model, picture.name, ...Object.values(picture.facts)]
        .join(" ")
        .toLowerCase();
      return words.every((word) => text.includes(word));
    });
    for (const [id, url] of this.#urls)
      if (!this.#pictures.some((picture) => picture.id === id)) {
        URL.revokeObjectURL(url);
        this.#urls.delete(id);
      }
    const none = this.#pictures.length === 0;
    $("gallery-tools").hidden = none;
    $("gallery-empty").hidden = found.length > 0;
    $("gallery-empty-text").textContent = none ? strings.galleryEmpty : strings.galleryNothing;
    this.found = found;
    $("gallery-list").replaceChildren(...found.map((picture) => this.#card(picture)));
  }

  #card(picture) {
    const { prompt, facts } = picture;
    const image = el("img", { src: this.#url(picture), alt: "", loading: "lazy", decoding: "async" });
    return el(
      "li",
      { class: "card" },
      el(
        "button",
        { type: "button", class: "card-open", onclick: () => this.#show(picture) },
        el("span", { class: "card-image" }, image),
        el("span", { class: "card-prompt" }, prompt),
        el(
          "small",
          {},
          [facts.size?.replace("x", " × "), facts.usd !== undefined && dollars(facts.usd)].filter(Boolean).join(" · "),
        ),
      ),
    );
  }

  #show(picture) {
    const { prompt, facts, settings, created, blob } = picture;
    const dialog = $("gallery-dialog");
    const url = this.#url(picture);
    const close = (then) => (value) => {
      dialog.close();
      then(value);
    };
    dialog.replaceChildren(
      el("img", { class: "large", src: url, alt: strings.altFinal(prompt) }),
      el("h2", { id: "gallery-dialog-title" }, prompt),
      factList([
        [strings.facts.drawn, strings.when(created)],
        [strings.labels.model, settings.model],
        [strings.facts.cost, facts.usd !== undefined && dollars(facts.usd)],
        [strings.facts.time, facts.seconds !== undefined && strings.seconds(facts.seconds)],
        [strings.facts.size, facts.size?.replace("x", " × ")],
        [strings.facts.quality, facts.quality],
        [strings.facts.format, `${facts.output_format ?? ""} ${bytes(blob.size)}`.trim()],
        [strings.facts.request, facts.requestId],
      ]),
      el(
        "div",
        { class: "dialog-actions" },
        ...actions({
          blob,
          name: picture.name,
          url,
          reuse: close(this.acts.reuse),
          refine: close(() => this.acts.refine(picture.id)),
        }),
        button(strings.useSettings, () => close(this.acts.takeSettings)({ prompt, ...settings })),
        button(strings.deleteIt, () => close(() => this.#delete(picture))()),
        button(strings.close, () => dialog.close(), { class: "push" }),
      ),
    );
    dialog.showModal();
  }

  /** Gone at once, and back with one press for as long as the page stays. */
  async #delete(picture) {
    await forget(picture.id);
    await this.refresh();
    const undo = $("gallery-undo");
    undo.hidden = false;
    undo.replaceChildren(
      strings.deleted(picture.name),
      " ",
      button(
        strings.undo,
        async () => {
          undo.hidden = true;
          await restore(picture);
          await this.refresh();
        },
        { class: "fix" },
      ),
    );
    announce(strings.deleted(picture.name));
  }

  /** What is shown, as one ZIP with a file that tells of each picture. */
  async #export(pressed) {
    pressed.disabled = true;
    try {
      const { zip } = await import("./zip.js");
      const url = URL.createObjectURL(await zip(this.found));
      el("a", { href: url, download: `gpt-image-edge-${new Date().toISOString().slice(0, 10)}.zip` }).click();
      setTimeout(() => URL.revokeObjectURL(url), 60_000);
      announce(strings.exported(this.found.length));
    } finally {
      pressed.disabled = false;
    }
  }
}

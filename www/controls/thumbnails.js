// The pictures to edit as a list: put in order, made smaller where that saves money.

import { announce, button, bytes, dollars, el } from "../dom.js";
import * as strings from "../strings.js";
import { shrunk } from "./intake.js";
import { costOfImage, saving } from "./saving.js";

export class Thumbnails {
  #urls = new Map();
  #drawn = [];

  constructor(list, state) {
    this.list = list;
    this.state = state;
  }

  /** @param {object} context what is known of the pictures */
  draw(context) {
    const { images } = this.state;
    for (const [file, url] of this.#urls)
      if (!images.includes(file)) {
        URL.revokeObjectURL(url);
        this.#urls.delete(file);
      }
    const held = this.#held();
    this.list.replaceChildren(...images.map((file, index) => this.#item(file, index, context.images?.[index])));
    this.#drawn = images;
    // Who moves a picture with keys goes on from where it is now.
    const row = held && this.list.children[images.indexOf(held)];
    row?.querySelector(".thumb-tools button:not(:disabled)")?.focus();
  }

  /** The picture whose tools have the focus. */
  #held() {
    const at = [...this.list.children].findIndex((row) => row.contains(document.activeElement));
    return this.#drawn[at];
  }

  /** Puts another file in the place of one. The mask goes with the first picture in its new size. */
  async #shrink(file, { width, height }) {
    const { state } = this;
    const mask = file === state.images[0] && state.mask ? await shrunk(state.mask, width, height) : state.mask;
    const small = await shrunk(file, width, height);
    state.replaceImage(file, small, mask);
    announce(strings.shrunk(width, height));
  }

  #move(from, to) {
    const images = [...this.state.images];
    images.splice(to, 0, ...images.splice(from, 1));
    this.state.setFiles({ images });
    announce(strings.moved(to + 1));
  }

  #item(file, index, facts) {
    const { state } = this;
    if (!this.#urls.has(file)) this.#urls.set(file, URL.createObjectURL(file));
    const request = state.request();
    const cost = costOfImage(request, facts);
    const smaller = facts && saving(request, facts);
    const last = state.images.length - 1;
    const text = [
      facts?.width ? `${facts.width} × ${facts.height}` : "",
      bytes(file.size),
      cost?.tokens && strings.tokens(strings.number(cost.tokens), cost.tokens),
      cost && dollars(cost.usd),
    ];
    const move = (from, to) => this.#move(from, to);
    const row = el(
      "li",
      { draggable: last > 0 ? "true" : undefined },
      el("img", { src: this.#urls.get(file), alt: "" }),
      el(
        "div",
        { class: "thumb-text" },
        el("span", { class: "thumb-name" }, index === 0 && last > 0 ? strings.first(file.name) : file.name),
        el("small", {}, text.filter(Boolean).join(" · ")),
      ),
      el(
        "div",
        { class: "thumb-tools" },
        last > 0 && tool("↑", strings.earlier(file.name), () => move(index, index - 1), index === 0),
        last > 0 && tool("↓", strings.later(file.name), () => move(index, index + 1), index === last),
        tool("×", strings.remove(file.name), () => state.removeImage(file)),
      ),
    );
    if (smaller) {
      const text = strings.shrink(smaller.width, smaller.height, dollars(smaller.usd));
      row.append(button(text, () => this.#shrink(file, smaller), { class: "fix" }));
    }
    dragToOrder(row, index, this.list, move);
    return row;
  }
}

function tool(sign, label, onclick, disabled = false) {
  return el("button", { type: "button", "aria-label": label, title: label, disabled, onclick }, sign);
}

const DRAGGED = "application/x-picture";

/** With a mouse the order is dragged; keys and fingers have the buttons. */
function dragToOrder(row, index, list, move) {
  row.addEventListener("dragstart", (event) => {
    event.dataTransfer.setData(DRAGGED, String(index));
    event.dataTransfer.effectAllowed = "move";
  });
  row.addEventListener("dragover", (event) => {
    if (event.dataTransfer.types.includes(DRAGGED)) event.preventDefault();
  });
  row.addEventListener("drop", (event) => {
    const from = event.dataTransfer.getData(DRAGGED);
    if (from === "" || !list.contains(row)) return;
    event.preventDefault();
    if (Number(from) !== index) move(Number(from), index);
  });
}

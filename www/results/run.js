// One call: its pictures as they sharpen, what it cost, or why it failed.

import { edges } from "../catalogue.js";
import { button, dollars, el, styled } from "../dom.js";
import * as strings from "../strings.js";
import { cutOutButton } from "./cutout.js";
import { failure } from "./failure.js";
import { actions, copyText, factList, fileName } from "./picture.js";
import { beforeAfter } from "./slider.js";

/** A card in the list of results. */
export class Run {
  #started = performance.now();
  #images = el("div", { class: "pictures" });
  #below = el("div", { class: "below" });
  #clock = el("p", { class: "clock" });
  #timer;
  #prompt;
  #before;
  #urls = [];
  #preview;

  /** @param {{ last?: boolean, note?: string }} look at the end of the list and not at its head, with a line above the prompt */
  constructor(list, request, { last = false, note } = {}) {
    this.#prompt = request.prompt;
    this.#before = [request.image].flat()[0];
    this.#preview = el("figure", { class: "picture waiting" }, el("span", { class: "spinner", "aria-hidden": "true" }));
    const [width, height] = edges(request.size) ?? [3, 2];
    styled(this.#preview, { "--ratio": `${width} / ${height}`, "--across": String(width / height) });
    this.#images.append(this.#preview);
    this.#below.append(this.#clock);
    this.element = el(
      "li",
      { class: "run" },
      note && el("p", { class: "hint" }, note),
      el("p", { class: "prompt" }, this.#prompt),
      this.#images,
      this.#below,
    );
    if (last) list.append(this.element);
    else list.prepend(this.element);
    this.#tick(strings.drawing);
  }

  get seconds() {
    return (performance.now() - this.#started) / 1000;
  }

  #tick(text) {
    clearInterval(this.#timer);
    const show = () => (this.#clock.textContent = `${text} ${strings.seconds(Math.floor(this.seconds))}`);
    show();
    this.#timer = setInterval(show, 1000);
  }

  #end() {
    clearInterval(this.#timer);
  }

  /** Each preview takes the place of the one before, and sharpens. */
  showPartial(image, number) {
    const picture = el("img", {
      src: image.url(),
      alt: strings.altPartial(this.#prompt),
      width: image.width,
      height: image.height,
    });
    this.#urls.push(() => image.revoke());
    this.#preview.className = "picture partial";
    styled(this.#preview, { "--blur": `${Math.max(1, 9 - 3 * number)}px` });
    this.#preview.replaceChildren(picture);
    this.element.dataset.partials = String(Number(this.element.dataset.partials ?? 0) + 1);
    this.#tick(strings.partial(number + 1));
  }

  /**
   * The finished pictures.
   * @param {{ reuse: (file: File) => void, refine: (index: number) => void }} acts take one back as input, and change one in words
   */
  showResult(result, acts, seconds = this.seconds) {
    this.#end();
    this.#images.replaceChildren(...result.images.map((image, index) => this.#finished(image, index, result, acts)));
    this.#below.replaceChildren(
      factList([
        [strings.facts.time, seconds === undefined ? undefined : strings.seconds(seconds.toFixed(1))],
        [strings.facts.cost, result.cost && dollars(result.cost.usd)],
        [strings.facts.tokens, result.usage?.total_tokens !== undefined && strings.number(result.usage.total_tokens)],
        [strings.facts.size, result.size?.replace("x", " × ")],
        [strings.facts.quality, result.quality],
        [strings.facts.format, result.output_format],
        [strings.facts.background, result.background],
        [strings.facts.request, result.requestId && requestId(result.requestId)],
        [strings.facts.revised, result.revised === this.#prompt ? undefined : result.revised],
      ]),
    );
    for (const revoke of this.#urls.splice(0)) revoke();
    return strings.done(result.images.length, seconds.toFixed(1));
  }

  /** A picture that the gallery has kept. */
  show({ blob, facts }, acts) {
    const url = URL.createObjectURL(blob);
    const { usd, seconds, width, height, ...told } = facts;
    const image = { blob, width, height, format: told.output_format ?? blob.type.split("/")[1], url: () => url };
    this.showResult({ ...told, images: [image], cost: usd === undefined ? undefined : { usd } }, acts, seconds);
  }

  #finished(image, index, result, { reuse, refine }) {
    const picture = el("img", {
      src: image.url(),
      alt: strings.altFinal(this.#prompt),
      width: image.width,
      height: image.height,
    });
    const name = fileName(this.#prompt, index, image.format);
    const figure = el("figure", { class: "picture" }, picture);
    const row = el(
      "figcaption",
      {},
      ...actions({ blob: image.blob, name, url: picture.src, reuse, refine: () => refine(index) }),
    );
    if (this.#before) {
      const compare = button(strings.compare, () => {
        const on = !figure.querySelector(".slider");
        compare.setAttribute("aria-pressed", String(on));
        if (on)
          figure.prepend(beforeAfter(picture, this.#before, (url) => this.#urls.push(() => URL.revokeObjectURL(url))));
        else {
          figure.querySelector(".slider").remove();
          figure.prepend(picture);
        }
      });
      compare.setAttribute("aria-pressed", "false");
      row.append(compare);
    }
    figure.append(row);
    if (result.background !== "transparent" && /png|jpeg|webp/.test(image.format)) {
      const cutOut = cutOutButton({ blob: image.blob, name, figure, prompt: this.#prompt, reuse });
      row.append(cutOut.pressed);
      figure.append(cutOut.note);
    }
    return figure;
  }

  /** What went wrong. A preview that has come stays. */
  showError(error, then) {
    this.#end();
    if (!this.#preview.classList.contains("partial")) this.#preview.remove();
    else styled(this.#preview, { "--blur": "0px" });
    this.#below.replaceChildren(failure(error, then));
  }
}

function requestId(id) {
  return button(id, ({ currentTarget }) => copyText(id, currentTarget), {
    class: "link id",
    title: strings.copyRequestId,
  });
}

// One call: its pictures as they sharpen, what it cost, or why it failed.

import { dollars, el } from "../dom.js";
import { strings } from "../strings.js";

/** A card in the list of results. */
export class Run {
  #started = performance.now();
  #images = el("div", { class: "pictures" });
  #meta = el("p", { class: "meta" }, strings.drawing);
  #prompt;
  #urls = [];

  constructor(list, request) {
    this.#prompt = request.prompt;
    this.placeholder = el(
      "div",
      { class: "picture waiting", style: undefined },
      el("span", { class: "spinner", "aria-hidden": "true" }),
    );
    this.#images.append(this.placeholder);
    this.element = el("li", { class: "run" }, el("p", { class: "prompt" }, request.prompt), this.#images, this.#meta);
    list.prepend(this.element);
  }

  #picture(image, alt, partial) {
    const url = image.url();
    this.#urls.push(() => image.revoke());
    return el(
      "figure",
      { class: partial ? "picture partial" : "picture" },
      el("img", { src: url, alt, width: image.width, height: image.height }),
    );
  }

  showPartial(image, number) {
    this.#images.replaceChildren(this.#picture(image, strings.altPartial(this.#prompt), true));
    this.element.dataset.partials = String(Number(this.element.dataset.partials ?? 0) + 1);
    this.#meta.textContent = strings.partial(number + 1);
  }

  /** The finished pictures. `reuse` takes one back as input. */
  showResult(result, reuse) {
    const seconds = ((performance.now() - this.#started) / 1000).toFixed(1);
    this.#images.replaceChildren(
      ...result.images.map((image, index) => {
        const figure = this.#picture(image, strings.altFinal(this.#prompt), false);
        const name = fileName(this.#prompt, index, image.format);
        figure.append(
          el(
            "figcaption",
            {},
            el("a", { class: "button", href: figure.querySelector("img").src, download: name }, strings.download),
            el(
              "button",
              { type: "button", onclick: () => reuse(new File([image.blob], name, { type: image.blob.type })) },
              strings.reuse,
            ),
          ),
        );
        return figure;
      }),
    );
    const facts = [
      result.size,
      result.quality,
      result.output_format,
      result.background,
      result.cost && dollars(result.cost.usd),
      `${seconds} s`,
      result.requestId,
    ];
    this.#meta.textContent = facts.filter(Boolean).join(" · ");
    return strings.done(result.images.length, seconds);
  }

  /** What went wrong, whose fault it is and what to do. A preview that has come stays. */
  showError(error) {
    this.placeholder.remove();
    const whose = strings.error.whose[error.kind];
    const details = [error.code, error.requestId && strings.error.requestId(error.requestId)]
      .filter(Boolean)
      .join(" · ");
    const box = el(
      "div",
      { class: "failure", role: "alert" },
      el("strong", {}, strings.error.title),
      el("p", {}, error.message),
      whose && el("p", {}, whose),
      details && el("p", { class: "meta" }, details),
    );
    this.#meta.replaceWith(box);
  }
}

function fileName(prompt, index, format) {
  const slug =
    prompt
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, "-")
      .replace(/^-|-$/g, "")
      .slice(0, 48) || "picture";
  return `${slug}${index ? `-${index + 1}` : ""}.${format === "jpeg" ? "jpg" : format}`;
}

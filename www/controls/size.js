// The size: presets as pictures of their ratio; where a model takes free sizes, a plane to drag on and two numbers that
// snap to what it draws; and the cheapest size of the same shape.

import { cheapestSize, validate } from "gpt-image-edge";

import { edges, ratioName } from "../catalogue.js";
import { announce, button, dollars, el, svg, write } from "../dom.js";
import * as strings from "../strings.js";
import { choices, shape } from "./choices.js";

/** The size as it is when it is legal, else the nearest that is, with the reason. */
export function snap(model, size) {
  const { issues } = validate("generate", { model, prompt: "-", size });
  const issue = issues.find(({ param, severity }) => param === "size" && severity === "error");
  return issue ? { size: issue.fix?.value ?? size, why: issue.message } : { size };
}

export function sizeControl(state) {
  const plane = new Plane((width, height) => set(`${width}x${height}`));
  const across = number(strings.width);
  const down = number(strings.height);
  const pair = el("div", { class: "pair" }, across.label, el("span", { "aria-hidden": "true" }, "×"), down.label);
  const ratio = el("output", { class: "hint" });
  const snapped = el("p", { class: "hint snapped" });
  const cheapest = el("p", { class: "hint cheapest" });
  const free = el("div", { class: "free" }, plane.element, el("div", { class: "free-numbers" }, pair, ratio));
  const presets = choices("size", (value) => state.set("size", value), {
    draw: tile,
    kind: "choices tiles",
    after: [free, snapped, cheapest],
  });

  function set(size) {
    const found = snap(state.values.model, size);
    state.set("size", found.size);
    snapped.textContent = found.why ? strings.snapped(size, found.size, found.why) : "";
    if (found.why) announce(snapped.textContent);
  }
  // Both numbers belong together: they snap when the pair is left, not while the second is still to come.
  const take = () => {
    const [width, height] = [across, down].map(({ input }) => Number(input.value));
    const size = `${width || height}x${height || width}`;
    if ((width || height) && size !== state.values.size) set(size);
  };
  pair.addEventListener("focusout", ({ relatedTarget }) => {
    if (!pair.contains(relatedTarget)) take();
  });
  pair.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    take();
  });
  let last;

  return {
    element: presets.element,
    refresh(model) {
      const rule = model.params.size;
      const list = [...(rule.presets ?? rule.popular)].filter((size) => size !== "auto");
      const chosen = state.values.size ?? (rule.auto ? "auto" : list[0]);
      const isFree = Boolean(rule.multiple_of);
      const custom = isFree && edges(chosen) && !list.includes(chosen);
      presets.offer([...(rule.auto ? ["auto"] : []), ...list], custom ? undefined : chosen);
      free.hidden = !isFree;
      const key = `${model.id} ${chosen} ${state.values.quality}`;
      if (key === last) return;
      if (last !== undefined && !snapped.textContent.includes(chosen)) snapped.textContent = "";
      const first = last === undefined;
      last = key;
      if (isFree) plane.show(rule, edges(chosen));
      const [width, height] = edges(chosen) ?? ["", ""];
      for (const [{ input }, value] of [
        [across, width],
        [down, height],
      ]) {
        Object.assign(input, { min: rule.multiple_of ?? 1, max: rule.max_edge ?? "", step: rule.multiple_of ?? 1 });
        // What somebody has typed before this ran is not taken from under their hands.
        if (!first || !input.value) input.value = value;
      }
      write(ratio, width ? strings.ratio(ratioName(width, height), width * height) : strings.ratioAuto);
      showCheapest(cheapest, state, isFree ? edges(chosen) : undefined);
    },
  };
}

function showCheapest(line, state, size) {
  line.hidden = true;
  const { model, quality = "auto" } = state.values;
  if (!size || quality === "auto") return;
  try {
    const ratio = size[0] / size[1];
    const best = cheapestSize(model, { ratio, quality });
    line.hidden = false;
    line.replaceChildren(
      ...(best.size === size.join("x")
        ? [strings.isCheapest]
        : [
            strings.cheapest(best.size.replace("x", " × "), dollars(best.usd)),
            " ",
            button(strings.use, () => state.set("size", best.size), { class: "fix" }),
          ]),
    );
  } catch {
    // Nothing is published that would tell.
  }
}

function tile(size) {
  const found = edges(size);
  if (!found) return size;
  const [width, height] = found;
  return el(
    "span",
    { class: "tile" },
    shape(width, height),
    el("span", { class: "tile-ratio" }, ratioName(width, height)),
    el("small", {}, `${width}×${height}`),
  );
}

function number(text) {
  const input = el("input", { type: "number", inputmode: "numeric" });
  return { input, label: el("label", {}, el("span", {}, text), input) };
}

/** All sizes of a model as a plane: what is legal is tinted, the corner of the picture is dragged. */
class Plane {
  #region = svg("path", { class: "region" });
  #rect = svg("rect", { class: "frame", x: 0, y: 0 });
  #handle = svg("circle", { class: "handle" });
  #most = 1;

  constructor(set) {
    this.element = svg("svg", { class: "plane", "aria-hidden": "true" }, this.#region, this.#rect, this.#handle);
    const drag = (event) => {
      const box = this.element.getBoundingClientRect();
      const at = (client, start, length) => Math.max(1, Math.round(((client - start) / length) * this.#most));
      set(at(event.clientX, box.left, box.width), at(event.clientY, box.top, box.height));
    };
    this.element.addEventListener("pointerdown", (event) => {
      this.element.setPointerCapture(event.pointerId);
      drag(event);
    });
    this.element.addEventListener("pointermove", (event) => {
      if (this.element.hasPointerCapture(event.pointerId)) drag(event);
    });
  }

  show(rule, size) {
    const most = (this.#most = rule.max_edge);
    this.element.setAttribute("viewBox", `0 0 ${most} ${most}`);
    this.#region.setAttribute("d", legalRegion(rule));
    const [width, height] = size ?? [0, 0];
    for (const [element, values] of [
      [this.#rect, { width, height, rx: most / 60 }],
      [this.#handle, { cx: width, cy: height, r: size ? most / 24 : 0 }],
    ])
      for (const [name, value] of Object.entries(values)) element.setAttribute(name, value);
  }
}

/** Into how many straight lines its curves are cut. */
const STEPS = 24;

/** The outline of all legal sizes: between two hyperbolas of pixels and two lines of ratio. */
function legalRegion({ max_edge: edge, min_pixels: least, max_pixels: most, max_ratio: ratio }) {
  const upper = [];
  const lower = [];
  const first = Math.sqrt(least / ratio);
  for (let step = 0; step <= STEPS; step++) {
    const width = first * (edge / first) ** (step / STEPS);
    const top = Math.max(least / width, width / ratio);
    const bottom = Math.min(most / width, width * ratio, edge);
    if (top > bottom + 1) continue;
    upper.push([width, top]);
    lower.unshift([width, Math.max(top, bottom)]);
  }
  return `M${[...upper, ...lower].map((point) => point.map(Math.round).join(" ")).join("L")}Z`;
}

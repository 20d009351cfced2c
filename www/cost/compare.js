// The same request on every model and quality, as dots on one scale of dollars. A dot is a button that takes it.

import { estimateCost } from "gpt-image-edge";

import { snap } from "../controls/size.js";
import { dollars, el, interval, styled } from "../dom.js";
import * as strings from "../strings.js";

/** What each quality of each model would cost; sizes that a model does not draw are moved to the nearest. */
export function comparePrices(catalogue, operation, request, context) {
  return catalogue.served
    .filter((model) => operation !== "edit" || model.endpoints.edits)
    .map((model) => {
      const size = request.size && request.size !== "auto" ? snap(model.id, request.size).size : "1024x1024";
      const points = model.params.quality.values
        .filter((quality) => quality !== "auto")
        .map((quality) => {
          const estimate = estimateCost(operation, { ...request, model: model.id, quality, size }, context);
          return { quality, estimate };
        })
        .filter(({ estimate }) => estimate.expected !== null);
      return { model, size, points };
    });
}

const inside = (value, [low, high]) => (Math.log(value / low) / Math.log(high / low)) * 100;

/** Draws the chart. `take(model, quality, size)` is called when a dot is pressed. */
export function showComparison(section, rows, { values, ended, take }) {
  const all = rows.flatMap(({ points }) => points.map(({ estimate }) => estimate.expected));
  const key = JSON.stringify([rows.map(({ model, size, points }) => [model.id, size, points]), values]);
  if (section.dataset.key === key) return;
  section.dataset.key = key;
  const held = section.contains(document.activeElement) ? document.activeElement.dataset.point : undefined;
  const scale = [Math.min(...all) / 1.3, Math.max(...all) * 1.3];
  const wanted = values.size && values.size !== "auto" ? values.size : undefined;
  section.replaceChildren(
    el("p", { class: "hint" }, strings.compareHint(wanted)),
    el("div", { class: "dots" }, axis(scale), ...rows.map((row) => line(row, scale, { values, wanted, take }))),
    ended.length > 0 ? el("p", { class: "hint" }, strings.compareEnded(ended.map(({ name }) => name))) : "",
  );
  if (held) section.querySelector(`[data-point="${held}"]`)?.focus();
}

function axis(scale) {
  const ticks = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5].filter(
    (tick) => tick > scale[0] && tick < scale[1],
  );
  // More than these would run into each other on a phone.
  const every = Math.ceil(ticks.length / 6);
  return el(
    "div",
    { class: "dots-axis", "aria-hidden": "true" },
    ...ticks
      .filter((_, at) => at % every === 0)
      .map((tick) => styled(el("span", {}, dollars(tick)), { "--at": `${inside(tick, scale)}%` })),
  );
}

function line({ model, size, points }, scale, { values, wanted, take }) {
  const dots = points.map(({ quality, estimate }) => {
    const chosen = values.model === model.id && values.quality === quality;
    const amount = dollars(estimate.expected);
    const low = Math.max(estimate.min, scale[0]);
    const high = Math.min(estimate.max ?? estimate.expected, scale[1]);
    return [
      styled(el("i", { class: "whisker", "aria-hidden": "true" }), {
        "--from": `${inside(low, scale)}%`,
        "--to": `${inside(Math.max(high, low), scale)}%`,
      }),
      styled(
        el(
          "button",
          {
            type: "button",
            class: "dot",
            "data-point": `${model.id}/${quality}`,
            "aria-pressed": String(chosen),
            "aria-label": strings.compareDot(model.name, quality, amount),
            title: strings.compareTitle(quality, amount, interval(estimate)),
            onclick: () => take(model.id, quality, wanted && size),
          },
          el("span", { "aria-hidden": "true" }, strings.qualityShort(quality)),
        ),
        { "--at": `${inside(estimate.expected, scale)}%` },
      ),
    ];
  });
  const note = wanted && size !== wanted ? strings.atSize(size) : "";
  return el(
    "div",
    { class: values.model === model.id ? "dots-row chosen" : "dots-row", role: "group", "aria-label": model.name },
    el("div", { class: "dots-name" }, model.name, note && el("small", {}, note)),
    el("div", { class: "dots-line" }, ...(points.length ? dots.flat() : [el("em", {}, strings.noPrice)])),
  );
}

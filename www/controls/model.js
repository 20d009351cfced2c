// The model: which there are and when they end, what one costs and can do, and the way out of one that ends.

import { estimateCost, migrate } from "gpt-image-edge";

import { button, dollars, el, fill, setShown } from "../dom.js";
import * as strings from "../strings.js";
import { field } from "./field.js";

export function modelControl(state, catalogue) {
  const option = (model) => el("option", { value: model.id }, strings.modelOption(model));
  const groups = Object.entries(catalogue.groups)
    .filter(([, models]) => models.length > 0)
    .map(([group, models]) => el("optgroup", { label: strings.modelGroups[group] }, ...models.map(option)));
  const select = el("select", { name: "model", onchange: () => state.set("model", select.value) }, ...groups);
  const card = el("div", { class: "model-card" });
  const move = el("div", { class: "migration", hidden: true });
  const element = field("model", select, { note: card, last: move });
  let last;
  return {
    element,
    refresh(model, context) {
      const { model: id } = state.values;
      // A model that the catalogue does not know may be new: it is offered as it was given.
      if (![...select.options].some((option) => option.value === id))
        select.prepend(el("option", { value: id }, catalogue.find(id) ? id : strings.unknownModel(id)));
      select.value = id;
      if (last !== id) {
        last = id;
        fill(card, ...facts(model, catalogue.find(id)));
      }
      offerMigration(move, state, model, context);
    },
    offer: (model, context) => offerMigration(move, state, model, context),
  };
}

function facts(model, known) {
  if (!known) return [strings.unknownModelHint];
  const status = model.status === "current" && model.shutdown_on ? "deprecated" : model.status;
  const price = model.prices.at(-1)?.usd_per_million_tokens.image_output;
  return [
    el("span", { class: `status ${status}` }, strings.modelState(model)),
    price !== undefined && el("span", {}, strings.perMillion(dollars(price))),
    el("span", {}, strings.endpoints(model.endpoints)),
  ].filter(Boolean);
}

/** What would change with the replacement, and the button that does it. */
function offerMigration(box, state, model, context) {
  const wanted = Boolean(model.shutdown_on && (model.replacement || model.replacements?.length));
  setShown(box, wanted);
  if (!wanted) {
    if (box.dataset.key) box.dataset.key = "";
    return;
  }
  const request = state.request();
  let moved;
  try {
    moved = migrate(state.operation, request, context);
  } catch {
    box.hidden = true;
    return;
  }
  const price = (of) => estimateCost(state.operation, of, context);
  const [before, after] = [price(request), price(moved.request)];
  const changes = moved.changes.filter(({ param }) => param !== "model");
  const key = JSON.stringify([request.model, moved.request.model, changes, before.expected, after.expected]);
  if (box.dataset.key === key) return;
  box.dataset.key = key;
  box.replaceChildren(
    el("p", {}, strings.migration(moved.request.model)),
    el(
      "ul",
      {},
      ...changes.map((change) => el("li", {}, strings.migrationChange(change))),
      el("li", {}, strings.migrationPrice(cost(before), cost(after))),
    ),
    button(strings.migrate(moved.request.model), () => state.takeOver(moved.request)),
  );
}

const cost = (estimate) => (estimate.expected === null ? strings.unknown : dollars(estimate.expected));

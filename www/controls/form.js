// The fields, in order. What each offers comes from the catalogue, so a new model needs nothing here.

import { el } from "../dom.js";
import { strings } from "../strings.js";
import { choices, ratio } from "./choices.js";
import { field } from "./field.js";
import { imageFiles, maskFile } from "./files.js";

/** Builds the form. Gives `refresh(model)`, to be called whenever the model or a value has changed. */
export function buildForm(container, state, models) {
  const count = el("span", { class: "count" });
  const prompt = el("textarea", {
    rows: 5,
    name: "prompt",
    required: true,
    spellcheck: true,
    oninput: () => state.set("prompt", prompt.value),
  });
  const model = el(
    "select",
    { name: "model", onchange: () => state.set("model", model.value) },
    ...models
      .filter((entry) => entry.status !== "retired" || entry.id === state.values.model)
      .map((entry) => el("option", { value: entry.id }, strings.modelStatus(entry))),
  );
  const sizes = choices("size", state, (size) => (size === "auto" ? "auto" : ratio(size)));
  const words = ["quality", "background", "output_format", "input_fidelity", "moderation"].map((param) => [
    param,
    choices(param, state),
  ]);
  const byName = Object.fromEntries(words);
  const compressionNote = el("p", { class: "hint" });
  const compression = number("output_compression", state, "range");
  const howMany = number("n", state, "number");
  const partial = choices("partial_images", {
    values: mapped(state),
    set: (_, value) => state.set("partial_images", value === "off" ? undefined : Number(value)),
  });

  container.append(
    field("prompt", prompt, { note: count }),
    imageFiles(state),
    maskFile(state),
    field("model", model),
    sizes.element,
    byName.quality.element,
    byName.background.element,
    byName.output_format.element,
    field("output_compression", compression.control, { note: compressionNote }),
    field("n", howMany.control),
    partial.element,
    el(
      "details",
      { class: "more" },
      el("summary", {}, "More"),
      byName.input_fidelity.element,
      byName.moderation.element,
    ),
  );

  return function refresh(info) {
    if (document.activeElement !== prompt) prompt.value = state.values.prompt ?? "";
    count.textContent = strings.characters([...(state.values.prompt ?? "")].length);
    model.value = state.values.model ?? info.id;
    const { params } = info;
    sizes.offer(sizesOf(info), "auto");
    for (const [name, control] of words) control.offer(wordsOf(params, name, state), defaultOf(params, name));
    const format = state.values.output_format ?? "png";
    const lossy = params.output_compression?.formats?.includes(format) ?? false;
    compression.refresh(params.output_compression, !lossy && state.values.output_compression === undefined);
    compressionNote.textContent = lossy ? "" : strings.compressionOff(format);
    howMany.refresh(params.n, false);
    const most = params.partial_images?.max;
    partial.offer(
      most === undefined ? [] : ["off", ...Array.from({ length: most + 1 }, (_, index) => String(index))],
      "off",
    );
  };
}

const mapped = (state) => ({
  get partial_images() {
    const { partial_images: value } = state.values;
    return value === undefined ? undefined : String(value);
  },
});

function number(param, state, type) {
  const output = el("output", {});
  const input = el("input", {
    type,
    name: param,
    oninput: () => state.set(param, input.value === "" ? undefined : Number(input.value)),
  });
  return {
    control: type === "range" ? input : input,
    output,
    refresh(rule, disabled) {
      if (!rule) return;
      Object.assign(input, { min: rule.min, disabled });
      // A number field shows what was typed, also when it is too large: the problem below says so.
      input.max = type === "range" ? rule.max : "";
      if (document.activeElement !== input) input.value = state.values[param] ?? rule.default;
    },
  };
}

const defaultOf = (params, name) => params[name]?.default ?? undefined;

function wordsOf(params, name, state) {
  if (name === "input_fidelity" && state.operation !== "edit") return [];
  return params[name]?.values ?? [];
}

function sizesOf(info) {
  const rule = info.params.size;
  const sizes = (rule.presets ?? rule.popular ?? []).map((size) => size);
  return rule.auto === false ? sizes : ["auto", ...sizes.filter((size) => size !== "auto")];
}

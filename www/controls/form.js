// The fields, in order. What each offers comes from the catalogue, so a new model needs nothing here.

import { unpublished } from "../catalogue.js";
import { el, fill, write } from "../dom.js";
import { maskFile } from "../mask/field.js";
import * as strings from "../strings.js";
import { choices, lackingText } from "./choices.js";
import { field } from "./field.js";
import { imageFiles } from "./images.js";
import { modelControl } from "./model.js";
import { numberField } from "./number.js";
import { promptField } from "./prompt.js";
import { sizeControl } from "./size.js";

const WORDS = ["quality", "background", "output_format", "moderation", "input_fidelity", "complexity"];
/** What only some models know: named where the chosen one does not. */
const SOME = ["background", "output_format", "output_compression", "moderation", "complexity", "partial_images"];
const OFF = "off";

/**
 * Builds the form. Gives `refresh(model, context, typing)`, to be called whenever the model or a value has changed;
 * `typing` says that only the prompt has.
 */
export function buildForm(container, state, catalogue) {
  const prompt = promptField(state);
  const images = imageFiles(state);
  const mask = maskFile(state);
  const model = modelControl(state, catalogue);
  const size = sizeControl(state);
  const words = Object.fromEntries(WORDS.map((param) => [param, choices(param, (value) => state.set(param, value))]));
  const partial = choices("partial_images", (value) =>
    state.set("partial_images", value === OFF ? undefined : Number(value)),
  );
  const compression = numberField("output_compression", state, { range: true });
  const howMany = numberField("n", state, { stepper: true });
  const frames = numberField("frame_count", state);
  const delay = numberField("frame_duration_ms", state);
  const writer = textField("svg_model", state);
  const effort = choices("svg_effort", (value) => state.set("svg_effort", value === "auto" ? undefined : value));
  const lacking = el("p", { class: "hint lacking-fields" });
  let last;
  let told;

  fill(
    container,
    prompt.element,
    images.element,
    mask.element,
    model.element,
    size.element,
    words.quality.element,
    howMany.element,
    partial.element,
    words.output_format.element,
    compression.element,
    frames.element,
    delay.element,
    writer.element,
    effort.element,
    words.background.element,
    el(
      "details",
      { class: "more" },
      el("summary", {}, strings.more),
      words.input_fidelity.element,
      words.complexity.element,
      words.moderation.element,
      lacking,
    ),
  );

  return function refresh(info, context, typing) {
    const { params } = info;
    const { values } = state;
    prompt.refresh(info);
    // What a move to another model would cost depends on the prompt; nothing else does.
    if (typing) return model.offer(info, context);
    images.refresh(info, context);
    mask.refresh(info);
    model.refresh(info, context);
    size.refresh(info);
    if (info !== last) told = tell(info, catalogue);
    for (const [param, control] of Object.entries(words)) {
      const { mine, others, why } = told[param];
      // A field that only edits have, and one whose default nobody would call by a word.
      const apt = param !== "input_fidelity" || state.operation === "edit" || values[param] !== undefined;
      control.element.hidden = !apt || (mine.length === 0 && values[param] === undefined);
      control.offer(mine, values[param] ?? params[param]?.default, others, why);
    }
    const most = params.partial_images?.max;
    const counts = most === undefined ? [] : Array.from({ length: most + 1 }, (_, count) => String(count));
    partial.element.hidden = counts.length === 0 && values.partial_images === undefined;
    partial.offer([OFF, ...counts], values.partial_images === undefined ? OFF : String(values.partial_images));

    const format = values.output_format ?? params.output_format?.default ?? "png";
    const rule = params.output_compression;
    const lossy = rule?.formats?.includes(format) ?? false;
    compression.refresh(rule, { shown: lossy || values.output_compression !== undefined });
    howMany.refresh(params.n, { shown: true });
    frames.refresh(params.frame_count, { shown: format === "gif" || values.frame_count !== undefined });
    delay.refresh(params.frame_duration_ms, { shown: format === "gif" || values.frame_duration_ms !== undefined });
    const drawn = format === "svg" || values.svg_model !== undefined;
    writer.refresh(drawn);
    effort.element.hidden = !drawn;
    const efforts = params.svg?.efforts ?? [];
    effort.offer(["auto", ...efforts], values.svg_effort ?? "auto");

    if (info === last) return;
    last = info;
    lacking.hidden = told.lacking === "";
    write(lacking, told.lacking);
  };
}

/** What a model takes of the words, and what only others do: looked up once for each model, not with every key. */
function tell(info, catalogue) {
  const told = {};
  for (const param of WORDS) {
    const open = unpublished(info, param);
    const mine = open ? catalogue.words(param) : (info.params[param]?.values ?? []);
    const others = open ? [] : catalogue.words(param).filter((word) => !mine.includes(word));
    const why = open ? strings.unpublished(info.name) : lackingText(others, catalogue, param);
    told[param] = { mine, others, why };
  }
  told.lacking = SOME.filter((param) => !info.params[param])
    .map((param) => [param, catalogue.offering(param).map(({ name }) => name)])
    .filter(([, names]) => names.length > 0)
    .map(([param, names]) => strings.fieldLacking(strings.labels[param], info.name, strings.some(names)))
    .join(" ");
  return told;
}

function textField(param, state) {
  const input = el("input", { type: "text", name: param, spellcheck: "false", autocomplete: "off" });
  input.addEventListener("input", () => state.set(param, input.value.trim()));
  const element = field(param, input);
  return {
    element,
    refresh(shown) {
      element.hidden = !shown;
      if (document.activeElement !== input) input.value = state.values[param] ?? "";
    },
  };
}

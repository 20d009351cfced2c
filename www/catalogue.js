// What the page asks of the package's catalogue. No model is named here: a new one appears by itself.

import { models } from "gpt-image-edge";

/** Words of one field over all models that are still served, in the order of the catalogue. */
const order = (lists) => [...new Set(lists.flat())];

export class Catalogue {
  models = models();

  find(id) {
    return this.models.find((model) => model.id === id || model.snapshots?.includes(id));
  }

  /** What the page begins with: the API's own default, or what OpenAI names in its place when it ends. */
  get preferred() {
    const usual = this.models.find((model) => model.default) ?? this.models[0];
    return (usual.shutdown_on && this.find(usual.replacement)) || usual;
  }

  get served() {
    return this.models.filter((model) => model.status !== "retired");
  }

  /** In the groups of a menu. */
  get groups() {
    const ending = (model) => model.status !== "retired" && model.shutdown_on;
    return {
      current: this.served.filter((model) => !ending(model)),
      ending: this.models.filter(ending),
      retired: this.models.filter((model) => model.status === "retired"),
    };
  }

  /** Every word of a field that any model takes. */
  words(param) {
    return order(this.served.map((model) => model.params[param]?.values ?? []));
  }

  /** The models that take a word of a field, or the field at all. */
  offering(param, value) {
    return this.served.filter((model) => {
      const rule = model.params[param];
      return rule && (value === undefined ? rule.published !== false : rule.values?.includes(value));
    });
  }
}

/** Whether no source says what a model makes of a field. */
export const unpublished = (model, param) => model.params[param]?.published === false;

/** `[width, height]` of "1536x1024", or undefined for `auto` and what is no size. */
export function edges(size) {
  const match = /^(\d+)x(\d+)$/.exec(size ?? "");
  return match ? [Number(match[1]), Number(match[2])] : undefined;
}

/** "3:2" of a size: exact where the numbers are small, else the nearest common one with a sign for it. */
export function ratioName(width, height) {
  const [a, b] = [width, height].map((edge) => edge / gcd(width, height));
  if (Math.max(a, b) <= 32) return `${a}:${b}`;
  const [name, ratio] = COMMON.map((text) => {
    const [across, down] = text.split(":");
    return [text, across / down];
  }).sort((one, other) => distance(one[1], width / height) - distance(other[1], width / height))[0];
  return distance(ratio, width / height) < 0.02 ? `≈ ${name}` : `${(width / height).toFixed(2)}:1`;
}

const COMMON = ["1:1", "5:4", "4:3", "3:2", "16:10", "16:9", "2:1", "21:9", "3:1"].flatMap((text) => {
  const turned = text.split(":").reverse().join(":");
  return turned === text ? [text] : [text, turned];
});
const gcd = (a, b) => (b ? gcd(b, a % b) : a || 1);
const distance = (one, other) => Math.abs(Math.log(one / other));

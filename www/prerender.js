// Runs while the page is built: makes the form with the page's own code, so that it stands in the document.

import init from "gpt-image-edge";

import { Catalogue } from "./catalogue.js";
import { buildForm } from "./controls/form.js";

/** What a browser shows by an attribute, and a script sets as a property. */
const SHOWN = ["checked", "disabled", "hidden", "max", "min", "step", "value"];

/**
 * Fills the fields of a document as the page begins: nothing chosen. Notes for each element that is made where it stands
 * in the end, for `adopting`.
 */
export async function prerender(document) {
  await init();
  const made = [];
  selectable(document);
  for (const name of ["createElement", "createElementNS"]) {
    const make = document[name].bind(document);
    document[name] = (...given) => {
      made.push(make(...given));
      return made.at(-1);
    };
  }
  // As much of a browser as making the form asks for.
  Object.assign(globalThis, { document, addEventListener: () => {} });
  const container = document.getElementById("fields");
  const catalogue = new Catalogue();
  const model = catalogue.preferred;
  const state = { values: { model: model.id }, images: [], operation: "generate", request: () => ({}) };
  buildForm(container, state, catalogue)(model, {});
  settle(container);
  const places = new Map([...container.querySelectorAll("*")].map((element, at) => [element, at]));
  let at = 0;
  const way = (to) => {
    const by = to - at;
    at = to;
    return by;
  };
  container.dataset.made = made.map((element) => (places.has(element) ? way(places.get(element)) : "")).join(" ");
  container.dataset.count = places.size;
  delete globalThis.document;
  delete globalThis.addEventListener;
}

/** The document of the build lets nobody choose an option. */
function selectable(document) {
  Object.defineProperty(Object.getPrototypeOf(document.createElement("select")), "value", {
    configurable: true,
    set(value) {
      for (const option of this.querySelectorAll("option")) option.toggleAttribute("selected", option.value === value);
    },
  });
}

/** Writes down as attributes what the code has set as properties. */
function settle(container) {
  for (const element of container.querySelectorAll("input"))
    for (const name of SHOWN) {
      const value = element[name];
      if (value === false || value === undefined || value === "") element.removeAttribute(name);
      else element.setAttribute(name, value === true ? "" : value);
    }
}

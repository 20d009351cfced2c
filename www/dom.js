// Elements without markup in strings: text is always text.

import { thousands } from "./strings.js";

const SVG = "http://www.w3.org/2000/svg";
const flat = (children) =>
  children.flat().filter((child) => child !== undefined && child !== null && child !== false && child !== "");

/** `el("button", { class: "quiet", type: "button", onclick }, "Text", child)` */
export function el(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else if (key === "value" || key === "checked" || key === "disabled" || key === "selected") element[key] = value;
    else element.setAttribute(key, value === true ? "" : value);
  }
  element.append(...flat(children));
  return element;
}

/** The same for drawings. */
export function svg(name, attributes = {}, ...children) {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.append(...flat(children));
  return element;
}

/** A button that does one thing. */
export function button(text, onclick, attributes = {}) {
  return el("button", { type: "button", onclick, ...attributes }, text);
}

/** Custom properties: the policy of the page allows no style attributes. */
export function styled(element, properties) {
  for (const [name, value] of Object.entries(properties)) element.style.setProperty(name, value);
  return element;
}

/** Dollars as people read them: never more digits than matter, never rounded to nothing. */
export function dollars(amount) {
  if (amount === 0) return "$0";
  if (amount >= 1000) return `$${thousands(amount)}`;
  const digits = amount >= 1 ? 2 : amount >= 0.01 ? 3 : amount >= 0.0001 ? 5 : 7;
  return `$${amount
    .toFixed(digits)
    .replace(/(\.\d*?)0+$/, "$1")
    .replace(/\.$/, "")}`;
}

/** An interval of an estimate in few words. */
export function interval({ min, max }) {
  if (max === null) return `${dollars(min)}+`;
  const [low, high] = [dollars(min), dollars(max)];
  return low === high ? low : `${low} – ${high}`;
}

/** Bytes as people read them. */
export function bytes(count) {
  if (count < 1000) return `${count} B`;
  const units = ["kB", "MB", "GB", "TB"];
  let at = -1;
  while (count >= 999.5 && at < units.length - 1) {
    count /= 1000;
    at++;
  }
  return `${count >= 9.95 ? Math.round(count) : count.toFixed(1)} ${units[at]}`;
}

const announcer = () => document.getElementById("status");

/** Says something to screen readers, and to nobody else. */
export function announce(text) {
  announcer().textContent = text;
}

/** Lets the page answer what a person does and paint, in the middle of longer work. */
export function pause() {
  return globalThis.scheduler?.yield?.() ?? new Promise((resolve) => setTimeout(resolve));
}

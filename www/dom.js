// Elements without markup in strings: text is always text.

import { thousands } from "./strings.js";

const SVG = "http://www.w3.org/2000/svg";
const flat = (children) =>
  children.flat().filter((child) => child !== undefined && child !== null && child !== false && child !== "");

/** `el("button", { class: "quiet", type: "button", onclick }, "Text", child)` */
export function el(name, attributes = {}, ...children) {
  const given = Object.entries(attributes).filter(
    ([, value]) => value !== undefined && value !== null && value !== false,
  );
  const found = standing(name, given);
  const element = found ?? document.createElement(name);
  for (const [key, value] of given)
    if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else if (found) continue;
    else if (PROPERTIES.has(key)) element[key] = value;
    else element.setAttribute(key, value === true ? "" : value);
  return children.length ? fill(element, ...children) : element;
}

/** Shown or hidden, where it is not so already. */
export function setShown(element, shown) {
  if (element.hidden === shown) element.hidden = !shown;
}

/** The same for drawings. */
export function svg(name, attributes = {}, ...children) {
  const given = Object.entries(attributes);
  const found = standing(name, given);
  const element = found ?? document.createElementNS(SVG, name);
  if (!found) for (const [key, value] of given) element.setAttribute(key, value);
  return children.length ? fill(element, ...children) : element;
}

/** What a person may have changed by now, or a script. */
const PROPERTIES = new Set(["value", "checked", "disabled", "selected"]);
let made = [];

/**
 * While `build` runs, the elements that it makes are those that stand in the page already, written by the build of the
 * page with the same code: `elements` are they, in the order in which they are made. What is in use stays in use, and
 * nothing is laid out again. From the first that is another on, they are made anew.
 */
export function adopting(elements, build) {
  made = elements.toReversed();
  try {
    return build();
  } finally {
    made = [];
  }
}

function standing(name, attributes) {
  const found = made.pop();
  if (!found) return undefined;
  const same = ([key, value]) =>
    key.startsWith("on") ||
    (PROPERTIES.has(key)
      ? key !== "value" || found.value === value
      : found.getAttribute(key) === (value === true ? "" : String(value)));
  if (found.localName === name && attributes.every(same)) return found;
  made = [];
  return undefined;
}

/** Gives an element its children; where they are there already, nothing moves. */
export function fill(element, ...children) {
  const wanted = flat(children);
  const now = element.childNodes;
  const same = (child, at) =>
    typeof child === "string" ? now[at].nodeType === 3 && now[at].data === child : now[at] === child;
  if (now.length !== wanted.length || !wanted.every(same)) element.replaceChildren(...wanted);
  return element;
}

/** Gives an element its text, where it has another. What stands there takes it over: a new one would be laid out anew. */
export function write(element, text) {
  const [node, more] = element.childNodes;
  if (element.textContent === text) return;
  if (node?.data === undefined || more) element.textContent = text;
  else node.data = text;
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
  return `$${amount.toFixed(digits).replace(amount >= 1 ? /\.00$/ : /\.?0+$/, "")}`;
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

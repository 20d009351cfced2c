// Elements without markup in strings: text is always text.

/** `el("button", { class: "quiet", type: "button", onclick }, "Text", child)` */
export function el(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else if (key === "value" || key === "checked" || key === "disabled") element[key] = value;
    else element.setAttribute(key, value === true ? "" : value);
  }
  element.append(...children.filter((child) => child !== undefined && child !== null && child !== false));
  return element;
}

/** Dollars as people read them: never more digits than matter, never rounded to nothing. */
export function dollars(amount) {
  if (amount === 0) return "$0";
  const digits = amount >= 1 ? 2 : amount >= 0.01 ? 3 : amount >= 0.0001 ? 5 : 7;
  return `$${amount
    .toFixed(digits)
    .replace(/(\.\d*?)0+$/, "$1")
    .replace(/\.$/, "")}`;
}

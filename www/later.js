// What only some visits need loads when it is first asked for, with the style of all of it.

import { el } from "./dom.js";
import * as strings from "./strings.js";

let dressed;

function dress() {
  dressed ??= new Promise((resolve, reject) => {
    const link = el("link", { rel: "stylesheet", href: "later.css", onload: resolve, onerror: reject });
    document.head.append(link);
  }).catch((error) => {
    // Another try may work: there may be a network by then.
    dressed = undefined;
    throw error;
  });
  return dressed;
}

/**
 * What `load` imports, once its style is there. Where that fails, the page says so and gives undefined.
 * @template T
 * @param {() => Promise<T>} load
 * @returns {Promise<T | undefined>}
 */
export async function later(load) {
  const missing = document.getElementById("missing");
  try {
    const [module] = await Promise.all([load(), dress()]);
    missing.hidden = true;
    return module;
  } catch {
    missing.textContent = strings.notLoaded;
    missing.hidden = false;
    return undefined;
  }
}

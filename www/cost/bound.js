// A worker may send only what it can afford for certain. What nothing bounds the price of is a problem there, and its own to
// say: the package knows no such rule.

import { estimateCost, migrate } from "gpt-image-edge";

import * as strings from "../strings.js";

/** Whether a service sends nothing that may cost any amount, and this may. */
export const lacksBound = (config, estimate) => config.requires_price_bound === true && estimate.max === null;

/** Whether that a prompt is missing is the only error: of what is refused for another the price is no problem yet. */
const isFine = (issues) => issues.every(({ severity, param }) => severity !== "error" || param === "prompt");

/**
 * What such a worker would say of a request that is fine otherwise, with the first model that it would take instead.
 * @param {{ request: object, context: object, issues: object[], estimate: object }} composed
 * @param {import("../catalogue.js").Catalogue} catalogue
 * @returns {object[]} at most one, in the form of the package's problems
 */
export function unbounded(operation, { request, context, issues, estimate }, catalogue) {
  if (estimate.max !== null || !isFine(issues)) return [];
  const found = catalogue.served.find(({ id }) => {
    const moved = migrate(operation, request, { ...context, target: id });
    return isFine(moved.report.issues) && estimateCost(operation, moved.request, context).max !== null;
  });
  const fix = found && { value: found.id, applicability: "unsafe" };
  const message = strings.noBound(operation, catalogue.find(request.model)?.name ?? request.model);
  // The worker's own word for it.
  return [{ severity: "error", code: "price_unknown", param: "model", path: ["model"], message, fix }];
}

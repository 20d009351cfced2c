// What stands beside the form: prices of all models, and the request as code.

import { IMAGES, codePanel } from "./code/panel.js";
import { written } from "./code/request.js";
import { comparePrices, showComparison } from "./cost/compare.js";
import * as strings from "./strings.js";

const $ = (id) => document.getElementById(id);
let code;

/** Shows one of them as the form stands. */
export function show(name, { composer, baseURL }) {
  const { state, catalogue, request, issues, context } = composer;
  if (name === "prices")
    showComparison($("prices"), comparePrices(catalogue, state.operation, request, context), {
      values: state.values,
      ended: catalogue.groups.retired,
      take: (model, quality, size) => state.assign({ model, quality, ...(size && { size }) }),
    });
  else {
    code ??= codePanel($("code"), baseURL, { languages: IMAGES, name: "code" });
    const errors = issues.filter(({ severity }) => severity === "error").length;
    code.show(written(request, strings.promptPlaceholder), errors);
  }
}

// The model that the tests of the worker draw with.

import { estimateCost, models } from "gpt-image-edge";

import { boundedModel } from "../../common/model.ts";

export const MODEL = boundedModel({ models, estimateCost });

/** One in service that draws vector images, if any does. */
export const VECTOR = models().find(
  ({ status, params: { output_format: format } }) =>
    status !== "retired" && format && "values" in format && format.values.includes("svg"),
)?.id;

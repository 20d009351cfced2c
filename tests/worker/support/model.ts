// The model that the tests of the worker draw with.

import { estimateCost, models } from "gpt-image-edge";

import { boundedModel } from "../../common/model.ts";

export const MODEL = boundedModel({ models, estimateCost });

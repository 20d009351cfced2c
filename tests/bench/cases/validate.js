// Checking one request. The peers' schemas know the values of one model; ours knows all models and the rules between
// fields, and says what to do instead.
//
// `validate` and `estimateCost` recall what they answered before (src/npm/recall.js). What a request costs that was never
// asked about is measured with a context: with one, even an empty one, nothing is recalled.

import * as ajv from "../peers/ajv.js";
import * as valibot from "../peers/valibot.js";
import * as zod from "../peers/zod.js";

export const VALID = {
  model: "gpt-image-2",
  prompt: "a lighthouse at dusk, oil on canvas",
  size: "1024x1536",
  quality: "low",
  n: 2,
};
const LONG = { ...VALID, prompt: "a lighthouse at dusk ".repeat(400) };
const WRONG = { ...VALID, size: "1000x1000", quality: "ultra", n: 40 };

const AFRESH = {};

function group(ours, name, request, expected) {
  const count = (found) => {
    if (found !== expected) throw new Error(`${name}: ${found} problems instead of ${expected}`);
  };
  const errors = (report) => report.issues.filter((issue) => issue.severity === "error").length;
  const contenders = [
    { name: "gpt-image-edge, asked afresh", work: () => count(errors(ours.validate("generate", request, AFRESH))) },
    { name: "gpt-image-edge, asked before", work: () => count(errors(ours.validate("generate", request))) },
    { name: "zod 4", work: () => count(zod.problems(request)) },
    { name: "valibot", work: () => count(valibot.problems(request)) },
  ];
  if (ajv.isAllowed()) contenders.push({ name: "ajv", work: () => count(ajv.problems(request)) });
  return { name, contenders: contenders.map((contender) => ({ ...contender, synchronous: true })) };
}

export const GROUPS = {
  valid: (ours) => group(ours, "validate: a valid request", VALID, 0),
  long: (ours) => group(ours, "validate: a valid request with a prompt of 8 KB", LONG, 0),
  wrong: (ours) => group(ours, "validate: three errors and their report", WRONG, 3),
  estimate: (ours) => ({
    name: "estimateCost of a valid request",
    contenders: [
      {
        name: "gpt-image-edge, asked afresh",
        work: () => ours.estimateCost("generate", VALID, AFRESH),
        synchronous: true,
      },
      { name: "gpt-image-edge, asked before", work: () => ours.estimateCost("generate", VALID), synchronous: true },
    ],
  }),
};

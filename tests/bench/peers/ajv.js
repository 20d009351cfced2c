// The request by ajv.

import Ajv from "ajv";

import { BACKGROUNDS, FORMATS, QUALITIES, SIZES } from "./choices.js";

const integer = (minimum, maximum) => ({ type: "integer", minimum, maximum });
const schema = {
  type: "object",
  required: ["model", "prompt"],
  additionalProperties: false,
  properties: {
    model: { type: "string" },
    prompt: { type: "string", minLength: 1, maxLength: 32000 },
    n: integer(1, 10),
    size: { enum: SIZES },
    quality: { enum: QUALITIES },
    background: { enum: BACKGROUNDS },
    output_format: { enum: FORMATS },
    output_compression: integer(0, 100),
    moderation: { enum: ["auto", "low"] },
    stream: { type: "boolean" },
    partial_images: integer(0, 3),
    user: { type: "string" },
  },
};

let validate;

/** How many problems it finds. */
export const problems = (request) => {
  validate ??= new Ajv({ allErrors: true }).compile(schema);
  return validate(request) ? 0 : validate.errors.length;
};

/** ajv compiles by `new Function`, which workerd and a strict content security policy forbid. */
export const isAllowed = () => {
  try {
    return new Function("return true")();
  } catch {
    return false;
  }
};

// The request by valibot.

import * as v from "valibot";

import { BACKGROUNDS, FORMATS, QUALITIES, SIZES } from "./choices.js";

const between = (min, max) => v.nullish(v.pipe(v.number(), v.integer(), v.minValue(min), v.maxValue(max)));
const schema = v.strictObject({
  model: v.string(),
  prompt: v.pipe(v.string(), v.minLength(1), v.maxLength(32000)),
  n: between(1, 10),
  size: v.nullish(v.picklist(SIZES)),
  quality: v.nullish(v.picklist(QUALITIES)),
  background: v.nullish(v.picklist(BACKGROUNDS)),
  output_format: v.nullish(v.picklist(FORMATS)),
  output_compression: between(0, 100),
  moderation: v.nullish(v.picklist(["auto", "low"])),
  stream: v.nullish(v.boolean()),
  partial_images: between(0, 3),
  user: v.optional(v.string()),
});

/** How many problems it finds. */
export const problems = (request) => v.safeParse(schema, request).issues?.length ?? 0;

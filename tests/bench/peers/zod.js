// The request by zod 4.

import { z } from "zod";

import { BACKGROUNDS, FORMATS, QUALITIES, SIZES } from "./choices.js";

const schema = z.strictObject({
  model: z.string(),
  prompt: z.string().min(1).max(32000),
  n: z.number().int().min(1).max(10).nullish(),
  size: z.enum(SIZES).nullish(),
  quality: z.enum(QUALITIES).nullish(),
  background: z.enum(BACKGROUNDS).nullish(),
  output_format: z.enum(FORMATS).nullish(),
  output_compression: z.number().int().min(0).max(100).nullish(),
  moderation: z.enum(["auto", "low"]).nullish(),
  stream: z.boolean().nullish(),
  partial_images: z.number().int().min(0).max(3).nullish(),
  user: z.string().optional(),
});

/** How many problems it finds. */
export const problems = (request) => schema.safeParse(request).error?.issues.length ?? 0;

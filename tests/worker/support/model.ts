// The model that the tests draw with: models end, and a named one would end the tests with it.

import { models } from "gpt-image-edge";

/** The catalogue's default of the day. */
export const MODEL = models().find((model) => model.default)!.id;

// What is measured, and against whom. Bundled once for each runtime. The first contender of a group is ours: ratios are
// against it.

import { GROUPS as DECODE } from "./decode.js";
import { GROUPS as VALIDATE } from "./validate.js";

export const GROUPS = { ...DECODE, ...VALIDATE };

// Requests of words, numbers and flags, taken apart once for all who want to know them.

/** As `Field::ALL` in src/request/field.rs, those whose values are words, numbers and flags. */
export const FIELDS = [
  "model",
  "n",
  "size",
  "quality",
  "background",
  "output_format",
  "output_compression",
  "input_fidelity",
  "moderation",
  "stream",
  "partial_images",
  "complexity",
  "frame_count",
  "frame_duration_ms",
  "response_format",
  "style",
];
const indexOf = new Map(FIELDS.map((name, index) => [name, index]));
/** The model stands apart: what is known of a request is known of one model. */
const MODEL = 0;
/** Longer texts are nobody's words. */
const LONGEST_WORD = 32;

/** The request that was taken apart last. */
export const last = { fields: 0, model: undefined, prompt: "", promptLength: 0, count: 0 };
/** Its values but the model and the prompt, and of which fields they are. */
export const lastIndices = new Array(FIELDS.length);
export const lastValues = new Array(FIELDS.length);

/** Counts the requests: reading one may call the package, which takes apart another. */
let taken = 0;

/** Takes a request apart; false when it has anything that is not a word, a number or a flag, or a prompt that is not plain. */
export function takeApart(request) {
  if (typeof request !== "object" || request === null || Object.getPrototypeOf(request) !== Object.prototype)
    return false;
  const mine = ++taken;
  last.fields = 0;
  last.model = undefined;
  last.promptLength = 0;
  last.count = 0;
  for (const name in request) {
    const value = request[name];
    if (taken !== mine) return false;
    if (name === "prompt") {
      if (!isPlain(value)) return false;
      last.prompt = value;
      last.promptLength = value.length;
      continue;
    }
    const index = indexOf.get(name);
    if (index === undefined) return false;
    const type = typeof value;
    if (type === "undefined") continue;
    if (type === "string" ? value.length > LONGEST_WORD : type !== "number" && type !== "boolean") return false;
    last.fields |= 1 << index;
    if (index === MODEL) last.model = value;
    else {
      lastIndices[last.count] = index;
      lastValues[last.count++] = value;
    }
  }
  return last.promptLength > 0;
}

/** Whether a prompt certainly begins with what is not white space: then the rules want to know only its length. */
export function isPlain(prompt) {
  if (typeof prompt !== "string" || prompt.length === 0) return false;
  const first = prompt.charCodeAt(0);
  return first > 0x20 && first < 0x7f;
}

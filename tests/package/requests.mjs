// Requests of the Images API made at random, the same on each run: right ones, wrong ones and odd ones.

/** xorshift32: the same requests on each run. */
export function dice(seed) {
  let state = seed;
  return (sides) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % sides;
  };
}

const POOLS = {
  n: [1, 2, 10, 11, 1.5, null],
  size: ["auto", "1024x1024", "1024x1536", "2048x2048", "1000x1000"],
  quality: ["auto", "low", "high", "hd"],
  background: ["auto", "opaque", "transparent"],
  output_format: ["png", "jpeg", "webp", "gif", "svg"],
  output_compression: [0, 50, 100, 101],
  input_fidelity: ["low", "high"],
  moderation: ["auto", "low"],
  stream: [true, false],
  partial_images: [0, 1, 3, 4],
  complexity: ["low", "high"],
  frame_count: [2, 16],
  frame_duration_ms: [100],
  response_format: ["b64_json", "url"],
  style: ["vivid", "natural"],
  user: ["u"],
  promt: ["x"],
};
const PROMPTS = ["a lighthouse", "x".repeat(900), "x".repeat(5000), "x".repeat(33_000), " ", "é lighthouse", "  a"];

export const FIELDS = Object.keys(POOLS);

/** Few sets of fields, so that many requests share one: only then is anything remembered. */
export function randomRequest(roll, sets, ids) {
  const request = {};
  const model = roll(ids.length + 1);
  if (model < ids.length) request.model = ids[model];
  if (roll(20) > 0) request.prompt = PROMPTS[roll(3) === 0 ? roll(PROMPTS.length) : 0];
  for (const name of sets[roll(sets.length)]) request[name] = POOLS[name][roll(POOLS[name].length)];
  return request;
}

// What every entry of gpt-image-edge/pixels exports. No logic: bytes in, the module's answer out.

import { asBytes, isBytes } from "../bytes.js";
import { ImageApiError } from "../errors.js";
import { isReady, perform } from "./instance.js";

export { isReady };

/** What an export answers when it failed (`FAILED` in src/pixels/src/face.rs). */
const FAILED = 0xffff_ffff;
/** As `Limits::default` in src/pixels/src/decode.rs. */
const MAX_PIXELS = 64 * 1024 * 1024;

const AMOUNTS = ["none", "some", "all"];

const decoder = new TextDecoder();

function refuse(param, code, message, rest) {
  throw new ImageApiError({ kind: "user", code, param, message: `${param}: ${message}`, ...rest });
}

function limitOf({ maxPixels = MAX_PIXELS } = {}) {
  if (Number.isInteger(maxPixels) && maxPixels > 0 && maxPixels < FAILED) return maxPixels;
  return refuse("maxPixels", "invalid_argument", `${String(maxPixels)} is none; give a whole number of pixels`);
}

/** Hands a picture over, calls, and reads the answer or the failure. */
function withPicture(image, work, read = (_, answer) => answer) {
  if (!isBytes(image)) refuse("image", "invalid_type", "expected a Uint8Array or an ArrayBuffer");
  const bytes = asBytes(image);
  const output = (exports) =>
    new Uint8Array(exports.memory.buffer, exports.output() >>> 0, exports.output_length() >>> 0);
  const { answer, failure } = perform((exports) => {
    // The address first: making room may replace the memory.
    const address = exports.input(bytes.length) >>> 0;
    new Uint8Array(exports.memory.buffer).set(bytes, address);
    const answer = work(exports) >>> 0;
    if (answer === FAILED) return { failure: decoder.decode(output(exports)) };
    return { answer: read(output(exports), answer) };
  });
  if (failure === undefined) return answer;
  const [code, message] = failure.split("\n");
  return refuse("image", code, message);
}

/**
 * How much of a picture is transparent.
 * @param {Uint8Array | ArrayBuffer | ArrayBufferView} image a whole PNG or WebP file
 */
export function maskTransparency(image, options) {
  const limit = limitOf(options);
  return AMOUNTS[withPicture(image, (exports) => exports.mask_transparency(limit))];
}

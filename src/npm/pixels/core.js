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

/** What `report(index)` answers, in this order (src/pixels/src/face.rs). */
const REPORT = ["color", "method", "tolerance", "softness", "keyed", "softened", "border", "flat", "width", "height"];

/** A colour as one number, -1 for the one that is found. */
function colorOf(color) {
  if (color === "auto") return -1;
  const hex = typeof color === "string" && /^#(?:[\da-f]{3}){1,2}$/i.test(color) ? color.slice(1) : undefined;
  if (hex?.length === 3) return parseInt(hex.replace(/./g, "$&$&"), 16);
  if (hex !== undefined) return parseInt(hex, 16);
  if (
    Array.isArray(color) &&
    color.length === 3 &&
    color.every((value) => value >= 0 && value <= 255 && value % 1 === 0)
  )
    return color.reduce((number, value) => number * 256 + value, 0);
  const given = JSON.stringify(color) ?? typeof color;
  return refuse("color", "invalid_argument", `${given} is none; give "auto", "#00ff00" or [0, 255, 0]`);
}

function levelsOf(name, levels) {
  if (levels === undefined) return NaN;
  if (typeof levels === "number" && levels >= 0 && levels <= 255) return levels;
  return refuse(name, "invalid_argument", `${String(levels)} is outside 0 to 255`);
}

/**
 * Makes the flat background of a picture transparent.
 * @param {Uint8Array | ArrayBuffer | ArrayBufferView} image a whole PNG, JPEG or WebP file
 */
export function chromaKey(image, options = {}) {
  const { color = "auto", tolerance, softness, despill = true, format = "png" } = options;
  if (format !== "png" && format !== "webp")
    refuse(
      "format",
      "invalid_argument",
      `${JSON.stringify(format)} keeps no transparency here; allowed are "png", "webp"`,
    );
  const numbers = [
    limitOf(options),
    colorOf(color),
    levelsOf("tolerance", tolerance),
    levelsOf("softness", softness),
    !despill,
    format === "webp",
  ];
  let report;
  const bytes = withPicture(
    image,
    (exports) => {
      const answer = exports.key(...numbers);
      report = Object.fromEntries(REPORT.map((name, index) => [name, exports.report(index)]));
      return answer;
    },
    (output) => output.slice(),
  );
  report.color = report.color < 0 ? null : `#${report.color.toString(16).padStart(6, "0")}`;
  report.method = report.method === 0 ? "hue" : "distance";
  report.flat = report.flat === 1;
  return { bytes, report: { ...report, format } };
}

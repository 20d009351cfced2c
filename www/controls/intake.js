// Pictures on their way in: turned upright where a camera only noted how it was held, and made smaller on request.

import { inspectImage } from "gpt-image-edge";

const HEAD_BYTES = 65_536;
/** Good enough that nobody sees it, and half the bytes of the best. */
const LOSSY = 0.92;

/** What the header says, or undefined where it is no picture. */
async function header(file) {
  try {
    return inspectImage(await file.slice(0, HEAD_BYTES).arrayBuffer());
  } catch {
    return undefined;
  }
}

/**
 * The file as it is, or upright. A mask is laid over the pixels as they are stored, so what is seen and what is sent must
 * be the same. What is no picture is left to the checks.
 */
export async function upright(file) {
  const info = await header(file);
  if (!info || info.orientation === 1) return file;
  const bitmap = await createImageBitmap(file, { imageOrientation: "from-image" });
  return redrawn(file, bitmap, bitmap.width, bitmap.height);
}

/** The same picture in fewer pixels. */
export async function shrunk(file, width, height) {
  const options = { resizeWidth: width, resizeHeight: height, resizeQuality: "high" };
  return redrawn(file, await createImageBitmap(file, options), width, height);
}

/** A bitmap as a file in the place of another. */
export async function redrawn(file, bitmap, width, height, type = file.type) {
  const canvas = new OffscreenCanvas(width, height);
  canvas.getContext("2d").drawImage(bitmap, 0, 0, width, height);
  bitmap.close();
  const blob = await canvas.convertToBlob({ type, quality: LOSSY });
  return new File([blob], file.name, { type: blob.type, lastModified: file.lastModified });
}

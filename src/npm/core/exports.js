// What the entries of gpt-image-edge/core export.

export * from "../images.js";
export { ImageClient } from "../client.js";

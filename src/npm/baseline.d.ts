// The package for engines without SIMD in WebAssembly: everything is the same, and pictures are decoded more slowly.

export * from "./index.js";
export { default } from "./index.js";

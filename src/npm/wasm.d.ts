/** The compiled module, as the runtime or bundler that imports `.wasm` files gives it. */
declare const module: WebAssembly.Module;
export default module;

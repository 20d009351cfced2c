// What wasm-pack writes into target/sandbox/ (worker/sandbox/src/face.rs), which does not exist until it is built.

declare module "*/gpt_image_edge_sandbox.js" {
  /** A call while its body is being handed over. */
  export class Draft {
    constructor(edit: boolean);
    json(text: string): void;
    field(name: string, text: string): void;
    file(field: string, name: string, mediaType: string, bytes: Uint8Array): void;
    /** Checks the call as of a time in milliseconds since 1970. The draft is used up. */
    open(nowMs: number): Opened;
    free(): void;
  }
  /** A call that was accepted or refused. */
  export class Opened {
    readonly status: number;
    summary(): string;
    draw(index: number): Picture | undefined;
    base64(picture: Picture): Uint8Array;
    partial_base64(picture: Picture, index: number, count: number): Uint8Array;
    free(): void;
  }
  /** A drawn picture. */
  export class Picture {
    free(): void;
  }
  export function models(nowMs: number): string;
  export function runware(task: string, nowMs: number): string;
  export function respond(text: string, nowMs: number): string;
  export function initSync(options: { module: WebAssembly.Module }): unknown;
}

declare module "*/gpt_image_edge_sandbox_bg.wasm" {
  const module: WebAssembly.Module;
  export default module;
}

// As much of busboy 1.6 as the tests use; it brings no types of its own.

declare module "busboy" {
  import type { Readable, Writable } from "node:stream";

  interface Parser extends Writable {
    on(event: "field", listener: (name: string, value: string) => void): this;
    on(
      event: "file",
      listener: (name: string, stream: Readable, info: { filename: string; mimeType: string }) => void,
    ): this;
    on(event: "close", listener: () => void): this;
    on(event: "error", listener: (error: Error) => void): this;
  }
  export default function busboy(options: {
    headers: Record<string, string | undefined>;
    limits?: { fieldSize?: number };
  }): Parser;
}

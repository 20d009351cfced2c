// Digests of the files of a form, taken while they pass.

import type { Digests } from "../multipart/edit-form.ts";

export class FileDigests implements Digests {
  readonly #digests: Promise<ArrayBuffer>[] = [];
  #writer: WritableStreamDefaultWriter | undefined;

  begin(): void {
    const stream = new crypto.DigestStream("SHA-256");
    this.#digests.push(stream.digest);
    this.#writer = stream.getWriter();
  }

  async write(bytes: Uint8Array): Promise<void> {
    await this.#writer?.write(bytes);
  }

  async end(): Promise<void> {
    await this.#writer?.close();
  }

  all(): Promise<ArrayBuffer[]> {
    return Promise.all(this.#digests);
  }
}

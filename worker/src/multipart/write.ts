// Writes a form anew. Every byte but the content of the parts is ours: names are from a closed set, file names are made
// here, media types come from the files' own first bytes. So nothing needs to be escaped, and nothing a caller wrote into
// a header reaches the upstream. (The runtime's own FormData leaves carriage returns in names and doubles backslashes.)

const encoder = new TextEncoder();

/** What a file may be declared as: the formats that are told by their first bytes. */
export type MediaType = "image/png" | "image/jpeg" | "image/webp" | "image/gif" | "application/octet-stream";

const NAME = /^[0-9A-Za-z_[\]-]{1,64}$/;

/** A writer of one form. */
export class FormWriter {
  /**
   * 128 random bits, drawn for this form and shown to nobody before it is sent, so that no content can hold them on
   * purpose, nor by chance in the age of the universe.
   */
  readonly boundary = `gpt-image-edge-${hex(crypto.getRandomValues(new Uint8Array(16)))}`;
  readonly contentType = `multipart/form-data; boundary=${this.boundary}`;

  /** A whole text field. The text goes as it is: the same prompt has the same tokens in a form and in JSON. */
  field(name: string, text: string): Uint8Array {
    return encoder.encode(`${this.#start(name)}\r\n\r\n${text}\r\n`);
  }

  /** What comes before the bytes of a file. */
  fileStart(name: string, filename: string, type: MediaType): Uint8Array {
    if (!/^[0-9A-Za-z.-]{1,64}$/.test(filename)) throw new Error("a file name is not made of plain characters");
    return encoder.encode(`${this.#start(name)}; filename="${filename}"\r\nContent-Type: ${type}\r\n\r\n`);
  }

  /** What comes after them. */
  fileEnd(): Uint8Array {
    return encoder.encode("\r\n");
  }

  /** The end of the form. */
  end(): Uint8Array {
    return encoder.encode(`--${this.boundary}--\r\n`);
  }

  #start(name: string): string {
    // Whoever calls has checked the names; a mistake there must not become a header of the caller's.
    if (!NAME.test(name)) throw new Error("a field name is not made of plain characters");
    return `--${this.boundary}\r\nContent-Disposition: form-data; name="${name}"`;
  }
}

const hex = (bytes: Uint8Array) => [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");

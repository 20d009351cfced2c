// Forms as clients write them.

import { join } from "./bytes.ts";

/** A part: its name and content, and how its headers are written. */
export interface PartSpec {
  name: string;
  content: string | Uint8Array;
  filename?: string;
  type?: string;
  /** Written in place of the headers that the other fields would give. */
  headers?: string;
}

export interface FormSpec {
  parts: PartSpec[];
  boundary?: string;
  /** The Content-Type of the request, where it is not the usual one. */
  contentType?: string;
}

/** A form's body and the content type that announces it. */
export function form({ parts, boundary = "----test-0123456789", contentType }: FormSpec) {
  const pieces: (string | Uint8Array)[] = [];
  for (const { name, content, filename, type, headers } of parts) {
    const file = filename === undefined ? "" : `; filename="${filename}"`;
    const usual = `Content-Disposition: form-data; name="${name}"${file}${type === undefined ? "" : `\r\nContent-Type: ${type}`}`;
    pieces.push(`--${boundary}\r\n${headers ?? usual}\r\n\r\n`, content, "\r\n");
  }
  pieces.push(`--${boundary}--\r\n`);
  return { body: join(...pieces), contentType: contentType ?? `multipart/form-data; boundary=${boundary}`, boundary };
}

/** Text fields by their names. */
export const fields = (values: Record<string, string | number | boolean>): PartSpec[] =>
  Object.entries(values).map(([name, value]) => ({ name, content: String(value) }));

/** A picture as a browser sends it. */
export const picture = (content: Uint8Array, name = "image", filename = "photo.png", type = "image/png"): PartSpec => ({
  name,
  content,
  filename,
  type,
});

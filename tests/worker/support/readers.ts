// Readers of forms that were not written here, and the worker's own rewriting for them.

import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";

import busboy from "busboy";

import { concat } from "../../../worker/src/chunks.ts";
import { EditForm } from "../../../worker/src/multipart/edit-form.ts";
import { ByteReader } from "../../../worker/src/multipart/reader.ts";
import { every, streamOf, utf8 } from "./bytes.ts";

export interface Form {
  body: Uint8Array<ArrayBuffer>;
  contentType: string;
}

/** A form as the worker writes it for the upstream, while it comes in pieces of so many bytes. */
export async function rewrite(body: Uint8Array, boundary: string, size: number): Promise<Form> {
  const writer = new EditForm(new ByteReader(streamOf(every(body, size)), 1e9), boundary);
  const chunks: Uint8Array[] = [];
  for await (const chunk of writer.rewritten()) chunks.push(chunk);
  return { body: concat(chunks), contentType: writer.contentType };
}

/** A part as a reader tells it: content as one character a byte. */
export type Read = [name: string, filename: string | undefined, type: string | undefined, content: string];
export const raw = (bytes: Uint8Array) => Buffer.from(bytes).toString("latin1");

/** By busboy, what Node's servers mostly read forms with. */
export function byBusboy(body: Uint8Array, contentType: string): Promise<Read[]> {
  return new Promise((resolve, reject) => {
    const found: Read[] = [];
    const parser = busboy({ headers: { "content-type": contentType }, limits: { fieldSize: Infinity } });
    parser.on("field", (name, value) => found.push([name, undefined, undefined, raw(utf8(value))]));
    parser.on("file", (name, stream, { filename, mimeType }) => {
      const part: Read = [name, filename, mimeType, ""];
      found.push(part);
      stream.on("data", (chunk: Buffer) => (part[3] += raw(chunk)));
    });
    parser.on("close", () => resolve(found));
    parser.on("error", reject);
    parser.end(body);
  });
}

/** By undici, what Node's own `formData()` is. */
export async function byUndici(body: Uint8Array<ArrayBuffer>, contentType: string): Promise<Read[]> {
  const data = await new Response(body, { headers: { "content-type": contentType } }).formData();
  const read = async ([name, value]: [string, FormDataEntryValue]): Promise<Read> =>
    typeof value === "string"
      ? [name, undefined, undefined, raw(utf8(value))]
      : [name, value.name, value.type, raw(new Uint8Array(await value.arrayBuffer()))];
  return Promise.all([...data].map(read));
}

const packages = new URL("../../../target/python", import.meta.url).pathname;
const python = (args: string[], input = "") =>
  spawnSync("python3", args, {
    input,
    encoding: "utf8",
    timeout: 120_000,
    maxBuffer: 1e9,
    env: { ...process.env, PYTHONPATH: packages },
  });

/** Whether python-multipart can be had: installed, or installed now beside the build where pip can. */
export function hasPython(): boolean {
  const installed = () => python(["-c", "import python_multipart"]).status === 0;
  if (installed()) return true;
  if (!existsSync(packages))
    python(["-m", "pip", "install", "--quiet", "--target", packages, "python-multipart==0.0.20"]);
  return installed();
}

/** By python-multipart, what Starlette and FastAPI read forms with. All forms at once, for each start takes its time. */
export function byPython(forms: readonly Form[]): Read[][] {
  const lines = forms.map(({ body, contentType }) =>
    JSON.stringify([contentType, Buffer.from(body).toString("base64")]),
  );
  const script = join(import.meta.dirname, "read_forms.py");
  const { status, stdout, stderr } = python([script], lines.join("\n"));
  if (status !== 0) throw new Error(`python-multipart refuses a form: ${stderr}`);
  return stdout
    .trim()
    .split("\n")
    .map((line) =>
      (JSON.parse(line) as [string, string | null, string | null, string][]).map(
        ([name, filename, type, content]): Read => [
          name,
          filename ?? undefined,
          type ?? undefined,
          Buffer.from(content, "base64").toString("latin1"),
        ],
      ),
    );
}

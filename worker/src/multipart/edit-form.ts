// An edit's form: read part by part, written anew for the upstream, checked before its end is written.

import type { Context } from "gpt-image-edge";

import { identified } from "../auth/safety.ts";
import { checked, issuesOf, type Fields as Request } from "../check.ts";
import { concat } from "../chunks.ts";
import { badRequest, invalid, tooLarge } from "../errors.ts";
import { factsOf, HEAD_BYTES, mediaTypeOf, type Facts } from "./facts.ts";
import { Fields, MAX_FIELD_BYTES, spelledFields } from "./fields.ts";
import { malformed } from "./malformed.ts";
import { parseForm, type Part } from "./parse.ts";
import type { ByteReader } from "./reader.ts";
import { FormWriter } from "./write.ts";

/** 16 images and a mask or a markup. Source: openai 7.55.0, `ImageEditParams` (2026-11-10). */
const MAX_FILES = 17;
/** Each file is smaller. Source: as above. */
const MAX_FILE_BYTES = 50 * 1024 * 1024;

const ROLES = ["image", "mask", "markup"] as const;
type Role = (typeof ROLES)[number];

/** A file: what is known of it, and a stand-in for the checks, since its bytes are on their way. */
interface Entry {
  role: Role;
  /** As OpenAI spells it: `image`, `image[2]`, `mask`. */
  param: string;
  facts: Facts;
  file: File;
}

/** Hears every byte of the files, one after the other. */
export interface Digests {
  begin(): void;
  write(bytes: Uint8Array): Promise<void>;
  end(): Promise<void>;
}

/** What follows the files of a form. */
export interface Tail {
  /** As the package takes it: with stand-ins for the files. */
  request: Request;
  context: Context;
  bytes: Uint8Array<ArrayBuffer>;
}

/** Reads a form and writes it anew. */
export class EditForm {
  readonly #writer = new FormWriter();
  readonly #fields = new Fields();
  readonly #files: Entry[] = [];
  /** How the caller spells the list of images: `image`, `image[]` or `image[0]`. */
  #spelling: string | undefined;
  #written = 0;

  constructor(
    readonly reader: ByteReader,
    readonly boundary: string,
    /** Where digests of the files are wanted; and the name of its caller for the upstream. */
    readonly options: { digests?: Digests; identifier?: string } = {},
  ) {}

  /** The media type of what is written. */
  get contentType(): string {
    return this.#writer.contentType;
  }

  /** How many bytes of files were written. */
  get written(): number {
    return this.#written;
  }

  /**
   * The form as the upstream gets it: files as they come, then the text fields, then the end. The fields wait because
   * they are checked together with the files, and because what is not sent cannot be billed.
   */
  async *rewritten(): AsyncGenerator<Uint8Array, void> {
    yield* this.files();
    yield this.tail().bytes;
  }

  /** The files as they come. When this ends, all of the caller's form was read. */
  async *files(): AsyncGenerator<Uint8Array, void> {
    for await (const part of parseForm(this.reader, this.boundary)) {
      const role = roleOf(part.name);
      if (!role) await this.#field(part);
      else
        for await (const bytes of this.#file(part, role)) {
          this.#written += bytes.length;
          yield bytes;
        }
    }
  }

  /** What follows the files, and the whole request as it was checked; throws what is wrong with it. */
  tail(): Tail {
    const context = this.#context();
    const given = checked("edit", this.#request(), context);
    const { identifier } = this.options;
    const request = identifier === undefined ? given : identified(given, identifier);
    const fields = { ...request };
    for (const role of ROLES) delete fields[role];
    const pieces = [...spelledFields(fields)].map(([name, text]) => this.#writer.field(name, text));
    return { request, context, bytes: concat([...pieces, this.#writer.end()]) };
  }

  async #field(part: Part): Promise<void> {
    const { name } = part;
    if (part.filename !== undefined) throw badRequest(`${name}: must be text, not a file`, name, "invalid_type");
    const chunks: Uint8Array[] = [];
    let length = 0;
    for await (const chunk of part.body) {
      length += chunk.length;
      if (length > MAX_FIELD_BYTES)
        throw badRequest(`${name}: is longer than ${MAX_FIELD_BYTES} bytes`, name, "string_above_max_length");
      chunks.push(chunk.slice());
    }
    this.#fields.add(name, concat(chunks), part.type);
  }

  async *#file(part: Part, role: Role): AsyncGenerator<Uint8Array, void> {
    const { digests } = this.options;
    const param = this.#place(part.name, role);
    const { head, whole } = await readHead(part);
    const facts = factsOf(head, whole);
    if (part.filename === undefined && facts.broken)
      throw badRequest(`${param}: must be a file, not text`, param, "invalid_type");
    this.#files.push({ role, param, facts, file: new File([], part.filename ?? "") });
    this.#refuseEarly(facts, param);

    const number = this.#files.length;
    const filename = `${role}-${number}.${facts.format ?? "bin"}`;
    // Whether more images follow is not known yet, and the API takes the list form for a single image as well.
    digests?.begin();
    await digests?.write(head);
    yield this.#writer.fileStart(role === "image" ? "image[]" : role, filename, mediaTypeOf(facts.format));
    yield head;
    for await (const chunk of part.body) {
      facts.image.bytes += chunk.length;
      if (facts.image.bytes >= MAX_FILE_BYTES)
        throw tooLarge(`${param}: has ${MAX_FILE_BYTES} bytes or more; it must have fewer`, param);
      await digests?.write(chunk);
      yield chunk;
    }
    await digests?.end();
    yield this.#writer.fileEnd();
  }

  /** Where a file belongs. Throws when two readers could put it elsewhere. */
  #place(name: string, role: Role): string {
    if (this.#files.length >= MAX_FILES) throw malformed(`it has more than ${MAX_FILES} files`);
    const count = this.#files.filter((file) => file.role === role).length;
    if (role !== "image") {
      if (count > 0) throw badRequest(`${role}: given more than once; keep one`, role, "duplicate_key");
      return role;
    }
    const numbered = /^image\[(\d+)\]$/.exec(name);
    const spelling = numbered ? "image[0]" : name;
    this.#spelling ??= spelling;
    if (spelling !== this.#spelling)
      throw badRequest(
        `image: given both as ${this.#spelling} and as ${spelling}; use one of them for all`,
        "image",
        "duplicate_key",
      );
    if (numbered && numbered[1] !== String(count))
      throw badRequest(`${name}: numbered images must come in their order, from image[0] on`, "image", "invalid_value");
    return count === 0 && spelling === "image" ? "image" : `image[${count}]`;
  }

  /** Ends the reading where nothing that follows can make the form right. */
  #refuseEarly(facts: Facts, param: string): void {
    const known = this.#fields.has("model");
    if (!facts.broken && !known) return;
    const errors = issuesOf("edit", this.#request(), this.#context()).filter(({ severity }) => severity === "error");
    const about = errors.filter((issue) => issue.param === param || issue.code === "too_many_images");
    if (about.length > 0) throw invalid(about);
  }

  /** What has come so far, as a request. */
  #request(): Request {
    const files = (role: Role) => this.#files.filter((entry) => entry.role === role).map((entry) => entry.file);
    const request: Request = { ...this.#fields.values };
    const images = files("image");
    if (images.length > 0) request["image"] = images.length === 1 && this.#spelling === "image" ? images[0] : images;
    for (const role of ["mask", "markup"] as const) if (files(role).length > 0) request[role] = files(role)[0];
    return request;
  }

  #context(): Context {
    const facts = (role: Role) => this.#files.filter((entry) => entry.role === role).map((entry) => entry.facts.image);
    const context: Record<string, unknown> = { images: facts("image") };
    for (const role of ["mask", "markup"] as const) if (facts(role).length > 0) context[role] = facts(role)[0];
    return context as Context;
  }
}

/** `image`, `image[]` and `image[0]` are all in use. */
function roleOf(name: string): Role | undefined {
  if (/^image(\[\d{0,3}\])?$/.test(name)) return "image";
  return name === "mask" || name === "markup" ? name : undefined;
}

/** The first bytes of a file, enough to know what it is, and whether they are all of it. */
async function readHead(part: Part): Promise<{ head: Uint8Array; whole: boolean }> {
  const chunks: Uint8Array[] = [];
  for (let length = 0; length < HEAD_BYTES;) {
    const { done, value } = await part.body.next();
    if (done) return { head: concat(chunks), whole: true };
    chunks.push(value.slice());
    length += value.length;
  }
  return { head: concat(chunks), whole: false };
}

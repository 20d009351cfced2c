// Forms that others wrote for their parsers: read as they expect, or refused by a rule of ours.

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";

import { describe, expect, test } from "vitest";

import { Refusal } from "../../worker/src/errors.ts";
import { boundaryOf } from "../../worker/src/multipart/boundary.ts";
import { parseForm } from "../../worker/src/multipart/parse.ts";
import { ByteReader } from "../../worker/src/multipart/reader.ts";
import { every, streamOf } from "./support/bytes.ts";

const vectors = new URL("../../../shared/vectors/", import.meta.url).pathname;
const present = existsSync(vectors);
if (!present) console.log("../shared/vectors is not there: the forms made by others are skipped");

interface Read {
  name: string;
  filename?: string;
  type?: string;
  content: string;
}

async function read(body: Uint8Array, boundary: string, size: number): Promise<Read[] | string> {
  const parts: Read[] = [];
  try {
    for await (const part of parseForm(
      new ByteReader(streamOf(every(body, size)), 1e9),
      boundaryOf(`multipart/form-data; boundary="${boundary}"`)!,
    )) {
      const content: Uint8Array[] = [];
      for await (const chunk of part.body) content.push(chunk);
      const { name, filename, type } = part;
      parts.push({
        name,
        ...(filename !== undefined && { filename }),
        ...(type && { type }),
        content: Buffer.concat(content).toString("latin1"),
      });
    }
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return error.message.replace(/^The form cannot be read: /, "");
  }
  return parts;
}

/** Reads a form in chunks of several sizes; all must agree. */
async function readEveryWay(body: Uint8Array, boundary: string): Promise<Read[] | string> {
  const whole = await read(body, boundary, body.length || 1);
  for (const size of [1, 2, 3, 7, 16, 61]) expect(await read(body, boundary, size)).toEqual(whole);
  return whole;
}

describe.skipIf(!present)("python-multipart", () => {
  /** What its parser takes and ours does not, with the reason. */
  const REFUSED: Record<string, RegExp> = {
    // A line that begins with the boundary and goes on: others end the part there.
    almost_match_boundary_without_CR: /no delimiter/,
    almost_match_boundary_without_LF: /no delimiter/,
    almost_match_boundary_without_final_hyphen: /no delimiter/,
    // RFC 7578, section 4.7 has done away with encodings.
    base64_encoding: /transfer encoding/,
    mixed_case_headers: /transfer encoding/,
    mixed_plain_and_base64_encoding: /transfer encoding/,
    quoted_printable_encoding: /transfer encoding/,
    // Its Content-Type names "--boundary" and its lines begin with "--boundary", two dashes short.
    single_field_blocks: /does not begin/,
    single_field_with_leading_newlines: /does not begin/,
    single_field_with_trailer: /behind its end/,
  };
  const folder = join(vectors, "multipart-python-multipart");
  const names = present
    ? readdirSync(folder)
        .filter((name) => name.endsWith(".http"))
        .map((name) => basename(name, ".http"))
    : [];

  test.each(names)("%s", async (name) => {
    const { boundary, parts } = expectation(readFileSync(join(folder, `${name}.yaml`), "utf8"));
    const result = await readEveryWay(readFileSync(join(folder, `${name}.http`)), boundary);
    const reason = REFUSED[name];
    if (reason) expect(result).toMatch(reason);
    else if (parts) expect(result).toMatchObject(parts);
    else expect(result).toBeTypeOf("string");
  });

  test("found by fuzzing: an answer, whatever it is", async () => {
    for (const name of readdirSync(join(folder, "fuzz_multipart_parser")))
      await readEveryWay(readFileSync(join(folder, "fuzz_multipart_parser", name)), "boundary");
  });
});

/** The few lines of YAML that these files are made of. */
function expectation(yaml: string): { boundary: string; parts: Read[] | undefined } {
  const boundary = /^boundary: (.*)$/m.exec(yaml)![1]!;
  if (/^\s+error:/m.test(yaml)) return { boundary, parts: undefined };
  const parts = yaml
    .split(/^\s+- /m)
    .slice(1)
    .map((entry): Read => {
      const value = (key: string) => new RegExp(`^\\s*${key}: (["']?)(.*)\\1$`, "m").exec(entry)?.[2];
      const data = /data: !!binary \|\n([\s\S]*)$/.exec(entry)?.[1] ?? "";
      const filename = value("file_name");
      const type = value("content_type");
      return {
        name: value("name")!,
        ...(filename !== undefined && { filename }),
        // Some name the type that RFC 7578 gives to fields without one.
        ...(type && filename !== undefined && { type }),
        content: Buffer.from(data.replace(/\s/g, ""), "base64").toString("latin1"),
      };
    });
  return { boundary, parts };
}

describe.skipIf(!present)("busboy", () => {
  const folder = join(vectors, "multipart-busboy-fixtures");
  const original = (name: string) => readFileSync(join(folder, name, "original"));
  const BOUNDARY = "----WebKitFormBoundaryWLHCs9qmcJJoyjKR";

  test("many, without the text behind its end", async () => {
    const bytes = original("many");
    expect(await readEveryWay(bytes, BOUNDARY)).toMatch(/behind its end/);
    const parts = (await readEveryWay(bytes.subarray(0, bytes.lastIndexOf("Extra")), BOUNDARY)) as Read[];
    expect(parts).toHaveLength(7);
    for (const [index, part] of parts.entries()) {
      const file = (suffix: string) => readFileSync(join(folder, "many", `part${index + 1}${suffix}`), "latin1");
      const header = JSON.parse(file(".header")) as Record<string, string[]>;
      expect(header["content-disposition"]).toEqual([expect.stringContaining(`name="${part.name}"`)]);
      expect(header["content-type"] ?? [""]).toEqual([part.type ?? ""]);
      expect(part.content).toBe(file(""));
    }
  });

  test("nested: the inner form is content", async () => {
    const parts = (await readEveryWay(original("nested"), "AaB03x")) as Read[];
    expect(parts.map(({ name }) => name)).toEqual(["foo", "files"]);
    expect(parts[0]!.content).toBe("bar");
    expect(parts[1]!.content).toBe(readFileSync(join(folder, "nested", "part2"), "latin1"));
  });

  test.each([
    ["many-noend", BOUNDARY, /cut off/],
    ["many-wrongboundary", "another", /does not begin/],
    // Headers of a message before the form.
    ["nested-full", "AaB03x", /does not begin/],
  ])("%s is refused", async (name, boundary, reason) => {
    expect(await readEveryWay(original(name), boundary)).toMatch(reason);
  });
});

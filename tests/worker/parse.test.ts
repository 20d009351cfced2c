// The strict reading of forms, at every cut of the bytes.

import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { concat } from "../../worker/src/chunks.ts";
import { Refusal } from "../../worker/src/errors.ts";
import { boundaryOf } from "../../worker/src/multipart/boundary.ts";
import { MAX_HEADER_BYTES, parseForm } from "../../worker/src/multipart/parse.ts";
import { ByteReader } from "../../worker/src/multipart/reader.ts";
import { Needle } from "../../worker/src/multipart/search.ts";
import { bytesOf, cuts, every, join, latin1, noise, streamOf, text, utf8 } from "./support/bytes.ts";
import { form } from "./support/forms.ts";

interface Read {
  name: string;
  filename: string | undefined;
  type: string;
  content: string;
}

/** The parts that the parser reads, or the sentence it refuses with. */
async function read(chunks: Iterable<Uint8Array>, boundary: string, stream = streamOf): Promise<Read[] | string> {
  const parts: Read[] = [];
  try {
    for await (const { body, ...headers } of parseForm(new ByteReader(stream(chunks), 1e9), boundary)) {
      const content: Uint8Array[] = [];
      for await (const chunk of body) content.push(chunk.slice());
      parts.push({ ...headers, content: Buffer.concat(content).toString("latin1") });
    }
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    expect(error.status).toBe(400);
    return error.message.replace(/^The form cannot be read: /, "");
  }
  return parts;
}

/** The one outcome of all cuts. */
async function readEveryWay(bytes: Uint8Array, boundary: string): Promise<Read[] | string> {
  const whole = await read([bytes], boundary);
  for (const chunks of cuts(bytes))
    for (const stream of [streamOf, bytesOf]) expect(await read(chunks, boundary, stream)).toEqual(whole);
  return whole;
}

const B = "AaB03x";
const part = (disposition: string, content = "v", more = "") =>
  `--${B}\r\nContent-Disposition: ${disposition}\r\n${more}\r\n${content}\r\n`;
const end = `--${B}--\r\n`;
const named = (name: string, content: string, rest: Partial<Read> = {}): Read => ({
  name,
  filename: undefined,
  type: "",
  content,
  ...rest,
});

describe("what is accepted", () => {
  const cases: [title: string, body: string, expected: Read[]][] = [
    ["a form without parts", end, []],
    ["a field", part('form-data; name="a"') + end, [named("a", "v")]],
    ["no line end behind the end", part('form-data; name="a"') + `--${B}--`, [named("a", "v")]],
    ["an empty field", part('form-data; name="a"', "") + end, [named("a", "")]],
    ["content that ends in a line end", part('form-data; name="a"', "v\r\n") + end, [named("a", "v\r\n")]],
    ["content of line ends", part('form-data; name="a"', "\r\n\r\n\n\r\r\n") + end, [named("a", "\r\n\r\n\n\r\r\n")]],
    ["the boundary within a line", part('form-data; name="a"', `x--${B}y`) + end, [named("a", `x--${B}y`)]],
    [
      "a line that begins like the boundary",
      part('form-data; name="a"', "\r\n--AaB03\r\n--") + end,
      [named("a", "\r\n--AaB03\r\n--")],
    ],
    ["unquoted parameters", part("form-data; name=a; filename=b.png") + end, [named("a", "v", { filename: "b.png" })]],
    ["parameters without spaces", part('form-data;name="a";filename="b"') + end, [named("a", "v", { filename: "b" })]],
    [
      "the file name before the name",
      part('form-data; filename="b"; name="a"') + end,
      [named("a", "v", { filename: "b" })],
    ],
    ["an empty file name", part('form-data; name="a"; filename=""') + end, [named("a", "v", { filename: "" })]],
    [
      "headers in any case",
      part('FORM-DATA; NAME="a"', "v", "CONTENT-TYPE: image/png\r\n") + end,
      [named("a", "v", { type: "image/png" })],
    ],
    [
      "a file name with folders",
      part('form-data; name="a"; filename="/home/me/b.png"') + end,
      [named("a", "v", { filename: "b.png" })],
    ],
    [
      "a file name with backslashes",
      part('form-data; name="a"; filename="C:\\new\\b.png"') + end,
      [named("a", "v", { filename: "b.png" })],
    ],
    ["escaped quotes", part('form-data; name="a"; filename="b\\"c\\\\"') + end, [named("a", "v", { filename: "" })]],
    [
      "percent signs as they are",
      part('form-data; name="a"; filename="b%22c%0D.png"') + end,
      [named("a", "v", { filename: "b%22c%0D.png" })],
    ],
    [
      "a semicolon in a file name",
      part('form-data; name="a"; filename="b;name=x"') + end,
      [named("a", "v", { filename: "b;name=x" })],
    ],
    [
      "headers that say nothing",
      part('form-data; name="a"', "v", "Content-Length: 7\r\nX-Y: z\r\n") + end,
      [named("a", "v")],
    ],
    [
      "a binary transfer encoding",
      part('form-data; name="a"', "v", "Content-Transfer-Encoding: Binary\r\n") + end,
      [named("a", "v")],
    ],
    [
      "several parts of one name",
      part('form-data; name="a"') + part('form-data; name="a"', "w") + end,
      [named("a", "v"), named("a", "w")],
    ],
  ];
  test.each(cases)("%s", async (_, body, expected) => {
    expect(await readEveryWay(utf8(body), B)).toEqual(expected);
  });

  test("UTF-8 file names and every byte as content", async () => {
    const content = Uint8Array.from({ length: 512 }, (_, index) => index & 255);
    const body = join(
      `--${B}\r\nContent-Disposition: form-data; name="a"; filename="ﾌ 猫.png"\r\n\r\n`,
      content,
      `\r\n${end}`,
    );
    const expected = [named("a", Buffer.from(content).toString("latin1"), { filename: "ﾌ 猫.png" })];
    expect(await readEveryWay(body, B)).toEqual(expected);
  });

  test("headers as long as they may be, and no longer", async () => {
    const fixed = 'Content-Disposition: form-data; name="a"\r\nX: ';
    const at = (length: number) => `--${B}\r\n${fixed}${"x".repeat(length - fixed.length)}\r\n\r\nv\r\n${end}`;
    for (const size of [1, 7, 1000, 1e6]) {
      expect(await read(every(utf8(at(MAX_HEADER_BYTES)), size), B)).toEqual([named("a", "v")]);
      expect(await read(every(utf8(at(MAX_HEADER_BYTES + 1)), size), B)).toMatch(/longer than 8192 bytes/);
    }
  });
});

describe("what is refused", () => {
  const cases: [title: string, body: string | Uint8Array, expected: RegExp][] = [
    ["nothing", "", /does not begin/],
    ["another boundary", "--other--\r\n", /does not begin/],
    ["a preamble", `preamble\r\n${part('form-data; name="a"')}${end}`, /does not begin/],
    ["a line end before the first boundary", `\r\n${part('form-data; name="a"')}${end}`, /does not begin/],
    ["an epilogue", `${part('form-data; name="a"')}${end}epilogue`, /behind its end/],
    ["an empty line behind the end", `${part('form-data; name="a"')}${end}\r\n`, /behind its end/],
    ["a space behind the end", `${part('form-data; name="a"')}--${B}-- `, /behind its end/],
    ["a line feed behind the end", `${part('form-data; name="a"')}--${B}--\n`, /behind its end/],
    ["no end", part('form-data; name="a"'), /cut off/],
    ["no second dash at the end", `${part('form-data; name="a"')}--${B}-\r\n`, /no delimiter/],
    ["half an end", `${part('form-data; name="a"')}--${B}-`, /cut off/],
    ["cut off in the headers", `--${B}\r\nContent-Disposition: form-da`, /cut off/],
    ["cut off in the content", `--${B}\r\nContent-Disposition: form-data; name="a"\r\n\r\nabc`, /cut off/],
    [
      "a delimiter after a line feed alone",
      part('form-data; name="a"', `v\n--${B}\r\nContent-Disposition: form-data; name="n"\r\n\r\n10`) + end,
      /CRLF of its own/,
    ],
    ["a delimiter after a carriage return alone", part('form-data; name="a"', `v\r--${B}--`) + end, /CRLF of its own/],
    [
      "an end after a line feed alone",
      `--${B}\r\nContent-Disposition: form-data; name="a"\r\n\r\nv\n--${B}--\r\n`,
      /CRLF of its own/,
    ],
    [
      "a delimiter ended by a line feed alone",
      part('form-data; name="a"') + `--${B}\nContent-Disposition: form-data; name="b"\r\n\r\nv\r\n${end}`,
      /no delimiter/,
    ],
    ["a delimiter that goes on", part('form-data; name="a"', `v\r\n--${B}y\r\nw`) + end, /no delimiter/],
    [
      "a delimiter with a space",
      part('form-data; name="a"') + `--${B} \r\nContent-Disposition: form-data; name="b"\r\n\r\nv\r\n${end}`,
      /no delimiter/,
    ],
    [
      "a delimiter right behind the headers",
      `--${B}\r\nContent-Disposition: form-data; name="a"\r\n\r\n--${B}--\r\n`,
      /CRLF of its own/,
    ],
    ["a part without headers", `--${B}\r\n\r\nv\r\n${end}`, /no headers/],
    [
      "header lines that end in a line feed",
      `--${B}\r\nContent-Disposition: form-data; name="a"\nX: y\r\n\r\nv\r\n${end}`,
      /control character/,
    ],
    [
      "header lines that end in a carriage return",
      `--${B}\r\nContent-Disposition: form-data; name="a"\rX: y\r\n\r\nv\r\n${end}`,
      /control character/,
    ],
    ["a folded header", part('form-data;\r\n name="a"') + end, /header has no name/],
    [
      "a space in a header's name",
      part('form-data; name="a"', "v", "Content-Type : x\r\n") + end,
      /header has no name/,
    ],
    ["a header without a colon", part('form-data; name="a"', "v", "Content-Type\r\n") + end, /header has no name/],
    ["a zero byte in a header", part('form-data; name="a\0b"') + end, /control character/],
    ["a header that is not UTF-8", join(latin1(part('form-data; name="a"; filename="\xe4.png"')), end), /not UTF-8/],
    [
      "two dispositions",
      part('form-data; name="a"', "v", 'Content-Disposition: form-data; name="b"\r\n') + end,
      /two content-disposition/,
    ],
    [
      "two content types",
      part('form-data; name="a"', "v", "Content-Type: x\r\ncontent-type: y\r\n") + end,
      /two content-type/,
    ],
    ["no disposition", `--${B}\r\nContent-Type: text/plain\r\n\r\nv\r\n${end}`, /no Content-Disposition/],
    ["another disposition", part('attachment; name="a"') + end, /not form-data/],
    ["no name", part("form-data") + end, /no name/],
    ["an empty name", part('form-data; name=""') + end, /no name/],
    ["two names", part('form-data; name="a"; name="n"') + end, /two name/],
    ["two names in different cases", part('form-data; name="a"; NAME="n"') + end, /two name/],
    ["two file names", part('form-data; name="a"; filename="b"; filename="c"') + end, /two filename/],
    ["an extended file name", part('form-data; name="a"; filename="b"; filename*=UTF-8\'\'c') + end, /filename\*/],
    ["an extended name", part("form-data; name*=UTF-8''a") + end, /unknown parameter/],
    ["an unknown parameter", part('form-data; name="a"; size=3') + end, /unknown parameter/],
    ["a quote that is not closed", part('form-data; name="a') + end, /not well formed/],
    ["text behind a quote", part('form-data; name="a"b') + end, /not well formed/],
    ["a parameter without a value", part("form-data; name") + end, /not well formed/],
    ["a semicolon at the end", part('form-data; name="a";') + end, /not well formed/],
    [
      "a transfer encoding",
      part('form-data; name="a"', "dg==", "Content-Transfer-Encoding: base64\r\n") + end,
      /transfer encoding/,
    ],
    ["a long name", part(`form-data; name="${"a".repeat(65)}"`) + end, /longer than 64 bytes/],
    ["a long name in bytes", part(`form-data; name="${"ä".repeat(33)}"`) + end, /longer than 64 bytes/],
    ["a long file name", part(`form-data; name="a"; filename="${"b".repeat(256)}"`) + end, /longer than 255 bytes/],
    [
      "many headers",
      part('form-data; name="a"', "v", Array.from({ length: 16 }, (_, index) => `X-${index}: y\r\n`).join("")) + end,
      /more than 16 headers/,
    ],
  ];
  test.each(cases)("%s", async (_, body, expected) => {
    expect(await readEveryWay(typeof body === "string" ? utf8(body) : body, B)).toMatch(expected);
  });

  test("every truncation of a form", async () => {
    const whole = utf8(
      part('form-data; name="a"; filename="b.png"', "content", "Content-Type: image/png\r\n") +
        part('form-data; name="n"', "2") +
        `--${B}--`,
    );
    for (let length = 0; length < whole.length; length++)
      expect(await read([whole.slice(0, length)], B)).toBeTypeOf("string");
    expect(await read([whole], B)).toHaveLength(2);
  });

  test("a longer body than allowed, by its bytes", async () => {
    const reader = new ByteReader(streamOf(every(new Uint8Array(1000), 100)), 999);
    const drain = async () => {
      while (await reader.more()) reader.take(reader.bytes.length);
    };
    await expect(drain()).rejects.toMatchObject({ status: 413 });
  });
});

describe("boundaries", () => {
  test.each([
    ["multipart/form-data; boundary=AaB03x", "AaB03x"],
    ["multipart/form-data;boundary=AaB03x", "AaB03x"],
    ['Multipart/Form-Data; BOUNDARY="AaB03x"', "AaB03x"],
    ['multipart/form-data; charset=utf-8; boundary="a b c"', "a b c"],
    ["multipart/form-data; boundary=----WebKitFormBoundary7MA4YWxkTrZu0gW", "----WebKitFormBoundary7MA4YWxkTrZu0gW"],
    ["multipart/form-data; boundary===============12==", "==============12=="],
    ["multipart/form-data; boundary=a/b:c?d; charset=utf-8", "a/b:c?d"],
    ["application/json", undefined],
    ["multipart/mixed; boundary=a", undefined],
    ["", undefined],
  ])("%s", (type, expected) => {
    expect(boundaryOf(type)).toBe(expected);
  });

  test.each([
    ["multipart/form-data", /no boundary/],
    ["multipart/form-data; boundary=", /not well formed/],
    ['multipart/form-data; boundary=""', /1 to 70/],
    ["multipart/form-data; boundary=a; boundary=b", /two boundaries/],
    ["multipart/form-data; boundary=a, multipart/form-data; boundary=b", /not well formed/],
    ["multipart/form-data; boundary=a b", /not well formed/],
    ['multipart/form-data; boundary="a ', /not well formed/],
    ['multipart/form-data; boundary="a "', /1 to 70/],
    ['multipart/form-data; boundary="a\\\\b"', /1 to 70/],
    [`multipart/form-data; boundary=${"a".repeat(71)}`, /1 to 70/],
    ["multipart/form-data; boundary=ä", /1 to 70/],
  ])("%s is refused", (type, expected) => {
    expect(() => boundaryOf(type)).toThrow(expected);
  });
});

test("the search finds what indexOf finds", () => {
  const letters = fc.uint8Array({ min: 97, max: 99, maxLength: 200 });
  fc.assert(
    fc.property(
      letters,
      fc.uint8Array({ min: 97, max: 99, minLength: 1, maxLength: 6 }),
      fc.nat(220),
      (hay, needle, from) => {
        expect(new Needle(needle).indexIn(hay, from)).toBe(
          Buffer.from(hay).indexOf(needle, Math.min(from, hay.length)),
        );
      },
    ),
  );
});

test("any parts, written and cut anywhere, are read as they were", async () => {
  const names = fc.stringMatching(/^[a-z_[\]0-9]{1,64}$/);
  const contents = fc.oneof(
    fc.uint8Array({ maxLength: 300 }),
    fc.array(fc.constantFrom(..."\r\n-AaB03x"), { maxLength: 60 }).map((letters) => utf8(letters.join(""))),
  );
  const parts = fc.array(
    fc.record({
      name: names,
      filename: fc.option(fc.stringMatching(/^[\w .]{0,40}$/), { nil: undefined }),
      content: contents,
    }),
    { maxLength: 5 },
  );
  await fc.assert(
    fc.asyncProperty(parts, fc.integer({ min: 1, max: 90 }), async (given, size) => {
      const spec = given.map(({ filename, ...rest }) => (filename === undefined ? rest : { ...rest, filename }));
      const { body, boundary } = form({ parts: spec, boundary: "AaB03xQ7" });
      const expected = given.map(({ name, filename, content }) =>
        named(name, Buffer.from(content).toString("latin1"), { filename }),
      );
      // Content made of the boundary's own letters may hold a delimiter: then it must be refused or not, but never differ by cuts.
      const whole = await read([body], boundary);
      expect(await read(every(body, size), boundary)).toEqual(whole);
      if (typeof whole !== "string" && whole.length === expected.length) expect(whole).toEqual(expected);
      else expect(given.some(({ content }) => /[\r\n]--AaB03xQ7|^--AaB03xQ7/.test(text(content)))).toBe(true);
    }),
    { numRuns: 300 },
  );
});

test("noise is refused and never breaks the parser", async () => {
  const start = utf8(`--${B}\r\nContent-Disposition: form-data; name="a"\r\n\r\n`);
  for (let seed = 1; seed <= 300; seed++) {
    const bytes = concat([start.slice(0, seed % start.length), noise(400, seed)]);
    expect(await read(every(bytes, 1 + (seed % 50)), B)).toBeTypeOf("string");
  }
});

// The strict reading of JSON.

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { Refusal } from "../../worker/src/errors.ts";
import { duplicateKey, isJson, parseObject, readJson } from "../../worker/src/json.ts";
import { latin1, utf8 } from "./support/bytes.ts";

const request = (body: BodyInit | null, type = "application/json") =>
  new Request("https://worker.example/", { method: "POST", headers: { "content-type": type }, body });

const refusal = async (promise: Promise<unknown>): Promise<Refusal> => {
  const error: unknown = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(Refusal);
  return error as Refusal;
};

test.each([
  ["{}", {}],
  ['{"a":1}', { a: 1 }],
  [' {"a" : {"a":1}, "b":[{"a":2},{"a":3}]}\r\n', { a: { a: 1 }, b: [{ a: 2 }, { a: 3 }] }],
  ['{"a":"{\\"b\\":1,\\"b\\":2}"}', { a: '{"b":1,"b":2}' }],
  ['{"a":["a","a"],"b":"a"}', { a: ["a", "a"], b: "a" }],
  ['{"a\\\\":1,"a":2}', { "a\\": 1, a: 2 }],
])("%s", async (text, expected) => {
  expect(await readJson(request(text), 1000)).toEqual(expected);
});

test.each([
  ["", 400, /empty/],
  ["   ", 400, /empty/],
  ["{", 400, /mistake|cut off/],
  ['{"a":1,}', 400, /mistake/],
  ["{'a':1}", 400, /mistake/],
  ['{"a":NaN}', 400, /mistake/],
  ['{"a":01}', 400, /mistake/],
  ['{"a":1} x', 400, /mistake/],
  ["[]", 400, /must be an object/],
  ["null", 400, /must be an object/],
  ['"text"', 400, /must be an object/],
  ["1", 400, /must be an object/],
  ['\ufeff{"a":1}', 400, /mistake/],
  ['{"n":1,"n":10}', 400, /^n: given more than once/],
  ['{"n":1,"\\u006e":10}', 400, /^n: given more than once/],
  ['{"a":{"n":1,"x":[],"n":2}}', 400, /^n: given more than once/],
  ['{"__proto__":1,"__proto__":2}', 400, /^__proto__: given more than once/],
  ['{"":1,"":2}', 400, /^: given more than once/],
  [`{"a":${"[".repeat(16)}${"]".repeat(16)}}`, 400, /nested deeper/],
  [`{"a":"${"x".repeat(1000)}"}`, 413, /larger than 1000 bytes/],
])("%s is refused", async (text, status, message) => {
  const error = await refusal(readJson(request(text), 1000));
  expect(error.status).toBe(status);
  expect(error.message).toMatch(message);
});

test.each([
  ["an overlong form", [0xc0, 0xaf]],
  ["a lone continuation", [0x80]],
  ["half a character", [0xe2, 0x82]],
  ["a surrogate", [0xed, 0xa0, 0x80]],
])("UTF-8 with %s is refused", async (_, bytes) => {
  const body = Uint8Array.from([...utf8('{"a":"'), ...bytes, ...utf8('"}')]);
  expect((await refusal(readJson(request(body), 1000))).message).toMatch(/not UTF-8/);
});

test("UTF-16 is refused", async () => {
  const error = await refusal(readJson(request(latin1("\xff\xfe{\0}\0")), 1000));
  expect(error.message).toMatch(/not UTF-8/);
});

test("a mistake is told without the text around it", async () => {
  const error = await refusal(readJson(request('{"prompt":"a secret thing", oops}'), 1000));
  expect(error.message).not.toMatch(/secret|oops/);
});

test.each([
  ["application/json", true],
  ["Application/JSON; charset=utf-8", true],
  ['application/json;charset="UTF-8"', true],
  ["application/json; charset=utf-16", false],
  ["application/json; boundary=x", false],
  ["text/json", false],
  ["application/jsonx", false],
  ["", false],
])("%s as a content type: %s", (type, expected) => {
  expect(isJson(type)).toBe(expected);
});

test("the keys of any JSON are told apart as JSON.parse tells them", () => {
  fc.assert(
    fc.property(fc.json({ maxDepth: 4 }), (text) => {
      expect(duplicateKey(text)).toBeUndefined();
    }),
  );
  const keys = fc.array(fc.string({ unit: "binary", maxLength: 4 }), { minLength: 1, maxLength: 6 });
  fc.assert(
    fc.property(keys, fc.nat(5), (names, index) => {
      const again = names[index % names.length]!;
      const text = `{${[...new Set(names)].map((name) => `${JSON.stringify(name)}:{"${"x"}":1}`).join(",")},${JSON.stringify(again)}:2}`;
      expect(duplicateKey(text)).toBe(again);
    }),
  );
});

test("a picture of 20 MB is looked through in a moment", () => {
  const text = `{"images":[{"image_url":"data:image/png;base64,${"A".repeat(20_000_000)}"}],"prompt":"x"}`;
  const start = performance.now();
  expect(duplicateKey(text)).toBeUndefined();
  expect(performance.now() - start).toBeLessThan(1000);
});

const folder = new URL("../../../shared/vectors/json-JSONTestSuite/", import.meta.url).pathname;
const present = existsSync(folder);
if (!present) console.log("../shared/vectors is not there: JSONTestSuite is skipped");

describe.skipIf(!present)("JSONTestSuite, each as the value of a key", () => {
  const files = present
    ? (readdirSync(folder, { recursive: true }) as string[]).filter((name) => /(^|\/)[yni]_[^/]*\.json$/.test(name))
    : [];
  test("there are some", () => expect(files.length).toBeGreaterThan(250));
  test.each(files)("%s", async (name) => {
    const kind = /([yni])_[^/]*$/.exec(name)![1];
    const bytes = readFileSync(join(folder, name));
    // Wrapped, since only objects are requests; white space around the value is free.
    const outcome = await readJson(request(Buffer.concat([utf8('{"v":'), bytes, utf8("}")])), 1e6).then(
      () => "accepted",
      (error: unknown) => {
        expect(error).toBeInstanceOf(Refusal);
        return "refused";
      },
    );
    // These are legal, and two readers differ on which of the two values counts.
    if (/duplicated_key/.test(name)) expect(outcome).toBe("refused");
    // `{"v":1}2}` and the like become something else when wrapped, none of them valid.
    else if (kind === "y") expect(outcome).toBe("accepted");
    else if (kind === "n") expect(outcome).toBe("refused");
  });
});

test("an object's own prototype is never touched", () => {
  const value = parseObject('{"__proto__":{"n":10},"prompt":"x"}');
  expect(Object.keys(value)).toEqual(["__proto__", "prompt"]);
  expect((value as { n?: number }).n).toBeUndefined();
});

// What the worker writes for the upstream: any accepted form, however it was cut, reads the same to everyone.

import fc from "fast-check";
import { expect, test } from "vitest";

import { Refusal } from "../../worker/src/errors.ts";
import { join, noise, utf8 } from "./support/bytes.ts";
import { form, type PartSpec } from "./support/forms.ts";
import { MODEL } from "./support/model.ts";
import { jpegHead, png, webpHead } from "./support/pictures.ts";
import { byBusboy, byUndici, raw, rewrite, type Read } from "./support/readers.ts";

/** A form, rewritten while it comes in pieces of so many bytes. */
function rewritten(parts: PartSpec[], size: number) {
  const { body, boundary } = form({ parts });
  return rewrite(body, boundary, size);
}

/** Content that looks like the frame it is carried in. */
const hostile = fc.array(
  fc.oneof(
    fc.constantFrom(
      "\r\n",
      "\n",
      "\r",
      "--",
      "----test-012345678",
      "gpt-image-edge-",
      'Content-Disposition: form-data; name="n"',
      "\r\n--\r\n",
      '"',
      "%0D%0A",
      "\0",
      "ü",
      "🚀",
    ),
    fc.string({ unit: "grapheme", maxLength: 8 }),
  ),
  { maxLength: 12 },
);
const picture = fc.record({
  head: fc.constantFrom(png(), jpegHead(), webpHead()),
  tail: fc.oneof(
    hostile.map((pieces) => utf8(pieces.join(""))),
    fc.nat(2000).map((length) => noise(length, length + 1)),
  ),
  filename: fc.constantFrom("a.png", "blob", "", "C:\\x\\y.jpg", "/tmp/ü.png", "a;name=n", "%22%0D%0A"),
  type: fc.constantFrom(undefined, "image/png", "application/octet-stream", "text/html"),
});

test("any accepted form reads the same to busboy and to undici", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(picture, { minLength: 1, maxLength: 4 }),
      hostile.map((pieces) => `p${pieces.join("")}`),
      fc.constantFrom("image", "image[]", "image[0]"),
      fc.boolean(),
      fc.integer({ min: 1, max: 5000 }),
      async (pictures, prompt, spelling, first, size) => {
        const images = pictures.map(({ head, tail, filename, type }, index): PartSpec => ({
          name: spelling === "image[0]" ? `image[${index}]` : spelling,
          content: join(head, tail),
          filename,
          ...(type && { type }),
        }));
        const texts: PartSpec[] = [
          { name: "model", content: MODEL },
          { name: "prompt", content: prompt },
        ];
        const { body, contentType } = await rewritten(first ? [...images, ...texts] : [...texts, ...images], size);
        const formats = new Map<Uint8Array, string>(
          [...new Set(pictures.map(({ head }) => head))].map((head) => [
            head,
            head[0] === 137 ? "png" : head[0] === 255 ? "jpeg" : "webp",
          ]),
        );
        const expected: Read[] = [
          ...pictures.map(({ head, tail }, index): Read => [
            "image[]",
            `image-${index + 1}.${formats.get(head)}`,
            `image/${formats.get(head)}`,
            raw(join(head, tail)),
          ]),
          ["model", undefined, undefined, MODEL],
          ["prompt", undefined, undefined, raw(utf8(prompt))],
        ];
        expect(await byBusboy(body, contentType)).toEqual(expected);
        expect(await byUndici(body, contentType)).toEqual(expected);
      },
    ),
    { numRuns: 200 },
  );
});

test("two forms never have the same boundary", async () => {
  const parts: PartSpec[] = [
    { name: "image", content: png(), filename: "a.png" },
    { name: "model", content: MODEL },
    { name: "prompt", content: "x" },
  ];
  const types = await Promise.all(Array.from({ length: 20 }, async () => (await rewritten(parts, 100)).contentType));
  expect(new Set(types).size).toBe(20);
  for (const type of types) expect(type).toMatch(/^multipart\/form-data; boundary=gpt-image-edge-[0-9a-f]{32}$/);
});

test("text files, refused by name however the form is cut", async () => {
  const parts: PartSpec[] = [
    { name: "image[]", content: png(), filename: "a.png" },
    { name: "image[]", content: "no picture", filename: "b.png" },
    { name: "model", content: MODEL },
    { name: "prompt", content: "x" },
  ];
  for (const size of [1, 3, 64, 1e6]) {
    const error: unknown = await rewritten(parts, size).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(Refusal);
    expect((error as Refusal).fields).toMatchObject({ param: "image[1]", code: "invalid_image_file" });
  }
});

// A corpus of broken and strange forms: what is accepted is written so that three readers agree on it.
//
// `FORMS=100000 npx vitest run --root tests/worker corpus` reads more of them.

import { beforeAll, describe, expect, test } from "vitest";

import { random } from "../sim/clock.ts";
import { Refusal } from "../../worker/src/errors.ts";
import { join, latin1, utf8 } from "./support/bytes.ts";
import { fields, form, picture, type PartSpec } from "./support/forms.ts";
import { MODEL } from "./support/model.ts";
import { jpegHead, png, webpHead } from "./support/pictures.ts";
import { byBusboy, byPython, byUndici, hasPython, rewrite, type Form } from "./support/readers.ts";

const FORMS = Number(process.env["FORMS"] ?? 4000);
const BOUNDARY = "----corpus-7d1";
const CAT = { model: MODEL, prompt: "a cat" };

/** Forms as known clients write them. */
const SEEDS: PartSpec[][] = [
  [...fields(CAT), picture(png(8, 8))],
  [picture(png(8, 8)), ...fields({ ...CAT, n: 2, size: "1024x1024" })],
  [picture(jpegHead(8, 8), "image[]", "ü.jpg", "image/jpeg"), picture(webpHead(8, 8), "image[]"), ...fields(CAT)],
  [...fields(CAT), picture(png(8, 8), "image[0]"), picture(png(8, 8), "image[1]"), picture(png(8, 8), "mask")],
  [...fields({ ...CAT, prompt: "a\r\nb\n--\r\n----corpus-7d" }), picture(png(8, 8), "image", 'a;b="c.png')],
];

/** What two readers are known to read differently, or could be thought to. */
const TOKENS = [
  "\r\n",
  "\n",
  "\r",
  "--",
  `--${BOUNDARY}`,
  `\r\n--${BOUNDARY}\r\n`,
  `\n--${BOUNDARY}\n`,
  `\r\n--${BOUNDARY} \r\n`,
  `\r\n--${BOUNDARY}--\r\n`,
  `\r\n--${BOUNDARY}--`,
  `\r\n--${BOUNDARY}x\r\n`,
  'Content-Disposition: form-data; name="n"\r\n\r\n9',
  `\r\n--${BOUNDARY}\r\nContent-Disposition: form-data; name="n"\r\n\r\n9\r\n--${BOUNDARY}\r\n`,
  `\r\n--${BOUNDARY}\r\nContent-Disposition: form-data; name="prompt"\r\n\r\na dog`,
  '; name="n"',
  "; name=n",
  "; filename*=UTF-8''x.png",
  '; filename="b.png"',
  "; FILENAME=c.png",
  "\r\nContent-Disposition: form-data; name=n",
  "\r\nContent-Type: text/plain; charset=utf-16",
  "\r\nContent-Transfer-Encoding: base64",
  "\r\n folded",
  ": ",
  '"',
  '\\"',
  "\0",
  "\u00a0",
  "%22",
  "preamble",
].map((token) => utf8(token));

/** One to four changes to a form. */
function mutated(body: Uint8Array, next: () => number): Uint8Array {
  const below = (count: number) => Math.floor(next() * count);
  let bytes = body;
  for (let changes = 1 + below(4); changes > 0; changes--) {
    // Mostly where frames are: at line ends and quotes.
    let at = below(bytes.length + 1);
    if (next() < 0.7) while (at > 0 && ![10, 13, 34, 59].includes(bytes[at - 1]!)) at--;
    const [before, after] = [bytes.subarray(0, at), bytes.subarray(at)];
    const token = TOKENS[below(TOKENS.length)]!;
    const length = 1 + below(40);
    switch (below(6)) {
      case 0:
      case 1:
        bytes = join(before, token, after);
        break;
      case 2:
        bytes = join(before, after.subarray(length));
        break;
      case 3:
        bytes = join(before, after.subarray(0, length), after);
        break;
      case 4:
        bytes = join(before, latin1(String.fromCharCode(below(256))), after.subarray(1));
        break;
      default:
        bytes = next() < 0.5 ? join(before) : join(token, bytes);
    }
  }
  return bytes;
}

const accepted: Form[] = [];
let refused = 0;

beforeAll(async () => {
  const next = random(20261120);
  for (let index = 0; index < FORMS; index++) {
    const seed = form({ parts: SEEDS[index % SEEDS.length]!, boundary: BOUNDARY }).body;
    const body = index < SEEDS.length ? seed : mutated(seed, next);
    try {
      accepted.push(await rewrite(body, BOUNDARY, 1 + Math.floor(next() * 700)));
    } catch (error) {
      // Anything else would be a fault of the worker's own.
      if (!(error instanceof Refusal) || error.status >= 500) throw error;
      refused++;
    }
  }
});

describe("what is accepted", () => {
  test("is some of it, and what is refused is more", () => {
    expect(accepted.length).toBeGreaterThan(FORMS / 20);
    expect(refused).toBeGreaterThan(FORMS / 4);
  });

  test("is read the same by busboy and undici", async () => {
    for (const { body, contentType } of accepted)
      expect(await byBusboy(body, contentType)).toEqual(await byUndici(body, contentType));
  });

  test("is read the same by python-multipart", async (context) => {
    if (!hasPython()) return context.skip("python3 with python-multipart is not there, and pip cannot bring it");
    const read = byPython(accepted);
    expect(read).toHaveLength(accepted.length);
    for (const [index, { body, contentType }] of accepted.entries())
      expect(read[index]).toEqual(await byBusboy(body, contentType));
  }, 180_000);
});

// POST /v1/images/edits: every way clients write an edit, what is refused, and what the upstream gets.

import { Buffer } from "node:buffer";
import { request } from "node:http";

import busboy from "busboy";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";

import { NAMED } from "./support/account.ts";
import { join, noise, utf8 } from "./support/bytes.ts";
import { exchange } from "./support/client.ts";
import { fields, form, picture, type FormSpec, type PartSpec } from "./support/forms.ts";
import { MODEL } from "./support/model.ts";
import { jpegHead, png, webpHead } from "./support/pictures.ts";
import { json, PICTURE, startUpstream, type Call, type Upstream } from "./support/upstream.ts";
import { errorOf, KEY, startWorker, TOKEN, type Running } from "./support/worker.ts";

let upstream: Upstream;
let worker: Running;

beforeAll(async () => {
  upstream = await startUpstream();
  worker = await startWorker({
    UPSTREAM: "openai",
    UPSTREAM_BASE_URL: `${upstream.address}/v1`,
    OPENAI_API_KEY: KEY,
    DEMO_TOKEN: TOKEN,
    MAX_UPLOAD_BYTES: "60000000",
  });
});
afterEach(() => upstream.verify());
afterAll(async () => {
  await worker.close();
  await upstream.close();
});

const PNG = png();
const MASK = png();
const JPEG = jpegHead();
const WEBP = webpHead();
const SCALARS = { model: MODEL, prompt: "add a hat" };
const LARGE = png(64, 64, { padding: 3_000_000 });

const edit = (spec: FormSpec, headers: Record<string, string> = {}) => {
  const { body, contentType } = form(spec);
  return worker.send("/v1/images/edits", {
    method: "POST",
    headers: { "content-type": contentType, ...headers },
    body,
  });
};

interface Sent {
  name: string;
  filename?: string;
  type?: string;
  /** A character for each byte: strings of megabytes are compared in a moment, lists of numbers are not. */
  content: string;
}

const raw = (content: string | Uint8Array) => Buffer.from(content).toString("latin1");

/** A body as busboy reads it. */
function parts(call: Call): Promise<Sent[]> {
  return new Promise((resolve, reject) => {
    const found: Sent[] = [];
    const parser = busboy({
      headers: { "content-type": call.headers["content-type"] },
      limits: { fieldSize: Infinity },
    });
    parser.on("field", (name, value) => found.push({ name, content: raw(value) }));
    parser.on("file", (name, stream, { filename, mimeType }) => {
      // Its place is where it begins: fields that follow are told before its end is.
      const file: Sent = { name, filename, type: mimeType, content: "" };
      found.push(file);
      const chunks: Buffer[] = [];
      stream.on("data", (chunk: Buffer) => chunks.push(chunk));
      stream.on("end", () => (file.content = raw(Buffer.concat(chunks))));
    });
    parser.on("close", () => resolve(found));
    parser.on("error", reject);
    parser.end(call.body());
  });
}

/** The same as Node's own fetch reads it. */
async function partsByUndici(call: Call): Promise<Sent[]> {
  const data = await new Response(new Uint8Array(call.body()), {
    headers: { "content-type": call.headers["content-type"]! },
  }).formData();
  return Promise.all(
    [...data].map(async ([name, value]) =>
      typeof value === "string"
        ? { name, content: raw(value) }
        : { name, filename: value.name, type: value.type, content: raw(new Uint8Array(await value.arrayBuffer())) },
    ),
  );
}

/** What the upstream got, read by two parsers that must agree. */
async function sent(): Promise<Sent[]> {
  expect(upstream.calls).toHaveLength(1);
  const [call] = upstream.calls;
  expect(await call!.complete).toBe(true);
  const read = await parts(call!);
  expect(await partsByUndici(call!)).toEqual(read);
  const named = read.filter(({ name }) => name in NAMED);
  expect(named).toEqual([{ name: "safety_identifier", content: NAMED.safety_identifier }]);
  return read.filter((part) => !named.includes(part));
}

describe("every way clients write an edit", () => {
  const image = picture(PNG);
  const sentImage = { name: "image[]", filename: "image-1.png", type: "image/png", content: raw(PNG) };
  const sentScalars = fields(SCALARS).map(({ name, content }) => ({ name, content: raw(content) }));

  const cases: [title: string, spec: FormSpec, expected: Sent[]][] = [
    ["fields first", { parts: [...fields(SCALARS), image] }, [sentImage, ...sentScalars]],
    ["the image first, as curl does", { parts: [image, ...fields(SCALARS)] }, [sentImage, ...sentScalars]],
    ["image[] for one", { parts: [{ ...image, name: "image[]" }, ...fields(SCALARS)] }, [sentImage, ...sentScalars]],
    ["image[0] for one", { parts: [{ ...image, name: "image[0]" }, ...fields(SCALARS)] }, [sentImage, ...sentScalars]],
    [
      "an unquoted boundary with signs",
      { parts: [...fields(SCALARS), image], boundary: "openai-a1_b2.c3=d4" },
      [sentImage, ...sentScalars],
    ],
    [
      "a quoted boundary",
      { parts: [...fields(SCALARS), image], boundary: "a b?c", contentType: 'multipart/form-data; boundary="a b?c"' },
      [sentImage, ...sentScalars],
    ],
    [
      "octet-stream for the type, as from a stream",
      { parts: [...fields(SCALARS), { ...image, type: "application/octet-stream" }] },
      [sentImage, ...sentScalars],
    ],
    [
      "no type, as async-openai",
      { parts: [...fields(SCALARS), { name: "image", filename: "a.png", content: PNG }] },
      [sentImage, ...sentScalars],
    ],
    ["a wrong type", { parts: [...fields(SCALARS), { ...image, type: "image/jpeg" }] }, [sentImage, ...sentScalars]],
    [
      "a type with a header in it",
      { parts: [...fields(SCALARS), { ...image, type: 'image/png; x="\\"' }] },
      [sentImage, ...sentScalars],
    ],
    ["a blob", { parts: [...fields(SCALARS), { ...image, filename: "blob" }] }, [sentImage, ...sentScalars]],
    ["an empty file name", { parts: [...fields(SCALARS), { ...image, filename: "" }] }, [sentImage, ...sentScalars]],
    ["no file name", { parts: [...fields(SCALARS), { name: "image", content: PNG }] }, [sentImage, ...sentScalars]],
    [
      "a path for a name, as LiteLLM",
      { parts: [...fields(SCALARS), { ...image, filename: "/home/me/my pictures/a.png" }] },
      [sentImage, ...sentScalars],
    ],
    [
      "a name in UTF-8, as Python",
      { parts: [...fields(SCALARS), { ...image, filename: "Müller 猫🐈.png" }] },
      [sentImage, ...sentScalars],
    ],
    [
      "a name with percent escapes, as browsers",
      { parts: [...fields(SCALARS), { ...image, filename: "a%22b%0D%0A.png" }] },
      [sentImage, ...sentScalars],
    ],
    [
      "unquoted parameters",
      {
        parts: [
          ...fields(SCALARS),
          {
            ...image,
            headers: "Content-Disposition: form-data; name=image; filename=a.png\r\nContent-Type: image/png",
          },
        ],
      },
      [sentImage, ...sentScalars],
    ],
    [
      "headers of other kinds, as OkHttp",
      {
        parts: [
          ...fields(SCALARS),
          {
            ...image,
            headers: `Content-Disposition: form-data; name="image"; filename="a.png"\r\nContent-Type: image/png\r\nContent-Transfer-Encoding: binary\r\nContent-Length: ${PNG.length}`,
          },
        ],
      },
      [sentImage, ...sentScalars],
    ],
    [
      "typed text fields, as Java",
      {
        parts: [
          image,
          {
            name: "model",
            content: SCALARS.model,
            headers:
              'Content-Disposition: form-data; name="model"\r\nContent-Type: text/plain; charset=ISO-8859-1\r\nContent-Transfer-Encoding: 8bit',
          },
          {
            name: "prompt",
            content: "ü",
            headers: 'Content-Disposition: form-data; name="prompt"\r\nContent-Type: text/plain; charset=UTF-8',
          },
        ],
      },
      [sentImage, { name: "model", content: raw(SCALARS.model) }, { name: "prompt", content: raw("ü") }],
    ],
    [
      "numbers and booleans as text",
      {
        parts: [
          image,
          ...fields({
            ...SCALARS,
            n: 1,
            stream: true,
            partial_images: 0,
            output_compression: 50,
            output_format: "webp",
          }),
        ],
      },
      [
        sentImage,
        ...sentScalars,
        ...fields({ n: 1, stream: true, partial_images: 0, output_compression: 50, output_format: "webp" }).map(
          ({ name, content }) => ({ name, content: raw(content) }),
        ),
      ],
    ],
    [
      "JPEG, WebP and PNG together, and a mask before them",
      {
        parts: [
          picture(MASK, "mask"),
          picture(PNG, "image[]"),
          picture(JPEG, "image[]", "b.jpg", "image/jpeg"),
          picture(WEBP, "image[]", "c.webp", "image/webp"),
          ...fields(SCALARS),
        ],
      },
      [
        { name: "mask", filename: "mask-1.png", type: "image/png", content: raw(MASK) },
        { ...sentImage, filename: "image-2.png" },
        { name: "image[]", filename: "image-3.jpeg", type: "image/jpeg", content: raw(JPEG) },
        { name: "image[]", filename: "image-4.webp", type: "image/webp", content: raw(WEBP) },
        ...sentScalars,
      ],
    ],
    [
      "image several times, as Python's requests",
      { parts: [...fields(SCALARS), image, picture(JPEG, "image", "b.jpg")] },
      [
        sentImage,
        { name: "image[]", filename: "image-2.jpeg", type: "image/jpeg", content: raw(JPEG) },
        ...sentScalars,
      ],
    ],
    [
      "numbered images",
      { parts: [picture(PNG, "image[0]"), ...fields(SCALARS), picture(JPEG, "image[1]")] },
      [
        sentImage,
        { name: "image[]", filename: "image-2.jpeg", type: "image/jpeg", content: raw(JPEG) },
        ...sentScalars,
      ],
    ],
  ];
  test.each(cases)("%s", async (_, spec, expected) => {
    upstream.expect(json(PICTURE));
    const reply = await edit(spec);
    expect(await reply.json()).toEqual(PICTURE);
    expect(await sent()).toEqual(expected);
    expect(upstream.calls[0]!.path).toBe("/v1/images/edits");
    expect(upstream.calls[0]!.headers["authorization"]).toBe(`Bearer ${KEY}`);
  });

  test("a prompt with line ends of every kind, byte for byte", async () => {
    upstream.expect(json(PICTURE));
    const prompt = 'a\nb\r\nc\rd "quoted" \\ %0A ü 🚀\t';
    await edit({ parts: [image, ...fields({ ...SCALARS, prompt })] });
    expect((await sent()).find(({ name }) => name === "prompt")!).toMatchObject({ content: raw(prompt) });
  });

  test("sixteen images and a mask", async () => {
    upstream.expect(json(PICTURE));
    const sixteen = Array.from({ length: 16 }, (_, index) => picture(png(64, 64 + (index && 16)), "image[]"));
    await edit({ parts: [...sixteen, picture(MASK, "mask"), ...fields(SCALARS)] });
    expect((await sent()).map(({ name }) => name)).toEqual([
      ...Array<string>(16).fill("image[]"),
      "mask",
      "model",
      "prompt",
    ]);
  });

  test("a photograph whose header stands behind a large thumbnail", async () => {
    upstream.expect(json(PICTURE));
    const photo = jpegHead(1024, 1024, { thumbnail: 150_000, padding: 50_000 });
    await edit({ parts: [picture(photo, "image", "p.jpg"), ...fields(SCALARS)] });
    expect((await sent())[0]).toMatchObject({ type: "image/jpeg", content: raw(photo) });
  });

  test.each([1, 7, 1000])("chunked, in pieces of %i bytes", async (size) => {
    upstream.expect(json(PICTURE));
    const { body, contentType } = form({ parts: [image, ...fields(SCALARS)] });
    const pieces = Array.from({ length: Math.ceil(body.length / size) }, (_, index) =>
      body.subarray(index * size, (index + 1) * size),
    );
    const reply = await exchange(`${worker.address}/v1/images/edits`, {
      method: "POST",
      headers: { "content-type": contentType, authorization: `Bearer ${TOKEN}`, "transfer-encoding": "chunked" },
      body: pieces,
    });
    expect(reply.status).toBe(200);
    expect(await sent()).toEqual([sentImage, ...sentScalars]);
  });

  test("Node's own FormData, with what browsers escape", async () => {
    upstream.expect(json(PICTURE));
    const data = new FormData();
    data.set("prompt", "a\r\nb");
    data.append("image[]", new File([PNG], 'a"b\r\n.png'));
    data.append("image[]", new Blob([JPEG]));
    data.set("model", SCALARS.model);
    expect((await worker.send("/v1/images/edits", { method: "POST", body: data })).status).toBe(200);
    expect((await sent()).map(({ name, content }) => [name, content.length])).toEqual([
      ["image[]", PNG.length],
      ["image[]", JPEG.length],
      ["prompt", 4],
      ["model", MODEL.length],
    ]);
  });
});

describe("what is refused never reaches the upstream", () => {
  const image = picture(PNG);
  const cases: [
    title: string,
    parts: PartSpec[],
    status: number,
    expected: { param: string | null; code?: string; message?: RegExp },
  ][] = [
    [
      "no prompt",
      [image, { name: "model", content: SCALARS.model }],
      400,
      { param: "prompt", code: "missing_required_parameter" },
    ],
    ["no image", fields(SCALARS), 400, { param: "image", code: "missing_required_parameter" }],
    ["nothing", [], 400, { param: "prompt" }],
    [
      "a text file as image",
      [picture(utf8("just text"), "image", "a.png"), ...fields(SCALARS)],
      400,
      { param: "image", code: "invalid_image_file", message: /no image by its content/ },
    ],
    [
      "a text file as the second image",
      [image, picture(utf8("text")), ...fields(SCALARS)],
      400,
      { param: "image[1]", code: "invalid_image_file" },
    ],
    [
      "an empty file",
      [picture(new Uint8Array(0)), ...fields(SCALARS)],
      400,
      { param: "image", code: "invalid_image_file", message: /no bytes/ },
    ],
    [
      "a PNG cut off in its header",
      [picture(PNG.subarray(0, 20)), ...fields(SCALARS)],
      400,
      { param: "image", code: "invalid_image_file" },
    ],
    [
      "a GIF",
      [picture(join("GIF89a", new Uint8Array([64, 0, 64, 0, 0, 0, 0, 0x3b]))), ...fields(SCALARS)],
      400,
      { param: "image" },
    ],
    [
      "HTML that is called a picture",
      [picture(utf8("<html><script>alert(1)</script>")), ...fields(SCALARS)],
      400,
      { param: "image", code: "invalid_image_file" },
    ],
    [
      "text for an image",
      [{ name: "image", content: "https://example.com/a.png" }, ...fields(SCALARS)],
      400,
      { param: "image", code: "invalid_type", message: /must be a file/ },
    ],
    [
      "a file for the prompt",
      [image, { name: "prompt", content: "x", filename: "p.txt" }],
      400,
      { param: "prompt", code: "invalid_type", message: /must be text/ },
    ],
    [
      "17 images",
      [...Array<PartSpec>(17).fill(picture(PNG, "image[]")), ...fields(SCALARS)],
      400,
      { param: "image", code: "array_above_max_length", message: /17/ },
    ],
    [
      "17 images after the model",
      [...fields(SCALARS), ...Array<PartSpec>(17).fill(picture(PNG, "image[]"))],
      400,
      { param: "image", code: "array_above_max_length" },
    ],
    [
      "18 files",
      [...Array<PartSpec>(18).fill(picture(PNG, "image[]")), ...fields(SCALARS)],
      400,
      { param: null, code: "invalid_multipart_form_data", message: /17 files/ },
    ],
    [
      "two masks",
      [image, picture(MASK, "mask"), picture(MASK, "mask"), ...fields(SCALARS)],
      400,
      { param: "mask", code: "duplicate_key" },
    ],
    [
      "a mask of another size",
      [image, picture(png(32, 32), "mask"), ...fields(SCALARS)],
      400,
      { param: "mask", code: "invalid_mask_image_format" },
    ],
    [
      "a mask without alpha",
      [image, picture(png(64, 64, { alpha: false }), "mask"), ...fields(SCALARS)],
      400,
      { param: "mask", code: "invalid_mask_image_format" },
    ],
    ["a JPEG for a mask", [image, picture(JPEG, "mask"), ...fields(SCALARS)], 400, { param: "mask" }],
    [
      "a field twice",
      [image, ...fields(SCALARS), { name: "n", content: "1" }, { name: "n", content: "10" }],
      400,
      { param: "n", code: "duplicate_key" },
    ],
    [
      "a field twice with the same value",
      [image, ...fields(SCALARS), ...fields(SCALARS)],
      400,
      { param: "model", code: "duplicate_key" },
    ],
    [
      "image and image[]",
      [image, picture(PNG, "image[]"), ...fields(SCALARS)],
      400,
      { param: "image", code: "duplicate_key" },
    ],
    [
      "numbered images out of order",
      [picture(PNG, "image[1]"), picture(PNG, "image[0]"), ...fields(SCALARS)],
      400,
      { param: "image" },
    ],
    [
      "one number twice",
      [picture(PNG, "image[0]"), picture(PNG, "image[0]"), ...fields(SCALARS)],
      400,
      { param: "image" },
    ],
    [
      "an unknown field",
      [image, ...fields({ ...SCALARS, qualty: "low" })],
      400,
      { param: "qualty", code: "unknown_parameter", message: /did you mean "quality"/ },
    ],
    ["an unknown file", [image, picture(PNG, "photo"), ...fields(SCALARS)], 400, { param: "photo" }],
    ["n in words", [image, ...fields({ ...SCALARS, n: "two" })], 400, { param: "n", code: "invalid_type" }],
    ["n as 1e1", [image, ...fields({ ...SCALARS, n: "1e1" })], 400, { param: "n", code: "invalid_type" }],
    ["n with a space", [image, ...fields({ ...SCALARS, n: " 1" })], 400, { param: "n", code: "invalid_type" }],
    ["n too large", [image, ...fields({ ...SCALARS, n: 11 })], 400, { param: "n", code: "integer_above_max_value" }],
    [
      "stream in other letters",
      [image, ...fields({ ...SCALARS, stream: "True" })],
      400,
      { param: "stream", code: "invalid_type" },
    ],
    ["size 1x1", [image, ...fields({ ...SCALARS, size: "1x1" })], 400, { param: "size" }],
    [
      "a prompt that is too long",
      [image, ...fields({ ...SCALARS, prompt: "x".repeat(32_001) })],
      400,
      { param: "prompt", code: "string_above_max_length" },
    ],
    [
      "a prompt of megabytes",
      [image, ...fields({ ...SCALARS, prompt: "x".repeat(2_000_000) })],
      400,
      { param: "prompt", code: "string_above_max_length" },
    ],
    [
      "a prompt that is not UTF-8",
      [image, { name: "model", content: SCALARS.model }, { name: "prompt", content: new Uint8Array([0xff, 0xfe]) }],
      400,
      { param: "prompt", code: "invalid_value" },
    ],
    [
      "a prompt in Latin-1",
      [
        image,
        { name: "model", content: SCALARS.model },
        {
          name: "prompt",
          content: new Uint8Array([0xfc]),
          headers: 'Content-Disposition: form-data; name="prompt"\r\nContent-Type: text/plain; charset=ISO-8859-1',
        },
      ],
      400,
      { param: "prompt", message: /UTF-8/ },
    ],
    ["references in a form", [image, ...fields({ ...SCALARS, images: "[]" })], 400, { param: "images" }],
    [
      "a field and its object",
      [image, ...fields({ ...SCALARS, svg: "x", "svg[model]": "y" })],
      400,
      { param: "svg[model]", code: "duplicate_key" },
    ],
    [
      "brackets without end",
      [image, ...fields({ ...SCALARS, "svg[": "x" })],
      400,
      { param: "svg[", code: "unknown_parameter" },
    ],
    [
      "fields without end",
      [image, ...Array.from({ length: 60 }, (_, index) => ({ name: `f${index}`, content: "x" }))],
      400,
      { param: null, code: "invalid_multipart_form_data" },
    ],
  ];
  test.each(cases)("%s", async (_, list, status, { message, ...expected }) => {
    const reply = await edit({ parts: list });
    const error = await errorOf(reply);
    expect({ status: reply.status, ...error }).toMatchObject({ status, type: "invalid_request_error", ...expected });
    if (message) expect(error.message).toMatch(message);
  });

  test.each([
    ["multipart/form-data", 400, "invalid_multipart_form_data"],
    ["multipart/form-data; boundary=a; boundary=b", 400, "invalid_multipart_form_data"],
    ["multipart/mixed; boundary=----test-0123456789", 415, "unsupported_content_type"],
    ["application/x-www-form-urlencoded", 415, "unsupported_content_type"],
    ["text/plain", 415, "unsupported_content_type"],
    ["image/png", 415, "unsupported_content_type"],
  ])("%s", async (contentType, status, code) => {
    const reply = await edit({ parts: [image, ...fields(SCALARS)], contentType });
    expect(reply.status).toBe(status);
    expect(await errorOf(reply)).toMatchObject({ code });
  });

  test("a form that could be read in two ways", async () => {
    const { body, contentType, boundary } = form({ parts: [image, ...fields(SCALARS)] });
    const prompt = Buffer.from(body).toString("latin1");
    // The smuggler's favourites: a lenient parser behind us would see n=10.
    const hidden = `--${boundary}\r\nContent-Disposition: form-data; name="n"\r\n\r\n10`;
    for (const smuggled of [
      prompt.replace("add a hat", `add a hat\n${hidden}`),
      prompt.replace('name="prompt"', 'name="prompt"; name="n"'),
      `${prompt}${hidden}\r\n--${boundary}--\r\n`,
      `${hidden}\r\n${prompt}`.replace(/^--/, "\r\n--"),
      prompt.replace('filename="photo.png"', "filename=\"photo.png\"; filename*=UTF-8''n"),
    ]) {
      expect(smuggled).not.toBe(prompt);
      const reply = await worker.send("/v1/images/edits", {
        method: "POST",
        headers: { "content-type": contentType },
        body: Buffer.from(smuggled, "latin1"),
      });
      expect(reply.status).toBe(400);
      expect(await errorOf(reply)).toMatchObject({ code: "invalid_multipart_form_data" });
    }
  });

  test("a compressed form", async () => {
    expect((await edit({ parts: [image, ...fields(SCALARS)] }, { "content-encoding": "gzip" })).status).toBe(415);
  });
});

/** The bytes in pieces of 64 KB. */
function* pieces(bytes: Uint8Array): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += 65_536) yield bytes.subarray(at, at + 65_536);
}

describe("large uploads", () => {
  const post = (contentType: string, body: Iterable<Uint8Array> | AsyncIterable<Uint8Array>) =>
    exchange(`${worker.address}/v1/images/edits`, {
      method: "POST",
      headers: { "content-type": contentType, authorization: `Bearer ${TOKEN}` },
      body,
    });
  const large = form({ parts: [picture(LARGE), ...fields(SCALARS)] });

  /** The first part of a body, and the rest only when the upstream has got some of it: an upload that is held back waits for ever. */
  async function* slowly(body: Uint8Array, first = 2_000_000) {
    yield* pieces(body.subarray(0, first));
    while (upstream.calls.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    await upstream.calls[0]!.received(500_000);
    yield* pieces(body.subarray(first));
  }

  /** Some of the upload has reached the upstream, and its end never does. */
  const brokenOff = async () => {
    expect(upstream.calls.length).toBeGreaterThan(0);
    expect(await Promise.all(upstream.calls.map((call) => call.complete))).not.toContain(true);
  };

  test("reach the upstream while they are sent", async () => {
    upstream.expect(json(PICTURE));
    const reply = await post(large.contentType, slowly(large.body));
    expect(reply.status).toBe(200);
    expect((await sent())[0]!.content === raw(LARGE)).toBe(true);
  });

  test("of 20 MB in four pictures come through byte for byte", async () => {
    upstream.expect(json(PICTURE));
    const four = [1, 2, 3, 4].map((seed) => join(png(64, 64), noise(5_000_000, seed)));
    const { body, contentType } = form({
      parts: [...four.map((content) => picture(content, "image[]")), ...fields(SCALARS)],
    });
    expect((await post(contentType, pieces(body))).status).toBe(200);
    const got = await sent();
    for (const [index, content] of four.entries()) expect(got[index]!.content === raw(content)).toBe(true);
  });

  test.each<[string, PartSpec[], number, string]>([
    ["a wrong field at the end", fields({ ...SCALARS, size: "1x1" }), 400, "size"],
    ["no prompt", fields({ model: SCALARS.model }), 400, "prompt"],
    ["a second picture that is none", [picture(utf8("text")), ...fields(SCALARS)], 400, "image[1]"],
    ["a field twice", [...fields(SCALARS), ...fields(SCALARS)], 400, "model"],
  ])("with %s are broken off before their end", async (_, rest, status, param) => {
    // The upstream answers only a request that is complete; this one never may be.
    upstream.expect(json(PICTURE));
    const { body, contentType } = form({ parts: [picture(LARGE), ...rest] });
    const reply = await post(contentType, slowly(body));
    expect(reply.status).toBe(status);
    expect((JSON.parse(reply.body.toString()) as { error: { param: string } }).error.param).toBe(param);
    await brokenOff();
  });

  test("that are cut off by their sender are broken off", async () => {
    upstream.expect(json(PICTURE));
    const reply = await post(large.contentType, slowly(large.body.subarray(0, 2_500_000)));
    expect(reply.status).toBe(400);
    await brokenOff();
  });

  test("whose sender vanishes are broken off", async () => {
    upstream.expect(json(PICTURE));
    const outgoing = request(`${worker.address}/v1/images/edits`, {
      method: "POST",
      headers: { "content-type": large.contentType, authorization: `Bearer ${TOKEN}` },
      agent: false,
    });
    outgoing.on("error", () => undefined);
    outgoing.write(large.body.subarray(0, 2_000_000));
    while (upstream.calls.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    await upstream.calls[0]!.received(1_000_000);
    outgoing.destroy();
    await brokenOff();
  });

  test("of more than 50 MB in one file", async () => {
    upstream.expect(json(PICTURE));
    const { body, contentType } = form({
      parts: [picture(join(PNG, new Uint8Array(50 * 1024 * 1024))), ...fields(SCALARS)],
    });
    const reply = await post(contentType, slowly(body));
    expect(reply.status).toBe(413);
    expect(JSON.parse(reply.body.toString())).toMatchObject({ error: { param: "image", code: "request_too_large" } });
    await brokenOff();
  });

  test("of more than the limit, by their declared length", async () => {
    const headers = {
      "content-type": large.contentType,
      authorization: `Bearer ${TOKEN}`,
      "content-length": 60_000_001,
    };
    const reply = await exchange(`${worker.address}/v1/images/edits`, {
      method: "POST",
      headers,
      body: pieces(new Uint8Array(60_000_001)),
    });
    expect(reply.status).toBe(413);
  });

  test("of more than the limit, by their bytes", async () => {
    upstream.expect(json(PICTURE));
    const thirty = join(PNG, new Uint8Array(30_000_000));
    const { body, contentType } = form({
      parts: [picture(thirty, "image[]"), picture(thirty, "image[]"), ...fields(SCALARS)],
    });
    const reply = await post(contentType, slowly(body));
    expect(reply.status).toBe(413);
    await brokenOff();
  });

  test.each([413, 429, 503])("that the upstream answers early with %i end there", async (status) => {
    upstream.expect(
      (_, response) =>
        void response
          .writeHead(status, { "content-type": "application/json" })
          .end(JSON.stringify({ error: { message: "no", type: "x", param: null, code: "early" } })),
    );
    const { body, contentType } = form({ parts: [picture(join(PNG, new Uint8Array(40_000_000))), ...fields(SCALARS)] });
    const reply = await post(contentType, pieces(body));
    expect(reply.status).toBe(status);
    expect(JSON.parse(reply.body.toString())).toMatchObject({ error: { code: "early" } });
  });

  test("that the upstream hangs up on", async () => {
    upstream.expect((_, response) => void response.destroy());
    const { body, contentType } = form({ parts: [picture(join(PNG, new Uint8Array(20_000_000))), ...fields(SCALARS)] });
    const reply = await post(contentType, pieces(body));
    expect(reply.status).toBe(502);
    expect(JSON.parse(reply.body.toString())).toMatchObject({ error: { code: "upstream_unreachable" } });
  });

  test("a stream comes back", async () => {
    upstream.expect(async (call, response) => {
      await call.complete;
      response.writeHead(200, { "content-type": "text/event-stream" }).end("event: image_edit.completed\ndata: {}\n\n");
    });
    const { body, contentType } = form({ parts: [picture(LARGE), ...fields({ ...SCALARS, stream: true })] });
    const reply = await post(contentType, pieces(body));
    expect(reply.headers["content-type"]).toBe("text/event-stream; charset=utf-8");
    expect(reply.body.toString()).toMatch(/^id: op_\w+:1\nevent: image_edit.completed\ndata: {}\n\n$/);
  });
});

describe("by reference, as JSON", () => {
  const url = `data:image/png;base64,${Buffer.from(PNG).toString("base64")}`;
  const send = (body: unknown) =>
    worker.send("/v1/images/edits", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: typeof body === "string" ? body : JSON.stringify(body),
    });

  test.each([
    ["a data URL", { images: [{ image_url: url }] }],
    ["an address", { images: [{ image_url: "https://example.com/a.png" }] }],
    ["a file's id", { images: [{ file_id: "file-1" }, { file_id: "file-2" }] }],
    ["a mask", { images: [{ image_url: url }], mask: { image_url: url } }],
  ])("%s", async (_, more) => {
    upstream.expect(json(PICTURE));
    const reply = await send({ ...SCALARS, ...more });
    expect(await reply.json()).toEqual(PICTURE);
    expect(JSON.parse(upstream.calls[0]!.body().toString())).toEqual({ ...SCALARS, ...more, ...NAMED });
    expect(upstream.calls[0]!.headers["content-type"]).toBe("application/json");
  });

  test("a picture of megabytes", async () => {
    upstream.expect(json(PICTURE));
    const image_url = `data:image/png;base64,${Buffer.from(join(PNG, noise(9_000_000))).toString("base64")}`;
    expect((await send({ ...SCALARS, images: [{ image_url }] })).status).toBe(200);
    expect(
      (JSON.parse(upstream.calls[0]!.body().toString()) as { images: { image_url: string }[] }).images[0]!.image_url,
    ).toBe(image_url);
  });

  test.each<[string, unknown, string | null]>([
    ["no images", SCALARS, null],
    ["an empty list", { ...SCALARS, images: [] }, "images"],
    ["17 of them", { ...SCALARS, images: Array(17).fill({ file_id: "f" }) }, "images"],
    ["both kinds in one", { ...SCALARS, images: [{ file_id: "f", image_url: url }] }, "images[0]"],
    ["an address of another kind", { ...SCALARS, images: [{ image_url: "file:///etc/passwd" }] }, null],
    [
      "text as a picture",
      { ...SCALARS, images: [{ image_url: `data:image/png;base64,${btoa("just some text")}` }] },
      "images[0]",
    ],
    ["an unknown field", { ...SCALARS, images: [{ file_id: "f" }], sise: "auto" }, "sise"],
    [
      "a long prompt that looks like a picture",
      { ...SCALARS, prompt: `data:${"x".repeat(32_000)}`, images: [{ file_id: "f" }] },
      "prompt",
    ],
    ["a field twice", `{"prompt":"a","images":[{"file_id":"f","file_id":"g"}]}`, "file_id"],
  ])("%s is refused", async (_, body, param) => {
    const reply = await send(body);
    expect(reply.status).toBe(400);
    const error = await errorOf(reply);
    if (param) expect(error.param).toBe(param);
  });

  test("more than fits is refused", async () => {
    expect(
      (await send({ ...SCALARS, images: [{ image_url: `data:image/png;base64,${"A".repeat(26_000_000)}` }] })).status,
    ).toBe(413);
  });
});

// Each request that reaches the upstream is valid by OpenAI's published description.

import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { fields, form, picture } from "./support/forms.ts";
import { MODEL } from "./support/model.ts";
import { jpegHead, png, webpHead } from "./support/pictures.ts";
import { present, startJudge, type Judge } from "./support/steady.ts";
import { json, PICTURE, startUpstream, type Upstream } from "./support/upstream.ts";
import { KEY, startWorker, TOKEN, type Running } from "./support/worker.ts";

describe.skipIf(!present)("by the published description", () => {
  let judge: Judge;
  let upstream: Upstream;
  let worker: Running;

  beforeAll(async () => {
    judge = await startJudge();
    upstream = await startUpstream();
    worker = await startWorker({
      UPSTREAM: "openai",
      UPSTREAM_BASE_URL: upstream.address,
      OPENAI_API_KEY: KEY,
      DEMO_TOKEN: TOKEN,
    });
  });
  afterAll(async () => {
    await worker.close();
    await upstream.close();
    judge.close();
  });

  /** Sends a request through the worker, and what the upstream got to the judge. */
  async function verdict(path: string, contentType: string, body: BodyInit): Promise<string[]> {
    upstream.expect(json(PICTURE));
    const reply = await worker.send(`/v1${path}`, { method: "POST", headers: { "content-type": contentType }, body });
    expect(await reply.json()).toEqual(PICTURE);
    const [call] = upstream.calls;
    expect(call!.path).toBe(path);
    return judge.judge(call!.path, call!.headers["content-type"]!, call!.body());
  }

  const CAT = { model: MODEL, prompt: "a cat" };

  test("the judge finds what is wrong", async () => {
    const wrong = JSON.stringify({ ...CAT, size: 7, qualty: "low" });
    expect(await judge.judge("/images/generations", "application/json", new TextEncoder().encode(wrong))).not.toEqual(
      [],
    );
    const { body, contentType } = form({ parts: [picture(png()), ...fields({ model: MODEL, n: "two" })] });
    expect(await judge.judge("/images/edits", contentType, body)).not.toEqual([]);
  });

  test.each([
    CAT,
    { prompt: "no model" },
    {
      ...CAT,
      n: 3,
      size: "1536x1024",
      quality: "low",
      background: "transparent",
      output_format: "webp",
      output_compression: 40,
    },
    { ...CAT, stream: true, partial_images: 2, moderation: "low", user: "u" },
    { ...CAT, stream: false, n: null, size: null, quality: null },
  ])("generate %j", async (request) => {
    expect(await verdict("/images/generations", "application/json", JSON.stringify(request))).toEqual([]);
  });

  const one = [picture(png())];
  const four = [png(), jpegHead(), webpHead(), png(128, 64)].map((content) =>
    picture(content, "image[]", "a", "application/octet-stream"),
  );
  test.each([
    ["one image", [...fields(CAT), ...one]],
    ["one image first", [...one, ...fields(CAT)]],
    [
      "four images and a mask",
      [...fields({ ...CAT, n: 2, size: "auto", quality: "high" }), ...four, picture(png(), "mask")],
    ],
    [
      "a stream",
      [
        ...one,
        ...fields({
          ...CAT,
          stream: true,
          partial_images: 3,
          output_format: "jpeg",
          output_compression: 80,
          background: "opaque",
          user: "u",
        }),
      ],
    ],
    ["numbered images", [...four.map((part, index) => ({ ...part, name: `image[${index}]` })), ...fields(CAT)]],
    ["a large image", [picture(png(64, 64, { padding: 2_000_000 })), ...fields(CAT)]],
  ])("edit as a form: %s", async (_, parts) => {
    const { body, contentType } = form({ parts });
    expect(await verdict("/images/edits", contentType, body)).toEqual([]);
  });

  const url = `data:image/png;base64,${Buffer.from(png()).toString("base64")}`;
  test.each([
    ["one image", { ...CAT, images: [{ image_url: url }] }],
    [
      "images, a mask and settings",
      {
        ...CAT,
        images: [{ image_url: url }, { file_id: "file-1" }],
        mask: { image_url: url },
        size: "1024x1024",
        n: 2,
        moderation: "auto",
      },
    ],
  ])("edit as JSON: %s", async (_, request) => {
    expect(await verdict("/images/edits", "application/json", JSON.stringify(request))).toEqual([]);
  });
});

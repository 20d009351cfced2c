// The pictures of replies: when they are bytes, when they are Blobs, and what becomes of their memory.

import assert from "node:assert/strict";
import test from "node:test";

import { ImageClient } from "../../pkg/node.js";
import { base64, fetchOf, imageBytes } from "../bench/data.js";

const KB = 1024;
const REQUEST = { model: "gpt-image-2", prompt: "a lighthouse", stream: true, partial_images: 3 };

/** A stream of pictures of those lengths, the last of them finished. */
function replyOf(lengths) {
  const events = lengths.map((length, index) => {
    const type = `image_generation.${index === lengths.length - 1 ? "completed" : "partial_image"}`;
    const b64_json = base64(imageBytes(length, index + 1));
    return `data: ${JSON.stringify({ type, b64_json, partial_image_index: index })}\n\n`;
  });
  return new TextEncoder().encode(events.join(""));
}

function clientOf(body, contentType, chunkLength = 16 * KB) {
  const fetch = fetchOf(body, chunkLength, contentType);
  return new ImageClient({ apiKey: "k", baseURL: "https://images.example.com/v1", fetch });
}

async function* picturesOf(lengths, chunkLength) {
  const client = clientOf(replyOf(lengths), "text/event-stream", chunkLength);
  for await (const { image } of client.generateStream(REQUEST)) yield image;
}

const same = (given, expected) => assert.equal(Buffer.compare(given, expected), 0);

/** What the module hands out at a time, in whole groups of three bytes (`piece_bytes` in src/wire/scan/mod.rs). */
const PIECE = Math.floor((2048 * KB) / 3) * 3;

// Small ones are held as bytes, those above a piece of the module go through Blobs, and the limits of both are tried.
for (const length of [64, 384 * KB, PIECE - 1, PIECE, PIECE + 1, 4000 * KB])
  for (const chunkLength of [1000, 256 * KB, 1024 * KB])
    test(`a picture of ${length} bytes in chunks of ${chunkLength} comes out whole, as bytes and as a Blob`, async () => {
      const expected = imageBytes(length);
      for await (const image of picturesOf([length], chunkLength)) {
        same(await image.bytes(), expected);
        same(await image.bytes(), expected);
        assert.equal(image.blob.type, "image/png");
        assert.equal(image.blob, image.blob);
        same(new Uint8Array(await image.blob.arrayBuffer()), expected);
        same(await image.bytes(), expected);
      }
      for await (const image of picturesOf([length], chunkLength))
        same(new Uint8Array(await image.blob.arrayBuffer()), expected);
    });

test("every picture of one reply stays as it was while others are made", async () => {
  const lengths = [900 * KB, 30 * KB, 900 * KB, 5, 3000 * KB, 900 * KB, 700 * KB];
  const bytes = [];
  const blobs = [];
  for await (const image of picturesOf(lengths)) {
    // Every other one becomes a Blob, whose buffer the next may take over; the others are held as they are.
    if (bytes.length % 2) blobs.push(image.blob);
    bytes.push(await image.bytes());
  }
  for (const [index, length] of lengths.entries()) same(bytes[index], imageBytes(length, index + 1));
  for (const [index, blob] of blobs.entries())
    same(new Uint8Array(await blob.arrayBuffer()), imageBytes(lengths[2 * index + 1], 2 * index + 2));
});

test("bytes that were given outlive their picture", async () => {
  const before = [];
  for await (const image of picturesOf([900 * KB, 600 * KB, 50])) {
    before.push(await image.bytes());
    image[Symbol.dispose ?? Symbol.for("Symbol.dispose")]();
    assert.equal((await image.bytes()).length, 0);
  }
  for (const [index, length] of [900 * KB, 600 * KB, 50].entries()) same(before[index], imageBytes(length, index + 1));
});

test("what takes the buffer of the bytes along takes no other picture", async () => {
  for (const [before, after] of [
    [600 * KB, 50],
    [600 * KB, 400 * KB],
  ]) {
    for await (const image of picturesOf([before])) {
      await image.bytes();
      image.release();
    }
    for await (const image of picturesOf([after])) {
      const bytes = await image.bytes();
      same(bytes, imageBytes(after));
      assert.ok(bytes.buffer.byteLength <= 2 * after);
      assert.ok(new Uint8Array(bytes.buffer).subarray(after).every((byte) => byte === 0));
    }
  }
});

test("a picture that became a Blob ends, too", async () => {
  for await (const image of picturesOf([300 * KB])) {
    const bytes = await image.bytes();
    assert.equal(image.blob.size, 300 * KB);
    image.release();
    assert.deepEqual([bytes.length, image.blob.size, (await image.bytes()).length], [0, 0, 0]);
  }
});

test("a picture that was released shows nothing of the next one", async () => {
  const before = [];
  let index = 0;
  for await (const image of picturesOf([900 * KB, 900 * KB, 800 * KB])) {
    const bytes = await image.bytes();
    same(bytes, imageBytes(index === 2 ? 800 * KB : 900 * KB, ++index));
    for (const old of before) assert.equal(old.length, 0);
    image.release();
    image.release();
    before.push(bytes);
    assert.equal((await image.bytes()).length, 0);
    assert.equal(image.blob.size, 0);
  }
  assert.equal(index, 3);
});

test("cloning a picture takes its Blob along", async () => {
  for await (const image of picturesOf([300])) {
    const { blob, width } = structuredClone(image);
    same(new Uint8Array(await blob.arrayBuffer()), imageBytes(300));
    assert.equal(width, 1024);
  }
});

test("several pictures of one JSON body are kept apart", async () => {
  const lengths = [300 * KB, 3000 * KB, 7];
  const data = lengths.map((length, index) => ({ b64_json: base64(imageBytes(length, index + 1)) }));
  const body = new TextEncoder().encode(JSON.stringify({ created: 1, output_format: "png", data }));
  const { images } = await clientOf(body, "application/json").generate({ model: "gpt-image-2", prompt: "x", n: 3 });
  for (const [index, image] of images.entries()) same(await image.bytes(), imageBytes(lengths[index], index + 1));
});

// The bodies that the contenders decode: random image bytes, so that nothing can win by caching, from a fixed seed,
// so that every run decodes the same.

/** Signature, IHDR of 1024 x 1024 pixels in RGB, and where the data begins. */
const PNG_HEADER = Uint8Array.from([
  0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 0x0d, 0x49, 0x48, 0x44, 0x52, 0, 0, 4, 0, 0, 0, 4, 0, 8, 2,
  0, 0, 0, 0xf0, 0x7f, 0xbc, 0xd4, 0, 0, 1, 0, 0x49, 0x44, 0x41, 0x54,
]);

/** Bytes of a xorshift generator; the first are a PNG signature, so that decoders that look find an image. */
export function imageBytes(length, seed = 1) {
  const bytes = new Uint8Array(length);
  const words = new Uint32Array(bytes.buffer, 0, length >> 2);
  let state = seed * 2654435761 || 1;
  for (let i = 0; i < words.length; i++) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    words[i] = state;
  }
  bytes.set(PNG_HEADER.slice(0, length));
  return bytes;
}

export function base64(bytes) {
  let text = "";
  for (let at = 0; at < bytes.length; at += 0x6000)
    text += btoa(String.fromCharCode(...bytes.subarray(at, at + 0x6000)));
  return text;
}

const RESOLVED = { size: "1024x1024", quality: "high", background: "opaque", output_format: "png" };
const USAGE = {
  input_tokens: 12,
  output_tokens: 4460,
  total_tokens: 4472,
  input_tokens_details: { text_tokens: 12, image_tokens: 0 },
};

/** The bytes of each picture of the stream: 1.5 MB of base64. */
export const STREAMED_BYTES = 1.125 * 1024 * 1024;

/** Bytes of a picture that is enough to run everything, and too little to leave a trace. */
export const TINY_BYTES = 96 * 1024;

/** An image stream as the API writes it: three partial images and the finished one, each of `imageLength` bytes. */
export function eventStream(imageLength) {
  let text = "";
  for (let index = 0; index < 4; index++) {
    const final = index === 3;
    const type = `image_generation.${final ? "completed" : "partial_image"}`;
    const b64_json = base64(imageBytes(imageLength, index + 1));
    const data = {
      type,
      b64_json,
      created_at: 1795132800,
      ...RESOLVED,
      ...(final ? { usage: USAGE } : { partial_image_index: index }),
    };
    text += `event: ${type}\ndata: ${JSON.stringify(data)}\n\n`;
  }
  return new TextEncoder().encode(text);
}

/** A JSON reply with one image of `imageLength` bytes. */
export function jsonBody(imageLength) {
  const data = [{ b64_json: base64(imageBytes(imageLength)) }];
  return new TextEncoder().encode(JSON.stringify({ created: 1795132800, ...RESOLVED, data, usage: USAGE }, null, 2));
}

/**
 * A fetch that answers with those bytes in chunks of that size. The chunks are cut once: what a network stack does to
 * bring them costs every contender the same, and would only hide the differences.
 */
export function fetchOf(bytes, chunkLength, contentType) {
  const chunks = [];
  for (let at = 0; at < bytes.length; at += chunkLength) chunks.push(bytes.slice(at, at + chunkLength));
  return async () => {
    let next = 0;
    const body = new ReadableStream(
      {
        pull(controller) {
          if (next < chunks.length) controller.enqueue(chunks[next++]);
          else controller.close();
        },
      },
      { highWaterMark: 4 },
    );
    return new Response(body, { status: 200, headers: { "content-type": contentType, "x-request-id": "req_bench" } });
  };
}

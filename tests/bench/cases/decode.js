// From the body of a reply to pictures.

import { createJsonResponseHandler, parseJsonEventStream } from "@ai-sdk/provider-utils";
import { createFalClient } from "@fal-ai/client";
import { createParser } from "eventsource-parser";
import OpenAI from "openai";
import { z } from "zod";

import { eventStream, fetchOf, STREAMED_BYTES } from "../data.js";

const KB = 1024;
const MB = 1024 * KB;
const BASE_URL = "http://bench.invalid/v1";
const STREAM_REQUEST = { model: "gpt-image-2", prompt: "a lighthouse", stream: true, partial_images: 3 };
const JSON_REQUEST = { model: "gpt-image-2", prompt: "a lighthouse" };

/** Base64 to bytes by what the runtime has: the new standard method, else the classic loop. */
function fromBase64(text) {
  if (Uint8Array.fromBase64) return Uint8Array.fromBase64(text);
  const binary = atob(text);
  const bytes = new Uint8Array(binary.length);
  for (let i = 0; i < binary.length; i++) bytes[i] = binary.charCodeAt(i);
  return bytes;
}

function expect(found, expected, what) {
  if (found !== expected) throw new Error(`${found} ${what} instead of ${expected}`);
}

/** Counts the pictures of a stream and their bytes. */
function counter(expected) {
  let images = 0;
  return {
    take(bytes) {
      expect(bytes.length, expected, "bytes");
      images++;
    },
    finish: () => expect(images, 4, "pictures"),
  };
}

async function drain(fetch) {
  const reader = (await fetch()).body.getReader();
  for (let part = await reader.read(); !part.done; part = await reader.read());
}

async function decodeText(fetch) {
  const decoder = new TextDecoder();
  const reader = (await fetch()).body.getReader();
  for (let part = await reader.read(); !part.done; part = await reader.read())
    decoder.decode(part.value, { stream: true });
}

async function viaOurs(client, bytes, releases) {
  const { take, finish } = counter(bytes);
  for await (const { image } of client.generateStream(STREAM_REQUEST)) {
    take(await image.bytes());
    if (releases) image.release();
  }
  finish();
}

async function viaEventSourceParser(fetch, bytes) {
  const { take, finish } = counter(bytes);
  const parser = createParser({ onEvent: ({ data }) => take(fromBase64(JSON.parse(data).b64_json)) });
  const decoder = new TextDecoder();
  const reader = (await fetch()).body.getReader();
  for (let part = await reader.read(); !part.done; part = await reader.read())
    parser.feed(decoder.decode(part.value, { stream: true }));
  finish();
}

const eventSchema = z.looseObject({ b64_json: z.string() });

async function viaAi(fetch, bytes) {
  const { take, finish } = counter(bytes);
  const reader = parseJsonEventStream({ stream: (await fetch()).body, schema: eventSchema }).getReader();
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    if (!part.value.success) throw part.value.error;
    take(fromBase64(part.value.value.b64_json));
  }
  finish();
}

async function viaOpenAI(client, bytes) {
  const { take, finish } = counter(bytes);
  for await (const event of await client.images.generate(STREAM_REQUEST)) take(fromBase64(event.b64_json));
  finish();
}

async function viaFal(client, bytes) {
  const { take, finish } = counter(bytes);
  const stream = await client.stream("bench/model", { input: {} });
  stream.on("data", (event) => take(fromBase64(event.b64_json)));
  await stream.done();
  finish();
}

const clients = (ours, fetch) => ({
  own: new ours.ImageClient({ apiKey: "k", fetch, baseURL: BASE_URL, dangerouslyAllowBrowser: true }),
  openai: new OpenAI({ apiKey: "k", fetch, baseURL: BASE_URL, dangerouslyAllowBrowser: true }),
});

/** What is measured on an event stream, down to the bytes of its pictures, so many each. */
export function streamContenders(ours, fetch, bytes) {
  const { own, openai } = clients(ours, fetch);
  const fal = createFalClient({ credentials: "k", fetch, suppressLocalCredentialsWarning: true });
  return [
    { name: "gpt-image-edge, each picture released", work: () => viaOurs(own, bytes, true) },
    { name: "gpt-image-edge, pictures left to the collector", work: () => viaOurs(own, bytes, false) },
    { name: "(floor) drain the stream", work: () => drain(fetch) },
    { name: "(floor) TextDecoder over the chunks", work: () => decodeText(fetch) },
    { name: "eventsource-parser 4 + JSON.parse + fromBase64", work: () => viaEventSourceParser(fetch, bytes) },
    { name: "ai: parseJsonEventStream + fromBase64", work: () => viaAi(fetch, bytes) },
    { name: "openai + fromBase64", work: () => viaOpenAI(openai, bytes) },
    { name: "@fal-ai/client (eventsource-parser 1.1) + fromBase64", work: () => viaFal(fal, bytes) },
  ];
}

function streamGroup(ours, chunkLength) {
  const fetch = fetchOf(eventStream(STREAMED_BYTES), chunkLength, "text/event-stream");
  return {
    name: `stream: 4 events of 1.5 MB base64 in ${chunkLength / KB} KB chunks, to bytes`,
    contenders: streamContenders(ours, fetch, STREAMED_BYTES),
  };
}

const binaryFields = createJsonResponseHandler(z.looseObject({ data: z.array(z.any()) }), {
  experimental_binaryFields: ["data[*].b64_json"],
});

/** What is measured on a JSON body that comes over HTTP, and where it leaves a Blob. */
export function jsonContenders(ours, fetch, bytes) {
  const { own, openai } = clients(ours, fetch);
  const blobOf = (parts) => expect(new Blob(parts).size, bytes, "bytes");
  const handle = async () => {
    const settings = { response: await fetch(), url: BASE_URL, requestBodyValues: {} };
    blobOf([(await binaryFields(settings)).value.data[0].b64_json]);
  };
  return [
    {
      name: "gpt-image-edge",
      work: async () => expect((await own.generate(JSON_REQUEST)).images[0].blob.size, bytes, "bytes"),
    },
    { name: "(floor) drain the body", work: () => drain(fetch) },
    {
      name: "response.json() + fromBase64",
      work: async () => blobOf([fromBase64((await (await fetch()).json()).data[0].b64_json)]),
    },
    { name: "ai: createJsonResponseHandler with binary fields", work: handle },
    {
      name: "openai + fromBase64",
      work: async () => blobOf([fromBase64((await openai.images.generate(JSON_REQUEST)).data[0].b64_json)]),
    },
  ];
}

function jsonGroup(ours, megabytes, origin) {
  return {
    name: `JSON body of ${megabytes} MB over HTTP, to a Blob`,
    contenders: jsonContenders(ours, () => fetch(`${origin}/${megabytes}.json`), (megabytes * 3 * MB) / 4),
  };
}

export const GROUPS = {
  stream16: (ours) => streamGroup(ours, 16 * KB),
  stream64: (ours) => streamGroup(ours, 64 * KB),
  json2: (ours, origin) => jsonGroup(ours, 2, origin),
  json8: (ours, origin) => jsonGroup(ours, 8, origin),
};

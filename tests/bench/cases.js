// What is measured, and against whom. Bundled once for each runtime by run.mjs.

import Ajv from "ajv";
import { createParser } from "eventsource-parser";
import OpenAI from "openai";
import * as v from "valibot";
import { z } from "zod";

import { eventStream, fetchOf, jsonBody } from "./data.js";

const KB = 1024;
const MB = 1024 * KB;

/** Base64 to bytes by what the runtime has: the new standard method, else the classic loop. */
function fromBase64(text) {
  if (Uint8Array.fromBase64) return Uint8Array.fromBase64(text);
  const binary = atob(text);
  const bytes = new Uint8Array(binary.length);
  for (let i = 0; i < binary.length; i++) bytes[i] = binary.charCodeAt(i);
  return bytes;
}

const STREAM_REQUEST = { model: "gpt-image-2", prompt: "a lighthouse", stream: true, partial_images: 3 };
const JSON_REQUEST = { model: "gpt-image-2", prompt: "a lighthouse" };

function expectBytes(length, expected) {
  if (length !== expected) throw new Error(`decoded ${length} bytes instead of ${expected}`);
}

async function viaEventSourceParser(fetch, imageLength) {
  const response = await fetch();
  let images = 0;
  const parser = createParser({
    onEvent(event) {
      expectBytes(fromBase64(JSON.parse(event.data).b64_json).length, imageLength);
      images++;
    },
  });
  const decoder = new TextDecoder();
  const reader = response.body.getReader();
  for (let part = await reader.read(); !part.done; part = await reader.read())
    parser.feed(decoder.decode(part.value, { stream: true }));
  expectBytes(images, 4);
}

async function viaOpenAI(client, imageLength) {
  let images = 0;
  for await (const event of await client.images.generate(STREAM_REQUEST)) {
    expectBytes(fromBase64(event.b64_json).length, imageLength);
    images++;
  }
  expectBytes(images, 4);
}

async function viaOurs(client, imageLength, disposes) {
  let images = 0;
  for await (const event of client.generateStream(STREAM_REQUEST)) {
    expectBytes((await event.image.bytes()).length, imageLength);
    if (disposes) event.image[Symbol.dispose ?? Symbol.for("Symbol.dispose")]();
    images++;
  }
  expectBytes(images, 4);
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

function streamGroup(ours, chunkLength) {
  const imageLength = 1.125 * MB;
  const fetch = fetchOf(eventStream(imageLength), chunkLength, "text/event-stream");
  const baseURL = "http://bench.invalid/v1";
  const own = new ours.ImageClient({ apiKey: "k", fetch, baseURL, dangerouslyAllowBrowser: true });
  const openai = new OpenAI({ apiKey: "k", fetch, baseURL, dangerouslyAllowBrowser: true });
  return {
    name: `stream: 4 events of 1.5 MB base64, ${chunkLength / KB} KB chunks`,
    contenders: [
      { name: "gpt-image-edge, each picture disposed of", work: () => viaOurs(own, imageLength, true) },
      { name: "gpt-image-edge", work: () => viaOurs(own, imageLength, false) },
      { name: "(floor) drain the stream", work: () => drain(fetch) },
      { name: "(floor) TextDecoder over the chunks", work: () => decodeText(fetch) },
      { name: "eventsource-parser + JSON.parse + fromBase64", work: () => viaEventSourceParser(fetch, imageLength) },
      { name: "openai + fromBase64", work: () => viaOpenAI(openai, imageLength) },
    ],
  };
}

function jsonGroup(ours, megabytes) {
  const imageLength = (megabytes * 3 * MB) / 4;
  const fetch = fetchOf(jsonBody(imageLength), 64 * KB, "application/json");
  const baseURL = "http://bench.invalid/v1";
  const own = new ours.ImageClient({ apiKey: "k", fetch, baseURL, dangerouslyAllowBrowser: true });
  const openai = new OpenAI({ apiKey: "k", fetch, baseURL, dangerouslyAllowBrowser: true });
  const blobOf = (bytes) => expectBytes(new Blob([bytes]).size, imageLength);
  return {
    name: `JSON body of ${megabytes} MB to a Blob`,
    contenders: [
      {
        name: "gpt-image-edge",
        work: async () => expectBytes((await own.generate(JSON_REQUEST)).images[0].blob.size, imageLength),
      },
      { name: "(floor) drain the stream", work: () => drain(fetch) },
      {
        name: "response.json() + fromBase64",
        work: async () => blobOf(fromBase64((await (await fetch()).json()).data[0].b64_json)),
      },
      {
        name: "openai + fromBase64",
        work: async () => blobOf(fromBase64((await openai.images.generate(JSON_REQUEST)).data[0].b64_json)),
      },
    ],
  };
}

const VALID = {
  model: "gpt-image-2",
  prompt: "a lighthouse at dusk, oil on canvas",
  size: "1024x1536",
  quality: "low",
  n: 2,
};
const LONG = { ...VALID, prompt: "a lighthouse at dusk ".repeat(400) };
const WRONG = { ...VALID, size: "1000x1000", quality: "ultra", n: 40 };

const SIZES = ["auto", "1024x1024", "1536x1024", "1024x1536"];
const QUALITIES = ["auto", "low", "medium", "high"];
const FORMATS = ["png", "jpeg", "webp"];
const BACKGROUNDS = ["auto", "opaque", "transparent"];

const zodSchema = z.strictObject({
  model: z.string(),
  prompt: z.string().min(1).max(32000),
  n: z.number().int().min(1).max(10).nullish(),
  size: z.enum(SIZES).nullish(),
  quality: z.enum(QUALITIES).nullish(),
  background: z.enum(BACKGROUNDS).nullish(),
  output_format: z.enum(FORMATS).nullish(),
  output_compression: z.number().int().min(0).max(100).nullish(),
  moderation: z.enum(["auto", "low"]).nullish(),
  stream: z.boolean().nullish(),
  partial_images: z.number().int().min(0).max(3).nullish(),
  user: z.string().optional(),
});

const between = (min, max) => v.nullish(v.pipe(v.number(), v.integer(), v.minValue(min), v.maxValue(max)));
const valibotSchema = v.strictObject({
  model: v.string(),
  prompt: v.pipe(v.string(), v.minLength(1), v.maxLength(32000)),
  n: between(1, 10),
  size: v.nullish(v.picklist(SIZES)),
  quality: v.nullish(v.picklist(QUALITIES)),
  background: v.nullish(v.picklist(BACKGROUNDS)),
  output_format: v.nullish(v.picklist(FORMATS)),
  output_compression: between(0, 100),
  moderation: v.nullish(v.picklist(["auto", "low"])),
  stream: v.nullish(v.boolean()),
  partial_images: between(0, 3),
  user: v.optional(v.string()),
});

/** ajv compiles by `new Function`, which workerd and a strict CSP forbid; there it has no entry. */
function ajvValidator() {
  try {
    new Function("");
    const integer = (minimum, maximum) => ({ type: "integer", minimum, maximum });
    return new Ajv({ allErrors: true }).compile({
      type: "object",
      required: ["model", "prompt"],
      additionalProperties: false,
      properties: {
        model: { type: "string" },
        prompt: { type: "string", minLength: 1, maxLength: 32000 },
        n: integer(1, 10),
        size: { enum: SIZES },
        quality: { enum: QUALITIES },
        background: { enum: BACKGROUNDS },
        output_format: { enum: FORMATS },
        output_compression: integer(0, 100),
        moderation: { enum: ["auto", "low"] },
        stream: { type: "boolean" },
        partial_images: integer(0, 3),
        user: { type: "string" },
      },
    });
  } catch {
    return undefined;
  }
}

function validateGroup(ours, name, request, problems) {
  const ajv = ajvValidator();
  const count = (found) => {
    if (found !== problems) throw new Error(`${name}: ${found} problems instead of ${problems}`);
  };
  const errors = (report) => report.issues.filter((issue) => issue.severity === "error").length;
  const contenders = [
    { name: "gpt-image-edge", work: () => count(errors(ours.validate("generate", request))) },
    { name: "zod 4", work: () => count(zodSchema.safeParse(request).error?.issues.length ?? 0) },
    { name: "valibot", work: () => count(v.safeParse(valibotSchema, request).issues?.length ?? 0) },
    ajv && { name: "ajv", work: () => count(ajv(request) ? 0 : ajv.errors.length) },
  ];
  return { name, contenders: contenders.filter(Boolean).map((contender) => ({ ...contender, synchronous: true })) };
}

/** Every group, with the package under test. The first contender of a group is ours: ratios are against it. */
export const GROUPS = {
  stream16: (ours) => streamGroup(ours, 16 * KB),
  stream64: (ours) => streamGroup(ours, 64 * KB),
  json2: (ours) => jsonGroup(ours, 2),
  json8: (ours) => jsonGroup(ours, 8),
  valid: (ours) => validateGroup(ours, "validate: a valid request", VALID, 0),
  long: (ours) => validateGroup(ours, "validate: a valid request with a prompt of 8 KB", LONG, 0),
  wrong: (ours) => validateGroup(ours, "validate: three errors and their report", WRONG, 3),
  estimate: (ours) => ({
    name: "estimateCost of a valid request",
    contenders: [{ name: "gpt-image-edge", work: () => ours.estimateCost("generate", VALID), synchronous: true }],
  }),
};

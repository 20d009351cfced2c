// Words and flags to a request and options.

import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import { text } from "node:stream/consumers";
import { parseArgs } from "node:util";

import { inspectRequest } from "../node.js";
import { formatOfName } from "./files.js";

/** The command is wrong, not the request. */
export class UsageError extends Error {}

/** Flags that are fields of the request; those with numbers apart. */
const TEXTS = [
  "model",
  "size",
  "quality",
  "background",
  "output-format",
  "moderation",
  "input-fidelity",
  "complexity",
  "user",
  "safety-identifier",
];
const NUMBERS = ["n", "output-compression", "partial-images"];

const string = { type: "string" };
const flag = { type: "boolean" };
const OPTIONS = {
  ...Object.fromEntries([...TEXTS, ...NUMBERS].map((name) => [name, string])),
  n: { type: "string", short: "n" },
  image: { type: "string", multiple: true },
  mask: string,
  request: string,
  out: { type: "string", short: "o" },
  operation: string,
  color: string,
  tolerance: string,
  concurrency: string,
  tier: string,
  "base-url": string,
  timeout: string,
  json: flag,
  force: flag,
  retry: flag,
  help: { type: "boolean", short: "h" },
};

export function readOptions(args) {
  try {
    return parseArgs({ args, options: OPTIONS, allowPositionals: true });
  } catch (error) {
    throw new UsageError(error.message);
  }
}

export function numberOf(name, value) {
  if (value === undefined) return undefined;
  const number = Number(value);
  if (value.trim() === "" || !Number.isFinite(number)) throw new UsageError(`--${name}: "${value}" is no number`);
  return number;
}

export async function fileOf(path) {
  return new File([await readFile(path)], basename(path));
}

/** Reads a file, or the input for "-". */
export function textOf(path) {
  return path === "-" ? text(process.stdin) : readFile(path, "utf8");
}

export function jsonOf(source, content) {
  try {
    return JSON.parse(content);
  } catch (error) {
    throw new UsageError(`${source}: no JSON: ${error.message}`);
  }
}

const spelled = (name) => name.replaceAll("-", "_");

/** The flags that are fields of the request, as they were given: files by their names. */
export function settingsOf(values) {
  const names = [...TEXTS, ...NUMBERS, "image", "mask"].filter((name) => values[name] !== undefined);
  return Object.fromEntries(names.map((name) => [spelled(name), values[name]]));
}

/** The fields of the request that the flags say. */
export async function fieldsOf(values) {
  const fields = settingsOf(values);
  for (const name of NUMBERS) if (values[name] !== undefined) fields[spelled(name)] = numberOf(name, values[name]);
  if (values.image) {
    const images = await Promise.all(values.image.map(fileOf));
    fields.image = images.length === 1 ? images[0] : images;
  }
  if (values.mask) fields.mask = await fileOf(values.mask);
  return fields;
}

/** The request of a command: a file's, with what the flags and words say put over it. */
export async function requestOf({ values, positionals }) {
  const given = values.request === undefined ? {} : jsonOf(values.request, await textOf(values.request));
  const prompt = positionals.length > 0 ? { prompt: positionals.join(" ") } : {};
  const request = { ...given, ...prompt, ...(await fieldsOf(values)) };
  // Partial images come in a stream only, and there is no flag for that alone.
  if (request.partial_images > 0) request.stream = true;
  // A file that is called photo.jpg is to be one.
  const format = formatOfName(values.out);
  if (format) request.output_format ??= format;
  return request;
}

/** What the files of a request say, the pixels of its mask included. */
export const inspect = (request) => inspectRequest(request, { pixels: () => import("../pixels/node.js") });

/** What the client is made with. */
export function clientOptions(values) {
  const baseURL = values["base-url"] ?? process.env.OPENAI_BASE_URL;
  if (!baseURL && !process.env.OPENAI_API_KEY)
    throw new UsageError(
      "OPENAI_API_KEY is not set: put a key there, or a worker's token and its address into --base-url",
    );
  const seconds = numberOf("timeout", values.timeout);
  return {
    apiKey: process.env.OPENAI_API_KEY,
    ...(baseURL && { baseURL }),
    ...(seconds !== undefined && { timeout: seconds * 1000 }),
  };
}

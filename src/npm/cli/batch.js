// `batch`: a file of requests, and a journal beside the pictures from which the next run goes on.

import { createHash, randomUUID } from "node:crypto";
import { appendFileSync, mkdirSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { dirname, join, parse, resolve } from "node:path";

import { estimateCost, ImageClient, validate } from "../node.js";
import {
  clientOptions,
  fieldsOf,
  fileOf,
  inspect,
  jsonOf,
  numberOf,
  settingsOf,
  textOf,
  UsageError,
} from "./arguments.js";
import { save, slug } from "./files.js";
import { issueLines } from "./show.js";

const JOURNAL = "batch.jsonl";

/** Pictures in a file of requests are paths, from where that file is. */
async function withFiles(request, folder) {
  const read = (path) => (typeof path === "string" ? fileOf(resolve(folder, path)) : path);
  const whole = { ...request };
  for (const name of ["image", "mask", "markup"])
    if (request[name] !== undefined)
      whole[name] = Array.isArray(request[name])
        ? await Promise.all(request[name].map(read))
        : await read(request[name]);
  return whole;
}

/** Every line as an entry: prompts of a text file, requests of a .jsonl file, or lines of the Batch API. */
async function entriesOf(path, values) {
  const isJson = /\.(jsonl|ndjson|json)$/i.test(path);
  const shared = await fieldsOf(values);
  const lines = (await textOf(path)).split(/\r?\n/);
  const entries = [];
  for (const [number, line] of lines.entries()) {
    if (line.trim() === "") continue;
    const given = isJson ? jsonOf(`${path}:${number + 1}`, line) : { prompt: line.trim() };
    const body = given.url && given.body ? given.body : given;
    const digest = createHash("sha256")
      .update(JSON.stringify([given, settingsOf(values)]))
      .digest("hex");
    const folder = path === "-" ? "." : dirname(path);
    // Each comes whole: what is checked and priced is what is sent.
    const { stream: _, partial_images: __, ...request } = await withFiles({ ...shared, ...body }, folder);
    entries.push({ index: number, line: number + 1, digest, request });
  }
  if (entries.length === 0) throw new UsageError(`${path}: there is no request in it`);
  return entries;
}

/** The last word of the journal on each request. */
async function journalOf(file) {
  const content = await readFile(file, "utf8").catch((error) => {
    if (error.code === "ENOENT") return "";
    throw error;
  });
  const states = new Map();
  for (const line of content.split("\n")) {
    // The last line may have been cut off when the last run was ended by force.
    try {
      const state = JSON.parse(line);
      states.set(`${state.index} ${state.digest}`, { ...states.get(`${state.index} ${state.digest}`), ...state });
    } catch {
      continue;
    }
  }
  return states;
}

export async function batch({ values, positionals }) {
  if (positionals.length !== 1) throw new UsageError("batch needs one file of requests");
  const [path] = positionals;
  const client = new ImageClient(clientOptions(values));
  const entries = await entriesOf(path, values);
  const folder = values.out ?? `${path === "-" ? "batch" : parse(path).name}-images`;
  const states = await journalOf(join(folder, JOURNAL));
  const stateOf = ({ index, digest }) => states.get(`${index} ${digest}`);

  const todo = entries.filter((entry) => {
    const status = stateOf(entry)?.status;
    return status === undefined || status === "left" || (values.retry && status !== "done");
  });
  const before = entries.length - todo.length;
  const unclear = entries.filter((entry) => ["started", "failed"].includes(stateOf(entry)?.status)).length;
  if (before > 0) console.error(`${before} of ${entries.length} were sent before`);
  if (unclear > 0 && !values.retry) console.error(`${unclear} of those failed or were cut off; --retry repeats them`);

  let wrong = 0;
  let expected = 0;
  for (const entry of todo) {
    const context = await inspect(entry.request);
    const operation = entry.request.image === undefined && entry.request.images === undefined ? "generate" : "edit";
    const report = validate(operation, entry.request, context);
    for (const line of issueLines(report.issues)) console.error(`${path}:${entry.line}: ${line}`);
    if (!report.ok) wrong++;
    expected += estimateCost(operation, entry.request, context).expected ?? NaN;
  }
  if (wrong > 0 && !values.force) {
    console.error("Nothing was sent; --force sends all the same.");
    return 1;
  }
  console.error(
    `${todo.length} requests, expected ${Number.isNaN(expected) ? "cost unknown" : `$${Number(expected.toFixed(6))}`}`,
  );

  mkdirSync(folder, { recursive: true });
  const note = ({ index, digest }, fields) =>
    appendFileSync(join(folder, JOURNAL), `${JSON.stringify({ index, digest, ...fields })}\n`);
  const byIndex = new Map(todo.map((entry) => [entry.index, entry]));
  const saving = [];
  const stop = new AbortController();
  let unsaved;
  const savePictures = async (entry, result) => {
    const name = `${String(entry.line).padStart(String(entries.length).length, "0")}-${slug(entry.request.prompt)}`;
    const files = [];
    for (const [number, image] of result.images.entries())
      files.push(await save(image, { folder, name }, result.images.length > 1 ? number + 1 : undefined));
    note(entry, { status: "done", files, usd: result.cost?.usd, request_id: result.requestId });
    console.error(`${path}:${entry.line}: ${files.join(" ")}`);
  };
  const onProgress = ({ type, entry, result, error, wait_ms }) => {
    const own = entry && byIndex.get(entry.index);
    if (type === "start") note(own, { status: "started", idempotency_key: entry.idempotencyKey });
    else if (type === "done")
      // What cannot be kept must not be bought.
      saving.push(savePictures(own, result).catch((error) => stop.abort((unsaved ??= error))));
    else if (type === "failed") {
      note(own, { status: "failed", kind: error.kind, code: error.code, message: error.message, billed: error.billed });
      console.error(`${path}:${own.line}: ${error.message}`);
    } else if (type === "wait") console.error(`waiting ${Math.ceil(wait_ms / 1000)} s for the rate limit`);
  };

  process.once("SIGINT", () => stop.abort("interrupted"));
  const sent = todo.map((entry) => {
    const idempotencyKey = stateOf(entry)?.idempotency_key ?? randomUUID();
    return { index: entry.index, request: entry.request, idempotencyKey };
  });
  const outcome = await client.batch(sent, {
    concurrency: numberOf("concurrency", values.concurrency),
    tier: numberOf("tier", values.tier),
    onProgress,
    signal: stop.signal,
    keepResults: false,
  });
  await Promise.all(saving);
  for (const { index } of outcome.left) note(byIndex.get(index), { status: "left" });

  const { done, failed, left, usd, unpriced, stopped } = outcome;
  if (unsaved) throw unsaved;
  if (stopped) console.error(`stopped: ${stopped.message}`);
  const counts = { done: done.length, failed: failed.length, left: left.length, before, usd, unpriced, folder };
  if (values.json) console.log(JSON.stringify(counts));
  else {
    const more = unpriced > 0 ? ` and ${unpriced} of unknown cost` : "";
    console.log(
      `${done.length} done, ${failed.length} failed, ${left.length} left, $${Number(usd.toFixed(6))}${more}, in ${folder}`,
    );
  }
  return failed.length + left.length === 0 ? 0 : 1;
}

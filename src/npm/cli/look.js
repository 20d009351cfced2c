// The commands that send nothing.

import { readFile, writeFile } from "node:fs/promises";
import { extname } from "node:path";

import { estimateCost, models as listModels, validate as check } from "../node.js";
import { inspect, numberOf, requestOf, UsageError } from "./arguments.js";
import { amount, issueLines, table } from "./show.js";

async function asked(options) {
  const request = await requestOf(options);
  const guess = request.image !== undefined || request.images !== undefined ? "edit" : "generate";
  return { operation: options.values.operation ?? guess, request, context: await inspect(request) };
}

export async function estimate(options) {
  const { operation, request, context } = await asked(options);
  const found = estimateCost(operation, request, context);
  if (options.values.json) console.log(JSON.stringify(found, null, 2));
  else {
    console.log(`${amount(found)}${found.model ? `, by ${found.model}` : ""}`);
    for (const { kind, tokens, usd } of found.items)
      console.log(`  ${kind}: ${amount(usd)}${tokens ? `, ${tokens.expected ?? "unknown"} tokens` : ""}`);
    for (const note of found.notes) console.log(`  ${note}`);
  }
  return 0;
}

export async function validate(options) {
  const { operation, request, context } = await asked(options);
  const report = check(operation, request, context);
  if (options.values.json) console.log(JSON.stringify(report, null, 2));
  else for (const line of issueLines(report.issues)) console.log(line);
  return report.ok ? 0 : 1;
}

export function models({ values }) {
  const list = listModels();
  if (values.json) console.log(JSON.stringify(list, null, 2));
  else {
    const rows = list.map((model) => [model.id, model.status, model.shutdown_on ?? "", model.replacement ?? ""]);
    console.log(table([["model", "state", "ends", "replacement"], ...rows]));
  }
  return 0;
}

export async function chromaKey({ values, positionals }) {
  if (positionals.length !== 2) throw new UsageError("chroma-key needs two files: IN OUT");
  const [from, to] = positionals;
  const format = { ".png": "png", ".webp": "webp" }[extname(to).toLowerCase()];
  if (!format) throw new UsageError(`${to}: transparent pictures are .png or .webp`);
  // Nobody who draws needs the codecs.
  const pixels = await import("../pixels/node.js");
  const options = { format, color: values.color, tolerance: numberOf("tolerance", values.tolerance) };
  const { bytes, report } = pixels.chromaKey(await readFile(from), options);
  await writeFile(to, bytes, { flag: "wx" });
  if (values.json) console.log(JSON.stringify({ file: to, ...report }));
  else console.log(to);
  if (!report.flat) console.error("the border is not of one colour: draw again, or name the background with --color");
  return 0;
}

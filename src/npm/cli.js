#!/usr/bin/env node
// `npx gpt-image-edge`: the package at a terminal.

import { readFile } from "node:fs/promises";

import { readOptions, UsageError } from "./cli/arguments.js";
import { batch } from "./cli/batch.js";
import { edit, generate } from "./cli/draw.js";
import { HELP } from "./cli/help.js";
import { chromaKey, estimate, models, validate } from "./cli/look.js";
import { ImageApiError } from "./node.js";

const COMMANDS = { generate, edit, batch, estimate, validate, models, "chroma-key": chromaKey };

/** What a program that calls this one can tell apart: 0 all well, 1 it failed or was refused, 2 the command is wrong. */
async function main([name, ...rest]) {
  if (name === undefined || name === "help" || name === "--help" || name === "-h") {
    console.log(HELP);
    return name === undefined ? 2 : 0;
  }
  if (name === "--version") {
    console.log(JSON.parse(await readFile(new URL("./package.json", import.meta.url), "utf8")).version);
    return 0;
  }
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (!command) throw new UsageError(`"${name}" is no command; there are ${Object.keys(COMMANDS).join(", ")}`);
  const options = readOptions(rest);
  if (options.values.help) {
    console.log(HELP);
    return 0;
  }
  return (await command(options)) ?? 0;
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  if (error instanceof UsageError) {
    console.error(`gpt-image-edge: ${error.message}\nTry: gpt-image-edge help`);
    process.exitCode = 2;
  } else if (ImageApiError.isInstance(error)) {
    const billed = error.billed === undefined || error.billed === "no" ? "" : `; billed: ${error.billed}`;
    const request = error.requestId ? `; request ${error.requestId}` : "";
    console.error(
      `gpt-image-edge: ${error.message} (${error.kind}${error.code ? ` ${error.code}` : ""}${billed}${request})`,
    );
    process.exitCode = 1;
  } else if (typeof error?.code === "string" && error.syscall) {
    // A file that is not there, or may not be read or written.
    console.error(`gpt-image-edge: ${error.message}`);
    process.exitCode = 1;
  } else throw error;
}

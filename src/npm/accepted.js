// What models accept whatever else is asked of them: sets that answer most requests without a call of the module, as a
// compiled schema would. The module makes them out of its rules (src/check/accepted.rs).

import { FIELDS, last, lastIndices, lastValues } from "./plain.js";

/** A table costs what hundreds of checks do: it is made for a model that is asked about again and again. */
const PATIENCE = 16;
/** Ids are the caller's to choose. */
const MAX_TABLES = 64;

/** By model: its table, null for one that has none, or how often it was asked about before that was known. */
let tables = new Map();

/** Forgets all: the rules have changed. */
export function forgetTables() {
  tables = new Map();
}

class Table {
  constructor({ report, longest_prompt: longestPrompt, fields }) {
    this.issues = report.issues;
    this.ok = report.ok;
    this.longestPrompt = longestPrompt;
    /** By the number of the field. */
    this.values = new Array(FIELDS.length).fill(undefined);
    for (const [name, values] of fields) this.values[FIELDS.indexOf(name)] = new Set(values);
  }
}

/**
 * The report of the generation that was taken apart last, if its model's table has it.
 * @param {(model: string | null, now: number) => object | null} ask what the module says of a model
 * @param {number} now in milliseconds since 1970
 * @returns {Table | undefined} `ok` and `issues` of it; the latter are to be copied
 */
export function acceptedReport(ask, now) {
  const { model } = last;
  let table = tables.get(model);
  if (typeof table !== "object") table = begin(model, table, ask, now);
  if (table === null || last.promptLength > table.longestPrompt) return undefined;
  for (let at = 0; at < last.count; at++) {
    const values = table.values[lastIndices[at]];
    if (values === undefined || !values.has(lastValues[at])) return undefined;
  }
  return table;
}

function begin(model, asked = 0, ask, now) {
  if (asked < PATIENCE) {
    if (tables.size >= MAX_TABLES) forgetTables();
    tables.set(model, asked + 1);
    return null;
  }
  const answer = model === undefined || typeof model === "string" ? ask(model ?? null, now) : null;
  const table = answer === null ? null : new Table(answer);
  tables.set(model, table);
  return table;
}

// Many requests from one text: a prompt on each line, JSON Lines, or CSV with a header.

/** Fields that are numbers; in a CSV everything is text. */
const NUMBERS = new Set(["n", "output_compression", "partial_images", "frame_count", "frame_duration_ms"]);
export const FORMATS = ["lines", "jsonl", "csv"];

/** What the text looks like. */
export function formatOf(text) {
  const first = text.split(/\r?\n/).find((line) => line.trim()) ?? "";
  if (first.trimStart().startsWith("{")) return "jsonl";
  const header = csv(first)[0] ?? [];
  return header.some((name) => name.trim().toLowerCase() === "prompt") && header.length > 1 ? "csv" : "lines";
}

/**
 * Every request of the text, with what the form says where it says nothing itself.
 * @returns {{ line: number, id?: string, request?: object, error?: string }[]} `error` is why a line is no request
 */
export function parse(text, format, settings) {
  if (format === "csv") return fromCsv(text, settings);
  return text
    .split(/\r?\n/)
    .map((line, index) => ({ text: line.trim(), line: index + 1 }))
    .filter(({ text: line }) => line)
    .map(({ text: content, line }) =>
      format === "jsonl" ? fromJson(content, line, settings) : { line, request: { ...settings, prompt: content } },
    );
}

function fromJson(content, line, settings) {
  let value;
  try {
    value = JSON.parse(content);
  } catch (error) {
    return { line, error: error.message };
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) return { line, error: "it is no object" };
  // A line of the Batch API holds the request in its body, and says all by itself.
  if (value.body !== undefined && value.url !== undefined) return { line, id: value.custom_id, request: value.body };
  return { line, request: { ...settings, ...value } };
}

function fromCsv(text, settings) {
  const [header = [], ...rows] = csv(text);
  const names = header.map((name) => name.trim().toLowerCase());
  return rows
    .filter((row) => row.some((cell) => cell.trim()))
    .map((row, index) => {
      const given = names
        .map((name, at) => [name, (row[at] ?? "").trim()])
        .filter(([name, cell]) => name && cell)
        .map(([name, cell]) => [name, NUMBERS.has(name) && Number.isFinite(Number(cell)) ? Number(cell) : cell]);
      const { custom_id: id, ...request } = Object.fromEntries(given);
      return { line: index + 2, id, request: { ...settings, prompt: "", ...request } };
    });
}

/** Rows of cells, by RFC 4180: a quoted cell may hold commas, quotes and line breaks. */
export function csv(text) {
  const rows = [];
  let row = [];
  let cell = "";
  let quoted = false;
  const endCell = () => {
    row.push(cell);
    cell = "";
  };
  for (let at = 0; at < text.length; at++) {
    const letter = text[at];
    if (quoted) {
      if (letter !== '"') cell += letter;
      else if (text[at + 1] === '"') cell += text[++at];
      else quoted = false;
    } else if (letter === '"' && cell.trim() === "") {
      quoted = true;
      cell = "";
    } else if (letter === ",") endCell();
    else if (letter === "\n") {
      endCell();
      rows.push(row);
      row = [];
    } else if (letter !== "\r") cell += letter;
  }
  if (cell || row.length) {
    endCell();
    rows.push(row);
  }
  return rows;
}

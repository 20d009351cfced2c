// Options of the long runs, and where their figures go.

import { readFile, writeFile } from "node:fs/promises";

const FILE = new URL("../../docs/reliability.md", import.meta.url);

/** Reads `--name=number`; a name alone is 1. Ends the program on what it does not know. */
export function numbers<T extends Record<string, number>>(defaults: T): T {
  const options: Record<string, number> = { ...defaults };
  for (const word of process.argv.slice(2)) {
    const [, name, text] = /^--([\w-]+)(?:=(.*))?$/.exec(word) ?? [];
    const value = Number(text ?? 1);
    if (name === undefined || !(name in defaults) || !Number.isInteger(value) || value < 0) {
      console.error(
        `${word}: is none of the options; allowed are ${Object.keys(defaults)
          .map((key) => `--${key}=N`)
          .join(" ")}`,
      );
      process.exit(1);
    }
    options[name] = value;
  }
  return options as T;
}

export interface Figures {
  command: string;
  began: Date;
  minutes: number;
  workerd: string;
  rows: [string, string | number][];
}

/** Prints a run's figures; and puts them between their marks in docs/reliability.md. */
export async function write(
  name: string,
  wanted: number,
  { command, began, minutes, workerd, rows }: Figures,
): Promise<void> {
  const when = `${began.toISOString().slice(0, 10)}, ${minutes} min`;
  const table = rows.map(([what, value]) => `| ${what} | ${value} |`).join("\n");
  const text = `\`${command}\`, ${when}, ${workerd}, Node ${process.version}:\n\n| | |\n| --- | --- |\n${table}\n`;
  console.log(`\n${text}`);
  if (!wanted) return;
  const page = await readFile(FILE, "utf8");
  const [begin, end] = [`<!-- ${name}: begin -->`, `<!-- ${name}: end -->`];
  const [before, rest] = page.split(begin);
  const after = rest?.split(end)[1];
  if (after === undefined) throw new Error(`docs/reliability.md has no ${begin} and ${end}`);
  await writeFile(FILE, `${before}${begin}\n${text}${end}${after}`);
}

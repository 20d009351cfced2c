// The tables of docs/benchmarks.md.

const time = (ms) =>
  ms >= 1 ? `${ms.toFixed(1)} ms` : ms >= 0.001 ? `${(ms * 1000).toFixed(2)} µs` : `${(ms * 1e6).toFixed(0)} ns`;

const markdown = (title, header, lines) =>
  [
    `### ${title}`,
    "",
    `| ${header.join(" | ")} |`,
    `|${" --- |".repeat(header.length)}`,
    ...lines.map((line) => `| ${line.join(" | ")} |`),
  ].join("\n");

/** One table for each group, with a column for each runtime. */
export function timesOf(runtimes) {
  const titles = runtimes.map(({ title }) => title);
  return runtimes[0].groups.map(({ name }) => {
    const found = runtimes.map(({ groups }) => groups.find((group) => group.name === name).results);
    const contenders = [...new Set(found.flat().map((result) => result.name))];
    const lines = contenders.map((contender) => [
      contender,
      ...found.map((results) => {
        const entry = results.find((result) => result.name === contender);
        return entry ? `${time(entry.ms)} (${entry.ratio.toFixed(2)}×)` : "–";
      }),
    ]);
    return markdown(name, ["", ...titles], lines);
  });
}

/** A table of numbers, of which the first row is ours. */
export function numbersOf(title, header, rows, format) {
  return markdown(
    title,
    ["", ...header],
    rows.map(({ name, cells }) => [name, ...cells.map(format)]),
  );
}

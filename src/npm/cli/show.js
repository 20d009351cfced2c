// Answers for people.

/** An estimate as one line. */
export function amount({ expected, min, max }) {
  const usd = (number) => (number === null ? "unknown" : `$${Number(number.toFixed(6))}`);
  if (expected !== null && min === max) return usd(expected);
  return `${usd(expected)} (${usd(min)} to ${max === null ? "no bound" : usd(max)})`;
}

export function issueLines(issues) {
  return issues.map(({ severity, message, fix }) => {
    if (!fix || fix.applicability === "display_only") return `${severity}: ${message}`;
    const remedy = fix.value === undefined ? "leave it out" : `use ${JSON.stringify(fix.value)}`;
    return `${severity}: ${message} [${remedy}]`;
  });
}

/** Rows with their columns under each other. */
export function table(rows) {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column]))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

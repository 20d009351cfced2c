// `npm run size`: what a browser loads, row by row, beside the bounds that tests/package/size.test.mjs asserts.

import { columns, rows, table, uncounted } from "./measure.mjs";

const kilobytes = (bytes) => (bytes / 1000).toFixed(2);
const lines = (await rows()).map((row) => [
  row.name,
  ...columns.map((column) => kilobytes(row[column])),
  kilobytes(row.limit),
]);
console.log(table(["kB of 1,000 bytes", ...columns, "brotli at most"], lines));
for (const file of await uncounted()) console.log(`pkg/${file} stands in no row of tests/size/limits.json`);

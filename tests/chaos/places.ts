// Where the ledger stops an operation: before it does a step, or with the step on disk and nobody told. At `upstream` it only
// says that the operation is on its way there.

export const PLACES = [
  "reserve:before",
  "reserve",
  "send:before",
  "send",
  "upstream",
  "resolve:before",
  "resolve",
] as const;
export type Place = (typeof PLACES)[number];

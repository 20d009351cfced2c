// The model that tests call where any will do: models end, and a named one would end the tests with it.

type Package = Pick<typeof import("gpt-image-edge"), "models" | "estimateCost">;

/** Nothing a test draws should take long or cost much. */
const SMALL = { prompt: "a cat", size: "1024x1024", quality: "low" } as const;
const KNOWN = { images: [{ format: "png", width: 64, height: 64 }] } as const;

/** The first model in service of whose drawings and edits the price has a bound: the worker sends no others by itself. */
export function boundedModel({ models, estimateCost }: Package) {
  const max = (operation: "generate" | "edit", model: string, context?: object) =>
    estimateCost(operation, { ...SMALL, model, ...(context && { image: {} }) }, context).max;
  const served = models().filter(({ status }) => status !== "retired");
  const found = served.find(({ id }) => max("generate", id) !== null && max("edit", id, KNOWN) !== null);
  if (!found) throw new Error("no model in service has prices with a bound for drawings and edits");
  return found.id;
}

/** The tokens of a small picture by such a model, as the upstream would report them. */
export function usageOf({ estimateCost }: Package, model: string) {
  const items = estimateCost("generate", { ...SMALL, model }).items;
  const output = items.find(({ kind }) => kind === "image_output")!.tokens!.expected!;
  return {
    input_tokens: 10,
    output_tokens: output,
    total_tokens: 10 + output,
    input_tokens_details: { text_tokens: 10, image_tokens: 0 },
  };
}

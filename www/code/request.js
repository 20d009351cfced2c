// The request as it stands in code: what the form holds, with names in the place of files.

/** What stands for the prompt while there is none. */
export function written(request, placeholder) {
  const { image, mask, prompt, ...rest } = request;
  const images = image === undefined ? [] : [image].flat();
  return {
    fields: { model: rest.model, prompt: prompt || placeholder, ...rest },
    images: images.map(fileOf),
    mask: mask && fileOf(mask),
    format: rest.output_format ?? "png",
    stream: rest.stream === true,
  };
}

const fileOf = (file) => ({ name: file.name || "picture.png", type: file.type || "image/png" });

/** The ending of files of a format. */
export const ending = (format) => (format === "jpeg" ? "jpg" : format);

/** `{ a: 1 }` as source: keys bare where they may be, one to a line. */
export function literal(value, indent = "") {
  if (Array.isArray(value)) return `[${value.map((item) => literal(item, indent)).join(", ")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const inner = `${indent}  `;
  const lines = Object.entries(value).map(([key, item]) => `${inner}${key}: ${literal(item, inner)},\n`);
  return `{\n${lines.join("")}${indent}}`;
}

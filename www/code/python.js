// The request for Python, with OpenAI's package.

import { ending } from "./request.js";

/** Fields that only the newest releases of the package name; all of them pass on what stands in `extra_body`. */
const EXTRA = ["complexity", "frame_count", "frame_duration_ms", "svg"];

export function pythonLiteral(value) {
  if (value === true) return "True";
  if (value === false) return "False";
  if (value === null) return "None";
  if (Array.isArray(value)) return `[${value.map(pythonLiteral).join(", ")}]`;
  if (typeof value === "object")
    return `{${Object.entries(value)
      .map(([key, item]) => `${JSON.stringify(key)}: ${pythonLiteral(item)}`)
      .join(", ")}}`;
  // JSON's escapes are Python's; what Python would read otherwise does not occur in it.
  return JSON.stringify(value);
}

/** What stands above every call. */
export const pythonHead = ({ baseURL, variable }) => [
  "import base64",
  "import os",
  "",
  "from openai import OpenAI",
  "",
  `client = OpenAI(base_url="${baseURL}", api_key=os.environ["${variable}"])`,
];

export function python({ fields, images, mask, format, stream }, target) {
  const file = ({ name, type }) =>
    `(${JSON.stringify(name)}, open(${JSON.stringify(name)}, "rb"), ${JSON.stringify(type)})`;
  const known = Object.entries(fields).filter(([name]) => !EXTRA.includes(name));
  const extra = Object.fromEntries(Object.entries(fields).filter(([name]) => EXTRA.includes(name)));
  const named = known.map(([name, value]) => `    ${name}=${pythonLiteral(value)},`);
  if (Object.keys(extra).length) named.push(`    extra_body=${pythonLiteral(extra)},`);
  if (images.length === 1) named.push(`    image=${file(images[0])},`);
  if (images.length > 1) named.push("    image=[", ...images.map((image) => `        ${file(image)},`), "    ],");
  if (mask) named.push(`    mask=${file(mask)},`);
  const call = `client.images.${images.length ? "edit" : "generate"}(\n${named.join("\n")}\n)`;
  const write = (name, value) => [
    `    with open(${name}, "wb") as file:`,
    `        file.write(base64.b64decode(${value}.b64_json))`,
  ];
  const body = stream
    ? [
        `for event in ${call}:`,
        `    name = "picture" if event.type.endswith(".completed") else f"partial-{event.partial_image_index}"`,
        ...write(`f"{name}.${ending(format)}"`, "event"),
      ]
    : [
        `result = ${call}`,
        "for index, image in enumerate(result.data, 1):",
        ...write(`f"picture-{index}.${ending(format)}"`, "image"),
      ];
  return `${[...pythonHead(target), ...body].join("\n")}\n`;
}

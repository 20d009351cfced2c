// The request for Node: with this package, and with OpenAI's own.

import { ending, literal } from "./request.js";

const save = (bytes, name) => `await writeFile(${name}, ${bytes});`;

/** Source of a call's argument: files stand in it as expressions. */
function argument({ fields, images, mask }, file) {
  const source = literal(fields);
  if (images.length === 0) return source;
  const files = images.map(file);
  const lines = [`  image: ${files.length === 1 ? files[0] : `[\n    ${files.join(",\n    ")},\n  ]`},\n`];
  if (mask) lines.push(`  mask: ${file(mask)},\n`);
  return source.replace(/\}$/, `${lines.join("")}}`);
}

export function edgePackage(request, { baseURL, variable }) {
  const { images, stream } = request;
  const verb = images.length ? "edit" : "generate";
  const file = ({ name, type }) =>
    `new File([await readFile(${JSON.stringify(name)})], ${JSON.stringify(name)}, { type: "${type}" })`;
  const head = [
    `import { ${images.length ? "readFile, " : ""}writeFile } from "node:fs/promises";`,
    `import { ImageClient } from "gpt-image-edge";`,
    "",
    `const client = new ImageClient({ baseURL: "${baseURL}", apiKey: process.env.${variable} });`,
  ];
  const source = argument(request, file);
  const body = stream
    ? [
        `for await (const event of client.${verb}Stream(${source})) {`,
        `  const name = event.type === "completed" ? "picture" : \`partial-\${event.partial_image_index}\`;`,
        `  ${save("await event.image.bytes()", "`${name}.${event.image.format}`")}`,
        `  if (event.type === "completed") console.log(event.size, event.cost?.usd_text);`,
        "}",
      ]
    : [
        `const result = await client.${verb}(${source});`,
        "for (const [index, image] of result.images.entries())",
        `  ${save("await image.bytes()", "`picture-${index + 1}.${image.format}`")}`,
        "console.log(result.size, result.cost?.usd_text, result.requestId);",
      ];
  return `${[...head, ...body].join("\n")}\n`;
}

export function officialPackage(request, { baseURL, variable }) {
  const { images, stream, format } = request;
  const verb = images.length ? "edit" : "generate";
  const file = ({ name, type }) =>
    `await toFile(await readFile(${JSON.stringify(name)}), ${JSON.stringify(name)}, { type: "${type}" })`;
  const head = [
    `import { ${images.length ? "readFile, " : ""}writeFile } from "node:fs/promises";`,
    `import OpenAI${images.length ? ", { toFile }" : ""} from "openai";`,
    "",
    `const client = new OpenAI({ baseURL: "${baseURL}", apiKey: process.env.${variable} });`,
    `const ${stream ? "events" : "result"} = await client.images.${verb}(${argument(request, file)});`,
  ];
  const body = stream
    ? [
        "for await (const event of events) {",
        `  const name = event.type.endsWith(".completed") ? "picture" : \`partial-\${event.partial_image_index}\`;`,
        `  ${save('Buffer.from(event.b64_json, "base64")', `\`\${name}.${ending(format)}\``)}`,
        "}",
      ]
    : [
        "for (const [index, image] of result.data.entries())",
        `  ${save('Buffer.from(image.b64_json, "base64")', `\`picture-\${index + 1}.${ending(format)}\``)}`,
        "console.log(result.size, result.usage);",
      ];
  return `${[...head, ...body].join("\n")}\n`;
}

// One turn of a conversation as code: the Responses API with its image tool.

import { quoted } from "./curl.js";
import { pythonHead, pythonLiteral } from "./python.js";
import { ending, literal } from "./request.js";

/** Stands where the picture is put in, as the last word of a request: what comes after it nobody wrote. */
const HOLE = "base64,";

/** A turn as it stands in code: `file` where it goes on from a picture, which is read from a file of that name. */
export function writtenTurn({ input: _, ...fields }, said, file) {
  const [{ output_format: format = "png" }] = fields.tools;
  return { fields, said, file, format, stream: fields.stream === true };
}

/** What is said, beside the picture where there is one; `picture` is put in as it is. */
const messages = (said, picture) => [
  {
    role: "user",
    content: [
      { type: "input_text", text: said },
      { type: "input_image", detail: "auto", image_url: picture },
    ],
  },
];
const dataOf = ({ type }) => `data:${type};${HOLE}`;

function curl({ fields, said, file, format, stream }, { baseURL, variable }) {
  const body = JSON.stringify({ ...fields, input: file ? messages(said, dataOf(file)) : said }, null, 2);
  const call = [
    `curl ${stream ? "-sSN" : "-sS"} ${quoted(`${baseURL}/responses`)}`,
    `-H "Authorization: Bearer $${variable}"`,
    "-H 'Content-Type: application/json'",
    file ? "--data-binary @-" : `-d ${quoted(body)}`,
    stream ? "-o events.txt" : "-o reply.json",
  ].join(" \\\n  ");
  const at = body.lastIndexOf(HOLE) + HOLE.length;
  const command = file
    ? [
        "{",
        `  printf '%s' ${quoted(body.slice(0, at))}`,
        `  base64 < ${quoted(file.name)} | tr -d '\\n'`,
        `  printf '%s' ${quoted(body.slice(at))}`,
        `} | ${call}`,
      ].join("\n")
    : call;
  if (stream)
    return `${command}\n\n# previews are in partial_image_b64, the picture in the last event\ngrep -c '^event:' events.txt\n`;
  return `${command}\n
jq -r '.output[] | select(.type == "image_generation_call") | .result' reply.json |
  base64 --decode > picture.${ending(format)}
jq -r .id reply.json # the next turn's previous_response_id\n`;
}

/** Source of a call's argument, and of what has to be read before it. */
function argument({ fields, said, file }) {
  if (!file) return { before: [], source: literal({ ...fields, input: said }) };
  const before = [
    `const picture = await readFile(${JSON.stringify(file.name)});`,
    `const url = \`${dataOf(file)}\${picture.toString("base64")}\`;`,
  ];
  const source = literal({ ...fields, input: messages(said, HOLE) });
  const hole = JSON.stringify(HOLE);
  const at = source.lastIndexOf(hole);
  return { before, source: `${source.slice(0, at)}url${source.slice(at + hole.length)}` };
}

const javascriptHead = ({ file }, imported, client) => [
  `import { ${file ? "readFile, " : ""}writeFile } from "node:fs/promises";`,
  imported,
  "",
  client,
];

function edge(turn, { baseURL, variable }) {
  const { before, source } = argument(turn);
  const head = javascriptHead(
    turn,
    `import { ImageClient } from "gpt-image-edge";`,
    `const client = new ImageClient({ baseURL: "${baseURL}", apiKey: process.env.${variable} });`,
  );
  const body = turn.stream
    ? [
        `for await (const event of client.respondStream(${source})) {`,
        '  if (event.type === "partial_image" || event.type === "image") {',
        '    const name = event.type === "image" ? "picture" : `partial-${event.partial_image_index}`;',
        "    await writeFile(`${name}.${event.image.format}`, await event.image.bytes());",
        "  }",
        '  if (event.type === "completed") console.log(event.response.id, event.response.cost?.usd_text);',
        "}",
      ]
    : [
        `const response = await client.respond(${source});`,
        "for (const [index, image] of response.images.entries())",
        "  await writeFile(`picture-${index + 1}.${image.format}`, await image.bytes());",
        "console.log(response.id, response.cost?.usd_text); // the next turn's previous_response_id",
      ];
  return `${[...head, ...before, ...body].join("\n")}\n`;
}

function openai(turn, { baseURL, variable }) {
  const { before, source } = argument(turn);
  const head = javascriptHead(
    turn,
    `import OpenAI from "openai";`,
    `const client = new OpenAI({ baseURL: "${baseURL}", apiKey: process.env.${variable} });`,
  );
  const save = (name, data) => `await writeFile(\`${name}.${ending(turn.format)}\`, Buffer.from(${data}, "base64"));`;
  const drawn = [
    'const drawn = response.output.filter(({ type }) => type === "image_generation_call");',
    "for (const [index, { result }] of drawn.entries())",
    `  ${save("picture-${index + 1}", "result")}`,
    "console.log(response.id); // the next turn's previous_response_id",
  ];
  const body = turn.stream
    ? [
        "let response;",
        `for await (const event of await client.responses.create(${source})) {`,
        '  if (event.type === "response.image_generation_call.partial_image")',
        `    ${save("partial-${event.partial_image_index}", "event.partial_image_b64")}`,
        '  if (event.type === "response.completed") response = event.response;',
        "}",
        ...drawn,
      ]
    : [`const response = await client.responses.create(${source});`, ...drawn];
  return `${[...head, ...before, ...body].join("\n")}\n`;
}

function python({ fields, said, file, format, stream }, target) {
  const before = file
    ? [
        `with open(${JSON.stringify(file.name)}, "rb") as file:`,
        `    url = ${JSON.stringify(dataOf(file))} + base64.b64encode(file.read()).decode()`,
        "",
      ]
    : [];
  const input = pythonLiteral(file ? messages(said, HOLE) : said);
  const hole = JSON.stringify(HOLE);
  const at = file ? input.lastIndexOf(hole) : input.length;
  const put = file ? `${input.slice(0, at)}url${input.slice(at + hole.length)}` : input;
  const named = Object.entries(fields).map(([name, value]) => `    ${name}=${pythonLiteral(value)},`);
  const call = `client.responses.create(\n${[...named, `    input=${put},`].join("\n")}\n)`;
  const write = (name, data, indent) => [
    `${indent}with open(f"${name}.${ending(format)}", "wb") as file:`,
    `${indent}    file.write(base64.b64decode(${data}))`,
  ];
  const body = stream
    ? [
        `for event in ${call}:`,
        '    if event.type == "response.image_generation_call.partial_image":',
        ...write("partial-{event.partial_image_index}", "event.partial_image_b64", "        "),
        '    if event.type == "response.completed":',
        "        response = event.response",
      ]
    : [`response = ${call}`];
  const drawn = [
    'drawn = [item for item in response.output if item.type == "image_generation_call"]',
    "for index, item in enumerate(drawn, 1):",
    ...write("picture-{index}", "item.result", "    "),
    "print(response.id)  # the next turn's previous_response_id",
  ];
  return `${[...pythonHead(target), "", ...before, ...body, ...drawn].join("\n")}\n`;
}

export const TURN = { curl, edge, openai, python };

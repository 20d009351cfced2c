// The request for a shell.

import { ending } from "./request.js";

/** A text as one word of a POSIX shell. */
export const quoted = (text) => `'${text.replaceAll("'", "'\\''")}'`;
/** A file of a form: curl reads a quoted name, so that commas and semicolons in it mean nothing. */
const upload = (field, { name, type }) =>
  quoted(`${field}=@"${name.replaceAll("\\", "\\\\").replaceAll('"', '\\"')}";type=${type}`);

export function curl({ fields, images, mask, format, stream }, { baseURL, variable }) {
  const edit = images.length > 0;
  const lines = [
    `curl ${stream ? "-sSN" : "-sS"} ${quoted(`${baseURL}/images/${edit ? "edits" : "generations"}`)}`,
    `-H "Authorization: Bearer $${variable}"`,
  ];
  if (edit) {
    for (const image of images) lines.push(`-F ${upload(images.length > 1 ? "image[]" : "image", image)}`);
    if (mask) lines.push(`-F ${upload("mask", mask)}`);
    for (const [name, value] of Object.entries(fields))
      lines.push(`--form-string ${quoted(`${name}=${typeof value === "object" ? JSON.stringify(value) : value}`)}`);
  } else {
    lines.push(`-H 'Content-Type: application/json'`, `-d ${quoted(JSON.stringify(fields, null, 2))}`);
  }
  lines.push(stream ? "-o events.txt" : "-o reply.json");
  const command = `${lines.join(" \\\n  ")}\n`;
  if (stream) return `${command}\n# the pictures are in the b64_json of each event\ngrep -c '^event:' events.txt\n`;
  return `${command}\njq -r '.data[0].b64_json' reply.json | base64 --decode > picture.${ending(format)}\n`;
}

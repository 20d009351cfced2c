// Where pictures go. Nothing is ever overwritten.

import { mkdir, stat, writeFile } from "node:fs/promises";
import { extname, join, parse } from "node:path";

const LONGEST_NAME = 60;

const FORMATS = { ".jpg": "jpeg", ".jpeg": "jpeg", ".png": "png", ".webp": "webp", ".gif": "gif", ".svg": "svg" };

/** The format that the name of a file says. */
export const formatOfName = (name) => FORMATS[extname(name ?? "").toLowerCase()];

/** A file name made from a prompt. */
export function slug(prompt) {
  const words = String(prompt ?? "")
    .normalize("NFKD")
    .toLowerCase()
    .replace(/\p{Mark}/gu, "")
    .match(/[\p{Letter}\p{Number}]+/gu);
  const name = (words ?? ["image"]).join("-").slice(0, LONGEST_NAME);
  return name.replace(/-+$/, "");
}

/** Folder and name for the pictures of one request. `out` is a folder when it is one, or ends like one. */
export async function namesOf(out, prompt) {
  if (out === undefined) return { folder: ".", name: slug(prompt) };
  const isFolder = /[\\/]$/.test(out) || (await stat(out).catch(() => undefined))?.isDirectory();
  if (isFolder) return { folder: out, name: slug(prompt) };
  const { dir, name, ext } = parse(out);
  return { folder: dir || ".", name, ext };
}

/** Writes a picture under the first free name; gives the name. */
export async function save(image, { folder, name, ext }, part) {
  await mkdir(folder, { recursive: true });
  const bytes = await image.bytes();
  const stem = part === undefined ? name : `${name}-${part}`;
  const extension = ext ?? `.${image.format}`;
  for (let count = 1; ; count++) {
    const file = join(folder, `${stem}${count > 1 ? `-${count}` : ""}${extension}`);
    try {
      await writeFile(file, bytes, { flag: "wx" });
      return file;
    } catch (error) {
      if (error.code !== "EEXIST") throw error;
    }
  }
}

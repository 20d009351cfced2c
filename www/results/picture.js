// What can be done with a finished picture, wherever it is shown: download, edit, copy, share.

import { announce, button, el } from "../dom.js";
import * as strings from "../strings.js";

/** "a-red-apple-2.jpg" */
export function fileName(prompt, index, format) {
  const slug =
    prompt
      .toLowerCase()
      .replace(/[^\p{L}\p{N}]+/gu, "-")
      .replace(/^-|-$/g, "")
      .slice(0, 48)
      .replace(/-$/, "") || "picture";
  return `${slug}${index ? `-${index + 1}` : ""}.${format === "jpeg" ? "jpg" : format}`;
}

/**
 * The row of actions.
 * @param {{ blob: Blob, name: string, url: string, reuse: (file: File) => void, refine?: () => void }} picture
 */
export function actions({ blob, name, url, reuse, refine }) {
  const file = () => new File([blob], name, { type: blob.type });
  const editable = /^image\/(png|jpeg|webp)$/.test(blob.type);
  return [
    el("a", { class: "button", href: url, download: name }, strings.download),
    editable && button(strings.reuse, () => reuse(file())),
    editable && refine && button(strings.refine.button, refine),
    "ClipboardItem" in globalThis && editable && button(strings.copy, ({ currentTarget }) => copy(blob, currentTarget)),
    navigator.canShare?.({ files: [file()] }) &&
      button(strings.share, ({ currentTarget }) => share(file(), currentTarget)),
  ].filter(Boolean);
}

/** To another program. Where none takes it, it can be pasted into one. */
async function share(file, pressed) {
  try {
    await navigator.share({ files: [file] });
  } catch (error) {
    // Whoever changed their mind wants no copy either.
    if (error.name !== "AbortError") await copy(file, pressed);
  }
}

/** Clipboards take PNG alone. */
async function copy(blob, pressed) {
  const png = blob.type === "image/png" ? blob : toPng(blob);
  try {
    await navigator.clipboard.write([new ClipboardItem({ "image/png": png })]);
    said(pressed, strings.copied);
  } catch {
    said(pressed, strings.notCopied);
  }
}

async function toPng(blob) {
  const bitmap = await createImageBitmap(blob);
  const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
  canvas.getContext("2d").drawImage(bitmap, 0, 0);
  bitmap.close();
  return canvas.convertToBlob({ type: "image/png" });
}

/** Copies text, and says so on the button. */
export async function copyText(text, pressed) {
  try {
    await navigator.clipboard.writeText(text);
    said(pressed, strings.copied);
  } catch {
    said(pressed, strings.notCopied);
  }
}

/** A button that answers for a moment. */
function said(pressed, text) {
  const before = (pressed.dataset.text ??= pressed.textContent);
  pressed.textContent = text;
  announce(text);
  setTimeout(() => (pressed.textContent = before), 1600);
}

/** Terms and what they are, as a list of facts. */
export function factList(facts) {
  return el(
    "dl",
    { class: "facts" },
    ...facts
      .filter(([, value]) => value !== undefined && value !== null && value !== "" && value !== false)
      .map(([term, value]) => el("div", {}, el("dt", {}, term), el("dd", {}, value))),
  );
}

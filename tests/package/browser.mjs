// A page in Chromium, served from a folder under a strict content security policy.

import { createServer } from "node:http";
import { readFile } from "node:fs/promises";
import { extname, join, normalize } from "node:path";

import { chromium } from "playwright-core";

const TYPES = {
  ".html": "text/html",
  ".js": "text/javascript",
  ".mjs": "text/javascript",
  ".wasm": "application/wasm",
  ".json": "application/json",
};
/** What a careful site sends: no inline scripts, no eval; WebAssembly is allowed by its own word. */
const POLICY =
  "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'; worker-src 'self'; img-src 'self' blob: data:";
const ARGUMENTS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** Serves a folder; gives its address, what was asked for, and how to stop. */
export async function serve(folder) {
  const asked = [];
  const server = createServer(async (request, response) => {
    const path = normalize(new URL(request.url, "http://x").pathname);
    asked.push(path);
    try {
      const file = path.endsWith("/") ? `${path}index.html` : path;
      const body = await readFile(join(folder, file));
      response.writeHead(200, {
        "content-type": TYPES[extname(file)] ?? "application/octet-stream",
        "content-security-policy": POLICY,
      });
      response.end(body);
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { address: `http://127.0.0.1:${server.address().port}`, asked, stop: () => server.close() };
}

/**
 * Opens a page and gives what it puts into `document.title` as JSON, and which files were asked for.
 * Fails on any error of the page.
 */
export async function open(folder, path = "/") {
  const { address, asked, stop } = await serve(folder);
  const browser = await chromium.launch({
    executablePath: process.env.CHROME_PATH || "/usr/bin/chromium",
    args: ARGUMENTS,
  });
  try {
    const page = await browser.newPage();
    const errors = [];
    page.on("pageerror", (error) => errors.push(String(error)));
    page.on("console", (message) => message.type() === "error" && errors.push(message.text()));
    await page.goto(address + path);
    const title = page.waitForFunction(() => document.title.startsWith("{"), undefined, { timeout: 15_000 });
    await title.catch(() => {
      throw new Error(`the page did not finish: ${errors.join("; ")}`);
    });
    const result = JSON.parse(await page.title());
    if (errors.length > 0) throw new Error(errors.join("; "));
    return { result, asked };
  } finally {
    await browser.close();
    stop();
  }
}

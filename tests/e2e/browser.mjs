// Debian's Chromium, and a page that fails its test when anything is logged as an error.

import assert from "node:assert/strict";

import { chromium } from "playwright-core";

const ARGS = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

export const DESKTOP = { viewport: { width: 1280, height: 860 } };
export const PHONE = { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, hasTouch: true, isMobile: true };

export function launch(args = []) {
  return chromium.launch({ executablePath: process.env.CHROME_PATH ?? "/usr/bin/chromium", args: [...ARGS, ...args] });
}

/**
 * Opens the page and waits until it works. `expectedErrors` are patterns of console errors that belong to the test. With
 * `held`, an address or several as `page.route` takes them, those files do not come before `release()`, and nobody waits.
 * `prepare` is called with the context before anything is opened.
 */
export async function open(browser, address, { expectedErrors = [], held, prepare, ...options } = {}) {
  const context = await browser.newContext({ reducedMotion: "reduce", ...DESKTOP, ...options });
  await prepare?.(context);
  const page = await context.newPage();
  const errors = [];
  page.on("console", (message) => message.type() === "error" && errors.push(message.text()));
  page.on("pageerror", (error) => errors.push(error.stack));
  const ready = () => page.waitForSelector("html[data-ready]");
  let release;
  const wanted = new Promise((resolve) => {
    release = async () => {
      resolve();
      await ready();
    };
  });
  if (held) {
    await page.route(held, async (route) => {
      await wanted;
      await route.continue();
    });
    await page.goto(address, { waitUntil: "domcontentloaded" });
  } else {
    await page.goto(address);
    await ready();
  }
  const close = async () => {
    await context.close();
    const strange = errors.filter((text) => !expectedErrors.some((pattern) => pattern.test(text)));
    assert.deepEqual(strange, []);
  };
  return { page, context, close, release };
}

/** A picture like a photograph, drawn and encoded by the browser: { name, mimeType, buffer } for a file input. */
export async function photograph(page, { width, height, type, seed = 1, hole = false }) {
  const base64 = await page.evaluate(
    async ({ width, height, type, seed, hole }) => {
      const canvas = new OffscreenCanvas(width, height);
      const context = canvas.getContext("2d");
      const sky = context.createLinearGradient(0, 0, 0, height);
      sky.addColorStop(0, `hsl(${seed * 70} 60% 70%)`);
      sky.addColorStop(1, `hsl(${seed * 70 + 90} 50% 30%)`);
      context.fillStyle = sky;
      context.fillRect(0, 0, width, height);
      // Grain, as a sensor has it.
      const pixels = context.getImageData(0, 0, width, height);
      let state = seed;
      for (let at = 0; at < pixels.data.length; at += 4) {
        state = (state * 1103515245 + 12345) & 0x7fffffff;
        for (let channel = 0; channel < 3; channel++) pixels.data[at + channel] += (state >> (8 + channel)) % 16;
      }
      context.putImageData(pixels, 0, 0);
      if (hole) context.clearRect(width / 4, height / 4, width / 2, height / 2);
      const bytes = new Uint8Array(await (await canvas.convertToBlob({ type, quality: 0.85 })).arrayBuffer());
      return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
    },
    { width, height, type, seed, hole },
  );
  return { name: `photo-${seed}.${type.split("/")[1]}`, mimeType: type, buffer: Buffer.from(base64, "base64") };
}

/** What the browser makes of a picture of the page: its size, and how its pixels are. */
export function decoded(page, selector) {
  return page.$eval(selector, async (image) => {
    await image.decode();
    const blob = await (await fetch(image.src)).blob();
    const canvas = new OffscreenCanvas(image.naturalWidth, image.naturalHeight);
    const context = canvas.getContext("2d");
    context.drawImage(image, 0, 0);
    const { data } = context.getImageData(0, 0, canvas.width, canvas.height);
    const colors = new Set();
    let transparent = 0;
    for (let at = 0; at < data.length; at += 4) {
      if (data[at + 3] === 0) transparent++;
      if (at % 4000 === 0) colors.add((data[at] << 16) | (data[at + 1] << 8) | data[at + 2]);
    }
    return {
      width: image.naturalWidth,
      height: image.naturalHeight,
      type: blob.type,
      colors: colors.size,
      transparent,
    };
  });
}

/** The same JPEG as a camera writes it that was held otherwise: with an EXIF orientation. */
export function turned({ name, mimeType, buffer }, orientation) {
  const tiff = Buffer.alloc(26);
  tiff.write("II*\0", "latin1");
  tiff.writeUInt32LE(8, 4);
  tiff.writeUInt16LE(1, 8);
  for (const [value, at] of [
    [0x0112, 10],
    [3, 12],
    [orientation, 18],
  ])
    tiff.writeUInt16LE(value, at);
  tiff.writeUInt32LE(1, 14);
  const exif = Buffer.concat([Buffer.from("Exif\0\0", "latin1"), tiff]);
  const head = Buffer.from([0xff, 0xd8, 0xff, 0xe1, 0, exif.length + 2]);
  return { name, mimeType, buffer: Buffer.concat([head, exif, buffer.subarray(2)]) };
}

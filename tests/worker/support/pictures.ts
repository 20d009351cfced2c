// Small pictures, and large ones that only have to look like pictures at their beginning.

import { crc32, deflateSync } from "node:zlib";

import { join, noise } from "./bytes.ts";

const u32 = (value: number) => {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value);
  return bytes;
};

function chunk(type: string, data: Uint8Array): Uint8Array {
  const body = join(type, data);
  return join(u32(data.length), body, u32(crc32(body)));
}

/** A whole PNG with an alpha channel: transparent in its left half. `padding` bytes of noise make it larger. */
export function png(width = 64, height = 64, { alpha = true, padding = 0 } = {}): Uint8Array<ArrayBuffer> {
  const channels = alpha ? 4 : 3;
  const rows = new Uint8Array(height * (1 + width * channels));
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const at = y * (1 + width * channels) + 1 + x * channels;
      rows.set([(x * 255) / width, (y * 255) / height, 128], at);
      if (alpha) rows[at + 3] = x < width / 2 ? 0 : 255;
    }
  const header = join(u32(width), u32(height), new Uint8Array([8, alpha ? 6 : 2, 0, 0, 0]));
  const pad = padding > 0 ? [chunk("noIs", noise(padding))] : [];
  const signature = new Uint8Array([137, 80, 78, 71, 13, 10, 26, 10]);
  return join(
    signature,
    chunk("IHDR", header),
    ...pad,
    chunk("IDAT", deflateSync(rows)),
    chunk("IEND", new Uint8Array(0)),
  );
}

/** A JPEG's header, and noise where its pixels would be. `thumbnail`: so many bytes stand before the frame header. */
export function jpegHead(width = 64, height = 64, { thumbnail = 0, padding = 100 } = {}): Uint8Array<ArrayBuffer> {
  const u16 = (value: number) => new Uint8Array([value >> 8, value & 255]);
  const segments: Uint8Array[] = [
    join(new Uint8Array([0xff, 0xe0]), u16(16), "JFIF\0", new Uint8Array([1, 1, 0, 0, 1, 0, 1, 0, 0])),
  ];
  for (let left = thumbnail; left > 0; left -= 65_000) {
    const length = Math.min(left, 65_000);
    segments.push(join(new Uint8Array([0xff, 0xed]), u16(length + 2), new Uint8Array(length)));
  }
  const frame = join(
    new Uint8Array([0xff, 0xc0]),
    u16(17),
    new Uint8Array([8]),
    u16(height),
    u16(width),
    new Uint8Array([3, 1, 0x22, 0, 2, 0x11, 1, 3, 0x11, 1]),
  );
  const scan = join(new Uint8Array([0xff, 0xda]), u16(12), new Uint8Array([3, 1, 0, 2, 0x11, 3, 0x11, 0, 63, 0]));
  const pixels = noise(padding).map((byte) => byte & 127);
  return join(new Uint8Array([0xff, 0xd8]), ...segments, frame, scan, pixels, new Uint8Array([0xff, 0xd9]));
}

/** A lossless WebP's header, and noise where its pixels would be. */
export function webpHead(width = 64, height = 64, { padding = 100 } = {}): Uint8Array<ArrayBuffer> {
  const le32 = (value: number) => u32(value).reverse();
  const bits = (width - 1) | ((height - 1) << 14) | (1 << 28);
  const payload = join(new Uint8Array([0x2f]), le32(bits >>> 0), noise(padding + (padding % 2 ? 0 : 1)));
  const body = join("WEBPVP8L", le32(payload.length), payload);
  return join("RIFF", le32(body.length), body);
}

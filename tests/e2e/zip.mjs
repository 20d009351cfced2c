// Reads the ZIPs of the page by their central directory: stored entries alone, as the page writes them.

import assert from "node:assert/strict";
import { crc32 } from "node:zlib";

/** @param {Buffer} bytes @returns {Map<string, Buffer>} */
export function entries(bytes) {
  const end = bytes.lastIndexOf(Buffer.from("PK\x05\x06", "latin1"));
  assert.ok(end >= 0, "no end of the central directory");
  let at = bytes.readUInt32LE(end + 16);
  const files = new Map();
  for (let left = bytes.readUInt16LE(end + 10); left > 0; left--) {
    assert.equal(bytes.toString("latin1", at, at + 4), "PK\x01\x02");
    assert.equal(bytes.readUInt16LE(at + 10), 0, "stored as it is");
    const [crc, size] = [bytes.readUInt32LE(at + 16), bytes.readUInt32LE(at + 20)];
    const [name, extra, comment] = [28, 30, 32].map((field) => bytes.readUInt16LE(at + field));
    const header = bytes.readUInt32LE(at + 42);
    const start = header + 30 + bytes.readUInt16LE(header + 26) + bytes.readUInt16LE(header + 28);
    const content = bytes.subarray(start, start + size);
    assert.equal(crc32(content), crc, "the sum of the entry");
    files.set(bytes.toString("utf8", at + 46, at + 46 + name), content);
    at += 46 + name + extra + comment;
  }
  return files;
}

// What a route asks of an operation's object.

import type { Bound } from "../ledger/bound.ts";
import type { Reservation } from "../ledger/object.ts";
import type { Call } from "../upstream/upstream.ts";

/** What is bought: known as soon as the whole request is. */
export interface Purchase {
  reservation: Omit<Reservation, "id" | "ttlMs">;
  bound: Bound;
  /** As asked for; for the log. */
  size: string | null;
  quality: string | null;
  /** Of everything that the upstream gets: the same key with another request is a mistake. */
  fingerprint: string;
}

export interface Order {
  /** The operation's name for callers: `op_` and the object's id. */
  operation: string;
  caller: string;
  call: Pick<Call, "path" | "contentType" | "fault">;
  /** Whether the caller named it by an Idempotency-Key, and may so name it again. */
  keyed: boolean;
  /** Whether whoever made the same request before may have its answer share with this one. */
  same: boolean;
  /** Absent while a form is still coming in: then `commit` brings it. */
  purchase?: Purchase;
}

/** An order travels in a header beside the body it is about. */
export const ORDER_HEADER = "x-order";
export const written = (order: Order): string => encodeURIComponent(JSON.stringify(order));
export const read = (text: string): Order => JSON.parse(decodeURIComponent(text)) as Order;

/** A digest of a request: texts and the digests of files, in the order they are sent. */
export async function fingerprintOf(parts: readonly (string | ArrayBuffer)[]): Promise<string> {
  // Each part's digest has one length, so no two lists of parts look the same when put together.
  const digests = await Promise.all(
    parts.map((part) => crypto.subtle.digest("SHA-256", typeof part === "string" ? encoder.encode(part) : part)),
  );
  const all = new Uint8Array(digests.length * 32);
  for (const [index, digest] of digests.entries()) all.set(new Uint8Array(digest), index * 32);
  const whole = new Uint8Array(await crypto.subtle.digest("SHA-256", all));
  return [...whole].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
const encoder = new TextEncoder();

/** A JSON value with its keys in one order, so that the same request has one text. */
export function canonical(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) =>
    typeof inner === "object" && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)))
      : inner,
  );
}

// One reader of an answer: follows the log at its own speed and costs no more than its place in it.

import type { Log } from "./log.ts";

const BEAT_MS = 10_000;
/** A reader that takes nothing for so long is sent away; what it missed is kept for it. */
const STALL_MS = 30_000;
/**
 * Of a reader that stands still the system's socket holds what it can, and the runtime's HTTP server up to 16 chunks more:
 * with 64 KiB it was 0.5 MB of memory for each reader, outside of what an isolate counts.
 */
const CHUNK_BYTES = 16 * 1024;
const BEAT = new TextEncoder().encode(": heartbeat\n\n");

/** The answer from a place on, as a body. Of a stream, partial images that are already outdated are left out. */
export function follow(log: Log, { from = 0, stream = false } = {}): ReadableStream<Uint8Array> {
  let place = from;
  let cuts = log.cuts.length;
  let gone = false;
  let stall: ReturnType<typeof setTimeout> | undefined;
  const watch = (controller: ReadableStreamDefaultController<Uint8Array>) => {
    clearTimeout(stall ?? null);
    stall = setTimeout(() => {
      gone = true;
      controller.error(new Error("the reader takes nothing"));
    }, STALL_MS);
  };
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        clearTimeout(stall ?? null);
        while (!gone) {
          // What it has read of an event that was taken back cannot be.
          for (; cuts < log.cuts.length; cuts++)
            if (place > log.cuts[cuts]!) return controller.error(new Error("the upstream's answer broke off"));
          if (stream) place = skipOutdated(log, place);
          const bytes = log.read(place, CHUNK_BYTES);
          if (bytes.length > 0) {
            place += bytes.length;
            controller.enqueue(bytes);
            return watch(controller);
          }
          if (log.state === "closed") return controller.close();
          if (log.state === "broken") return controller.error(new Error("the upstream's answer broke off"));
          const beat = await heartbeat(log.more());
          // Not inside an event: a comment there would be a part of it.
          if (beat && stream && log.read(place, 1).length === 0 && atEvent(log, place)) {
            controller.enqueue(BEAT);
            return watch(controller);
          }
        }
      },
      cancel() {
        gone = true;
        clearTimeout(stall ?? null);
      },
    },
    { highWaterMark: 0 },
  );
}

/** Where to go on: at the newest of the partial images that have piled up, and not at the oldest. */
function skipOutdated(log: Log, place: number): number {
  const next = log.marks.findIndex(({ start }) => start === place);
  if (next < 0) return place;
  let at = next;
  while (log.marks[at]!.partial && at + 1 < log.marks.length) at++;
  return log.marks[at]!.start;
}

const atEvent = (log: Log, place: number): boolean => place === 0 || (log.marks.at(-1)?.end ?? 0) === place;
/** True when nothing happened for the time of a heartbeat. */
async function heartbeat(more: Promise<void>): Promise<boolean> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const beat = new Promise<boolean>((resolve) => (timer = setTimeout(resolve, BEAT_MS, true)));
  const result = await Promise.race([more.then(() => false), beat]);
  clearTimeout(timer ?? null);
  return result;
}

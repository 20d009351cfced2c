// What is left of an upload when the answer is known.
//
// An answer that comes in the middle of an upload is lost when the connection closes: the caller's system drops what it
// has not read yet, and the caller is told of a broken connection instead of a wrong picture. So a part of what is still
// coming is taken in and forgotten first.

import { ChunkReader } from "./chunks.ts";

/** So much of it is taken in, for at most so long. */
const MAX_BYTES = 64 * 1024 * 1024;
const MAX_MS = 5_000;

type Read = () => Promise<{ done: boolean; value?: Uint8Array | undefined }>;

/** Reads until there is no more, or enough is enough; tells whether the last read has ended. */
export async function discard(read: Read): Promise<boolean> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<"late">((resolve) => (timer = setTimeout(resolve, MAX_MS, "late")));
  try {
    for (let length = 0; length < MAX_BYTES;) {
      const chunk = await Promise.race([read(), late]);
      if (chunk === "late") return false;
      if (chunk.done) break;
      length += chunk.value?.length ?? 0;
    }
  } catch {
    // The caller has gone.
  } finally {
    if (timer !== undefined) clearTimeout(timer);
  }
  return true;
}

/** Discards the body of a request that nobody has begun to read, or that was read to its end. */
export async function discardBody(request: Request): Promise<void> {
  // A reader that is still waiting cannot let go on workerd; whoever holds it has done this already.
  if (!request.body || request.body.locked) return;
  const reader = new ChunkReader(request.body);
  if (await discard(() => reader.read())) reader.releaseLock();
}

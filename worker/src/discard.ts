// What is left of an upload when the answer is known.

/** So much of it is still taken in, at most for so long. */
const MAX_BYTES = 64 * 1024 * 1024;
const MAX_MS = 5_000;

/**
 * Takes in and forgets what a caller is still sending. An answer that comes in the middle of an upload is lost when the
 * connection closes: the caller's system drops what it has not read yet, and the caller is told of a broken connection
 * instead of a wrong picture.
 */
export async function discardRest(request: Request): Promise<void> {
  if (!request.body || request.body.locked) return;
  const reader = request.body.getReader();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<"late">((resolve) => (timer = setTimeout(resolve, MAX_MS, "late")));
  try {
    for (let length = 0; length < MAX_BYTES;) {
      const read = await Promise.race([reader.read(), late]);
      if (read === "late" || read.done) return;
      length += read.value.length;
    }
  } catch {
    // The caller has gone.
  } finally {
    clearTimeout(timer ?? null);
    reader.releaseLock();
  }
}

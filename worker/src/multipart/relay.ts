// A form on its way to the upstream while it is still coming in.

import { upstreamFailed } from "../errors.ts";

/** So much of a form is held before the upstream is called: a form this small is checked whole before anything is sent. */
const HOLD_BYTES = 512 * 1024;

type Chunks = AsyncGenerator<Uint8Array, void>;

/** The first chunks of a form, and whether they are all of it. */
export async function hold(chunks: Chunks): Promise<{ held: Uint8Array[]; whole: boolean }> {
  const held: Uint8Array[] = [];
  for (let length = 0; length < HOLD_BYTES;) {
    const { done, value } = await chunks.next();
    if (done) return { held, whole: true };
    // What is held outlasts the chunk, whose memory is filled again.
    held.push(value.slice());
    length += value.length;
  }
  return { held, whole: false };
}

/**
 * Sends a form while it comes in, at the speed of the slower side. When anything about it is wrong the upstream's request
 * is broken off before its end: it never has a request that it could bill.
 */
export async function relay(
  held: Uint8Array[],
  chunks: Chunks,
  send: (body: ReadableStream<Uint8Array>, signal: AbortSignal) => Promise<Response>,
): Promise<Response> {
  const { readable, writable } = new IdentityTransformStream();
  const writer = writable.getWriter();
  const abort = new AbortController();
  const giveUp = async (reason: unknown) => {
    abort.abort(reason);
    await writer.abort(reason).catch(() => undefined);
  };
  /** What is wrong with the upload itself. It outweighs whatever the upstream says. */
  let wrong: { error: unknown } | undefined;

  const reply = send(readable, abort.signal).then(
    (response) => ({ response }),
    (error: unknown) => ({ error }),
  );
  async function* checkedChunks() {
    yield* held;
    try {
      yield* chunks;
    } catch (error) {
      wrong = { error };
      await giveUp(error);
      throw error;
    }
  }
  const sent = (async () => {
    for await (const chunk of checkedChunks()) await writer.write(chunk);
    await writer.close();
    return "sent" as const;
  })().catch(() => "failed" as const);

  // An upstream may answer before it has read everything: 401, 413, 429. Then it may never read the rest.
  const first = await Promise.race([reply, sent]);
  if (typeof first === "object" && !wrong && ("error" in first || !first.response.ok)) {
    await giveUp(new Error("the upstream has answered already"));
    if ("error" in first) throw first.error;
    return first.response;
  }
  const outcome = await sent;
  if (wrong) throw wrong.error;
  // Where writing failed because the upstream hung up, its answer, if there is one, tells why.
  const answer = await reply;
  if ("error" in answer) throw answer.error;
  if (outcome === "failed" && answer.response.ok) {
    await answer.response.body?.cancel();
    throw upstreamFailed("The upstream ended the upload and answered all the same.", "upstream_protocol");
  }
  return answer.response;
}

// What one call sends: the same again with the same key, or a question for the rest of a reply that was lost.

/** Answers of a worker that does not know the operation, or no operations at all. */
const UNKNOWN = new Set([404, 405, 410, 501]);

/**
 * @param {{ url: string, headers: Headers, body: BodyInit, method: string }} request
 * @param {object} to
 * @param {string} to.baseURL
 * @param {(url: string, init: RequestInit) => Promise<Response>} to.fetch
 * @param {string | undefined} to.key the idempotency key
 * @param {() => void} to.onKept called when a reply shows that the server keeps answers
 */
export function sender({ url, ...init }, { baseURL, fetch, key, onKept }) {
  let operationId;
  let keyKept = false;

  /** The rest of a reply of gpt-image-edge's worker, which went on drawing; undefined where that is not known. */
  const rest = async (lastEventId, signal) => {
    const headers = new Headers(init.headers);
    headers.delete("content-type");
    if (lastEventId !== "") headers.set("last-event-id", lastEventId);
    const address = `${baseURL.replace(/\/+$/, "")}/operations/${encodeURIComponent(operationId)}/result`;
    const response = await fetch(address, { method: "GET", headers, signal });
    if (!UNKNOWN.has(response.status)) return response;
    response.body?.cancel().catch(() => undefined);
    // Without a kept key there is nothing else that could be sent without being paid twice.
    if (!keyKept) throw new Error(`the server does not know operation ${operationId} any more`);
    return undefined;
  };

  return async ({ resume, lastEventId }, signal) => {
    let response = resume && operationId ? await rest(lastEventId, signal) : undefined;
    if (response === undefined) {
      if (resume && lastEventId !== "") init.headers.set("last-event-id", lastEventId);
      response = await fetch(url, { ...init, signal });
      operationId = response.headers?.get?.("x-operation-id") ?? undefined;
      // Our worker names the operation that it keeps under the key, others may repeat the key: from then on, what failed
      // may be sent again without being paid twice.
      const repeated = response.headers?.get?.("idempotency-key");
      keyKept = key !== undefined && (operationId !== undefined || repeated === key);
      if (operationId || keyKept) onKept();
    }
    // Without a key only an answer that has begun can be had again: by asking for the rest of it.
    return {
      response,
      operationId,
      keeps: keyKept || (operationId !== undefined && Math.trunc(response.status / 100) === 2),
    };
  };
}

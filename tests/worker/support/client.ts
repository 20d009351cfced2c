// A client that says exactly what a test wants said, at the speed it wants.

import { once } from "node:events";
import { request, type IncomingHttpHeaders, type OutgoingHttpHeaders } from "node:http";

interface Options {
  method?: string;
  headers?: OutgoingHttpHeaders;
  /** The body: its pieces are sent one by one, chunked unless a content-length is given. */
  body?: Iterable<Uint8Array> | AsyncIterable<Uint8Array>;
}

export interface Reply {
  status: number;
  headers: IncomingHttpHeaders;
  body: Buffer;
}

/** Sends a request and reads the whole reply, also one that comes before the body was sent. */
export function exchange(address: string, { method = "GET", headers = {}, body }: Options = {}): Promise<Reply> {
  return new Promise((resolve, reject) => {
    let answered = false;
    const outgoing = request(address, { method, headers, agent: false }, (incoming) => {
      answered = true;
      const chunks: Buffer[] = [];
      incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
      incoming.on("end", () => {
        resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, body: Buffer.concat(chunks) });
        outgoing.destroy();
      });
      incoming.on("error", reject);
    });
    const closed = once(outgoing, "close");
    // Once there is an answer, a broken upload is what the server wanted.
    outgoing.on("error", (error) => answered || reject(error));
    void (async () => {
      for await (const chunk of body ?? []) {
        if (outgoing.destroyed || answered) return;
        if (!outgoing.write(chunk)) await Promise.race([once(outgoing, "drain"), closed]);
      }
      outgoing.end();
    })().catch(reject);
  });
}

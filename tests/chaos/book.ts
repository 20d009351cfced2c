// The sandbox as an upstream with a book of its own: who asked, what was answered, what it would bill. The worker never
// sees the book; it is what the ledger is compared with.

import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

import { createSandbox } from "../worker/support/sandbox.ts";
import { edge, marked, MODEL } from "./calls.ts";

/** A request that reached the upstream. */
export interface Posted {
  /** The intent it belongs to; empty where it broke off before it said so. */
  key: string;
  /** Whether all of it came. */
  whole: boolean;
  /** The status it was answered with; 0 while there is none. */
  status: number;
  /** In nano-dollars: what it is billed. An upstream may bill what it has begun to draw, whoever still listens. */
  billed: number;
}

export interface Upstream {
  address: string;
  book: Posted[];
  /** Told of each request when all of it has come. */
  heard: (posted: Posted) => void;
  /** Answers at once whatever was to be late. */
  hurry(): void;
  close(): Promise<void>;
}

interface Answer {
  status: number;
  headers: [string, string][];
  body: Buffer;
  billed: number;
}

/** `pauseMs` says how long each piece of an answer takes. */
export async function startUpstream(pauseMs: () => number): Promise<Upstream> {
  const box = createSandbox({ today: "2026-11-20", pauseMs: 0 }) as { fetch(request: Request): Promise<Response> };
  // Each picture is drawn once: it is not the drawing that is looked at.
  const drawn = new Map<string, Promise<Answer>>();
  const server = createServer((request, response) => {
    answer(request, response).catch(() => response.destroy());
  });
  // A kept connection that is closed just when the next call takes it is a call nobody can know of; see docs/reliability.md.
  server.keepAliveTimeout = 600_000;
  const late = new Set<() => void>();
  const upstream: Upstream = {
    address: "",
    book: [],
    heard: () => undefined,
    hurry: () => late.forEach((answer) => answer()),
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const posted: Posted = { key: "", whole: false, status: 0, billed: 0 };
    upstream.book.push(posted);
    const chunks: Buffer[] = [];
    // Where the request breaks off this throws, and the book keeps it as it is.
    for await (const chunk of request) {
      chunks.push(chunk as Buffer);
      posted.key ||= marked(Buffer.concat(chunks).toString("latin1"))?.key ?? "";
    }
    const text = Buffer.concat(chunks).toString("latin1");
    const { key, late: lateMs, rest } = marked(text)!;
    Object.assign(posted, { key, whole: true });
    upstream.heard(posted);
    const { status, headers, body, billed } = await once(request.url!, request.headers["content-type"] ?? "", rest);
    posted.billed = billed;
    await pause(lateMs + pauseMs());
    posted.status = status;
    response.writeHead(status, Object.fromEntries(headers));
    const step = Math.ceil(body.length / 3);
    for (let at = 0; at < body.length; at += step) {
      response.write(body.subarray(at, at + step));
      await pause(pauseMs());
    }
    response.end();
  }

  function pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const over = () => {
        late.delete(over);
        resolve();
      };
      late.add(over);
      // A timer that nobody waits for any more must not keep the program.
      setTimeout(over, ms).unref();
    });
  }

  function once(path: string, type: string, body: string): Promise<Answer> {
    const boundary = /boundary=(.*)$/.exec(type)?.[1];
    const name = `${path} ${boundary ? body.replaceAll(boundary, "") : body}`;
    if (!drawn.has(name)) drawn.set(name, draw(path, type, body));
    return drawn.get(name)!;
  }

  async function draw(path: string, type: string, body: string): Promise<Answer> {
    const reply = await box.fetch(
      new Request(`http://127.0.0.1${path}`, {
        method: "POST",
        headers: { "content-type": type, authorization: "Bearer sandbox" },
        body: Buffer.from(body, "latin1"),
      }),
    );
    const bytes = Buffer.from(await reply.arrayBuffer());
    const clean = body.replace(/\[\[fault:.*?\]\] /, "");
    let billed = 0;
    // A stream may fail, or keep silent about its usage, and be billed as any other.
    if (reply.ok) billed = clean === body ? billOf(bytes.toString()) : (await once(path, type, clean)).billed;
    return { status: reply.status, headers: [...reply.headers], body: bytes, billed };
  }

  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  upstream.address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return upstream;
}

function billOf(text: string): number {
  const usage = /"usage":\s*(\{(?:[^{}]|\{[^{}]*\})*\})/.exec(text)![1]!;
  return Math.round(edge.costFromUsage(MODEL, JSON.parse(usage) as never).usd * 1e9);
}

// A stand-in for the upstream on loopback. What a test does not expect fails it.

import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

import { estimateCost, models } from "gpt-image-edge";

import { usageOf } from "../../common/model.ts";
import { MODEL } from "./model.ts";

/** A request that reached the upstream, and as much of its body as has come. */
export interface Call {
  method: string;
  path: string;
  headers: Record<string, string | undefined>;
  body(): Buffer;
  /** Ends when the whole request has come, true, or was broken off, false. */
  complete: Promise<boolean>;
  /** Ends when at least so many bytes of the body have come. */
  received(bytes: number): Promise<void>;
}

type Answer = (call: Call, response: ServerResponse, request: IncomingMessage) => void | Promise<void>;

export interface Upstream {
  address: string;
  /** Every call since the last `expect`. */
  calls: Call[];
  /** Says how the next calls are answered, until `verify`. */
  expect(answer: Answer): void;
  /** Throws when a call came that nobody expected, or when an answer failed; and forgets the answer. */
  verify(): void;
  close(): Promise<void>;
}

export async function startUpstream(): Promise<Upstream> {
  const failures: unknown[] = [];
  const calls: Call[] = [];
  let answer: Answer | undefined;

  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    let length = 0;
    let wake: (() => void)[] = [];
    const complete = new Promise<boolean>((resolve) => {
      request.on("end", () => resolve(true));
      request.on("error", () => resolve(false));
      request.on("close", () => resolve(request.complete));
    });
    request.on("data", (chunk: Buffer) => {
      chunks.push(chunk);
      length += chunk.length;
      for (const each of wake.splice(0)) each();
    });
    const call: Call = {
      method: request.method ?? "",
      path: request.url ?? "",
      headers: request.headers as Record<string, string | undefined>,
      body: () => Buffer.concat(chunks),
      complete,
      async received(bytes) {
        while (length < bytes) await new Promise<void>((resolve) => (wake = [...wake, resolve]));
      },
    };
    calls.push(call);
    const run = async () => {
      if (!answer) throw new Error(`nobody expected ${call.method} ${call.path}`);
      await answer(call, response, request);
    };
    run().catch((error: unknown) => {
      failures.push(error);
      response.destroy();
    });
  });
  // A kept connection that is closed just when the next call takes it is a fault of the network, and none of these tests'.
  server.keepAliveTimeout = 600_000;
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    address: `http://127.0.0.1:${port}`,
    calls,
    expect(next) {
      calls.length = 0;
      answer = next;
    },
    verify() {
      answer = undefined;
      calls.length = 0;
      const [failure] = failures.splice(0);
      if (failure) throw failure;
    },
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

/** Answers with a JSON body once the request is complete. */
export function json(value: unknown, status = 200, headers: Record<string, string> = {}): Answer {
  return async (call, response) => {
    if (!(await call.complete)) return;
    response.writeHead(status, { "content-type": "application/json", ...headers }).end(JSON.stringify(value));
  };
}

/** What the API answers to a picture. */
export const PICTURE = {
  created: 1763600000,
  data: [{ b64_json: "aGVsbG8=" }],
  usage: usageOf({ models, estimateCost }, MODEL),
};

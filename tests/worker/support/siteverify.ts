// A stand-in for Turnstile's siteverify on loopback: it knows the tokens that a test solved, and each of them once.

import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

export const SITE_SECRET = "0x4AAAAAAA-secret-canary-5531";

export interface Siteverify {
  address: string;
  /** What it was asked, in order. */
  asked: { secret: string; response: string; remoteip: string }[];
  /** A token that somebody solved just now on a page of ours, or what is said otherwise about it. */
  solve(changes?: Record<string, unknown>): string;
  /** What it answers to everything in place of a verdict, until it is undefined again: a status, a body, or nothing at all. */
  broken: { status: number; body: string } | "silent" | undefined;
  /** Whether it forgets what was used: so the worker has to know it by itself. */
  forgetful: boolean;
  close(): Promise<void>;
}

export async function startSiteverify(hostname: string, action: string): Promise<Siteverify> {
  const solved = new Map<string, Record<string, unknown>>();
  const used = new Set<string>();
  const server = createServer((request, response) => {
    let text = "";
    request.on("data", (chunk: Buffer) => (text += chunk.toString()));
    request.on("end", () => {
      const asked = JSON.parse(text) as Siteverify["asked"][number];
      siteverify.asked.push(asked);
      const { broken } = siteverify;
      if (broken === "silent") return void request.socket.destroy();
      if (broken) return void response.writeHead(broken.status, { location: "/" }).end(broken.body);
      const refused = (code: string) => ({ success: false, "error-codes": [code] });
      const verdict = (): object => {
        if (asked.secret !== SITE_SECRET) return refused("invalid-input-secret");
        const about = solved.get(asked.response);
        if (!about) return refused("invalid-input-response");
        if (used.has(asked.response) && !siteverify.forgetful) return refused("timeout-or-duplicate");
        used.add(asked.response);
        return { success: true, "error-codes": [], hostname, action, cdata: "", ...about };
      };
      response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(verdict()));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const siteverify: Siteverify = {
    address: `http://127.0.0.1:${(server.address() as AddressInfo).port}/siteverify`,
    asked: [],
    solve(changes = {}) {
      // A worker remembers what it took, also from one run to the next.
      const token = `solved-${crypto.randomUUID()}`;
      solved.set(token, { challenge_ts: new Date().toISOString(), ...changes });
      return token;
    },
    broken: undefined,
    forgetful: false,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
  return siteverify;
}

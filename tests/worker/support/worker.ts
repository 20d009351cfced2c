// The worker as it is deployed, in a workerd of its own.

import { fileURLToPath } from "node:url";

// Read when wrangler is loaded: nothing is asked of the network or told to anyone.
Object.assign(process.env, {
  CI: "1",
  CLOUDFLARE_CF_FETCH_ENABLED: "false",
  WRANGLER_HIDE_BANNER: "true",
  WRANGLER_SEND_ERROR_REPORTS: "false",
  WRANGLER_SEND_METRICS: "false",
});
// Not wrangler's test harness: that one sends the worker's requests through Node, which follows redirects and adds headers.
const { unstable_startWorker } = await import("wrangler");

const configPath = fileURLToPath(new URL("../../../worker/wrangler.jsonc", import.meta.url));

export const TOKEN = "token-of-the-tests-0123";
/** Searched for in everything that leaves the worker. */
export const KEY = "sk-canary-8f1d2c9b7a60";

export interface Running {
  /** Where it listens, without a slash at its end. */
  address: string;
  /** Sends a request; below /v1 with the token, unless the headers say otherwise. */
  send(path: string, init?: RequestInit): Promise<Response>;
  /** What the worker wrote to its log. */
  logs(): string;
  close(): Promise<void>;
}

/** Starts a worker with these variables beside those of wrangler.jsonc; what its objects store outlives it in a folder. */
export async function startWorker(vars: Record<string, string>, folder?: string): Promise<Running> {
  const bindings = Object.entries(vars).map(([name, value]) => [name, { type: "plain_text", value }] as const);
  const log: string[] = [];
  const server = await unstable_startWorker({
    config: configPath,
    bindings: Object.fromEntries(bindings),
    dev: {
      server: { hostname: "127.0.0.1", port: 0 },
      inspector: false,
      persist: folder ?? false,
      watch: false,
      logLevel: "none",
      structuredLogsHandler: ({ message }: { message: string }) => log.push(message),
    },
  });
  await server.ready;
  const address = (await server.url).origin;
  return {
    address,
    send(path, init = {}) {
      const headers = new Headers(init.headers);
      if (path.startsWith("/v1") && !headers.has("authorization")) headers.set("authorization", `Bearer ${TOKEN}`);
      return fetch(`${address}${path}`, { redirect: "manual", ...init, headers });
    },
    logs: () => log.join("\n"),
    close: () => server.dispose(),
  };
}

/** The error of a reply, after its form has been looked at. */
export async function errorOf(reply: Response): Promise<{
  message: string;
  type: string;
  param: string | null;
  code: string | null;
  issues?: { code: string; param: string; message: string }[];
}> {
  const text = await reply.text();
  const { error } = JSON.parse(text) as { error: Record<string, unknown> };
  if (
    typeof error["message"] !== "string" ||
    typeof error["type"] !== "string" ||
    !("param" in error) ||
    !("code" in error)
  )
    throw new Error(`not an error as OpenAI writes it: ${text}`);
  return error as never;
}

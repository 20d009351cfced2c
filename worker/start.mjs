// `npm start`: sets up, builds, and serves page, worker and sandbox on one port until Ctrl-C.

import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdir, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";

import { root, setup } from "../.ci/setup.mjs";
import { run, step, StepError } from "../.ci/steps.mjs";

const HOST = "127.0.0.1";
const START_TIMEOUT_MS = 60_000;

/** A port nobody listens on; `wanted` if that is free. */
function freePort(wanted) {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once("error", reject);
    probe.listen(wanted, HOST, () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });
}

async function main() {
  const port = Number(process.env.PORT || 8787);
  if (!Number.isInteger(port) || port < 1 || port > 65535)
    throw new StepError(`PORT: "${process.env.PORT}" is no port number; allowed are 1 to 65535`);
  await freePort(port).catch(() => {
    throw new StepError(`port ${port} is taken; stop what listens there, or choose another: PORT=8788 npm start`);
  });

  const { env, node } = await setup();
  await run(node, [join(root, "src/npm/build.mjs")], { env, cwd: root, echo: true });

  const token = process.env.DEMO_TOKEN || randomBytes(18).toString("base64url");
  // Budgets and kept answers. Tests take a folder of their own, so that what they spend is not missing here.
  const state = join(root, "target", process.env.STATE_FOLDER || "dev");
  await mkdir(state, { recursive: true });
  // In a file of the user's own and not on the command line, where every process of the machine could read it.
  const vars = join(state, "vars.env");
  const given = [
    "UPSTREAM",
    "UPSTREAM_BASE_URL",
    "OPENAI_API_KEY",
    "ALLOWED_ORIGINS",
    "ADMIN_TOKEN",
    "ORGANIZATION_DAILY_USD",
    "MAX_CALL_USD",
    "UNPRICED_CALL_USD",
    "MODEL_UPSTREAMS",
    "RUNWARE_API_KEY",
    "RUNWARE_BASE_URL",
    "RUNWARE_DELIVERY",
    "USAGE_TIER",
    "IMAGES_PER_MINUTE",
    "TOKENS_PER_MINUTE",
    "MAX_WAIT_S",
    "UPSTREAM_CONCURRENCY",
    "CALL_TIMEOUT_SECONDS",
    "RESERVED_TTL_SECONDS",
    "SENT_MARGIN_SECONDS",
    "KEEP_SECONDS",
    "KEEP_KEYED_SECONDS",
    "SINGLE_FLIGHT_SECONDS",
    "CACHE_SECONDS",
    "MODERATION_STRIKES",
    "MODERATION_WINDOW_S",
    "MODERATION_COOL_DOWN_S",
    "JWT_ALGORITHM",
    "JWT_KEY",
    "JWT_ISSUER",
    "JWT_AUDIENCE",
    "TURNSTILE_SITE_KEY",
    "TURNSTILE_SECRET_KEY",
    "TURNSTILE_HOSTNAMES",
    "TURNSTILE_ACTION",
    "TURNSTILE_VERIFY_URL",
    "ANONYMOUS_DAILY_USD",
    "ANONYMOUS_TOKEN_USD",
    "ANONYMOUS_TOKENS_PER_DAY",
  ].filter((name) => process.env[name]);
  const lines = [
    `DEMO_TOKEN=${token}`,
    "DEMO_TOKEN_ON_PAGE=true",
    ...given.map((name) => `${name}=${process.env[name]}`),
  ];
  await writeFile(vars, `${lines.join("\n")}\n`, { mode: 0o600 });

  const wrangler = join(root, "node_modules", "wrangler", "bin", "wrangler.js");
  const options = [
    "--ip",
    HOST,
    "--port",
    port,
    "--inspector-port",
    await freePort(0),
    "--persist-to",
    state,
    "--env-file",
    vars,
  ];
  let log = "";
  const server = spawn(node, [wrangler, "dev", ...options.map(String), "--show-interactive-dev-session=false"], {
    cwd: join(root, "worker"),
    // A process group of its own: workerd outlives its wrapper unless the whole group is signalled.
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
    env: {
      ...env,
      CI: "1",
      CLOUDFLARE_CF_FETCH_ENABLED: "false",
      WRANGLER_HIDE_BANNER: "true",
      WRANGLER_SEND_ERROR_REPORTS: "false",
      WRANGLER_SEND_METRICS: "false",
    },
  });
  let ready = false;
  const keep = (chunk) => {
    if (ready) process.stderr.write(chunk);
    else log += chunk;
  };
  server.stdout.on("data", keep);
  server.stderr.on("data", keep);
  const stop = () => {
    try {
      process.kill(-server.pid, "SIGTERM");
    } catch {
      // It has ended already.
    }
  };
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, stop);
  process.on("exit", stop);
  const ended = new Promise((resolve) => server.once("exit", (code) => resolve(code ?? 0)));

  const address = `http://${HOST}:${port}`;
  await step("starting the worker", async () => {
    const deadline = Date.now() + START_TIMEOUT_MS;
    const dead = ended.then(() => true);
    for (;;) {
      const reply = await fetch(`${address}/healthz`).catch(() => undefined);
      if (reply?.ok) return;
      if (reply?.status === 503) throw new StepError(`the worker refuses to serve: ${await reply.text()}`);
      const over = await Promise.race([dead, new Promise((resolve) => setTimeout(resolve, 50, false))]);
      if (over || Date.now() > deadline) {
        stop();
        throw new StepError(`the worker did not answer at ${address}\n${log}`);
      }
    }
  });
  ready = true;
  console.log(`ready: ${address} token: ${token}`);
  process.exitCode = await ended;
}

main().catch((error) => {
  console.error(error instanceof StepError ? error.message : error);
  process.exit(1);
});

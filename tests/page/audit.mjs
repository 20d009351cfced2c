// Runs Lighthouse on the page as a user gets it: through a server that compresses, as the network in front of a worker does.

import { createServer } from "node:http";
import { brotliCompressSync, constants } from "node:zlib";

import lighthouse, { desktopConfig } from "lighthouse";

import { launch } from "../e2e/browser.mjs";

export const CATEGORIES = ["performance", "accessibility", "best-practices", "seo"];
const TEXT = /^(text\/|application\/(javascript|json|manifest\+json|wasm)|image\/svg)/;

/** What passes requests on to `address` and compresses the answers as they would be kept ready. */
export async function compressing(address) {
  const kept = new Map();
  const server = createServer(async ({ url, method, headers }, reply) => {
    const asked = { method, redirect: "manual", headers: { ...headers, host: new URL(address).host } };
    delete asked.headers.connection;
    const found = await fetch(address + url, asked);
    let body = Buffer.from(await found.arrayBuffer());
    const given = Object.fromEntries(found.headers);
    for (const name of ["content-encoding", "content-length", "transfer-encoding", "connection"]) delete given[name];
    if (TEXT.test(given["content-type"] ?? "") && /\bbr\b/.test(headers["accept-encoding"] ?? "")) {
      const key = `${url} ${body.length}`;
      if (!kept.has(key)) kept.set(key, brotliCompressSync(body, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }));
      body = kept.get(key);
      given["content-encoding"] = "br";
    }
    reply.writeHead(found.status, { ...given, "content-length": body.length }).end(body);
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    address: `http://127.0.0.1:${server.address().port}`,
    stop: () => new Promise((resolve) => server.close(resolve).closeAllConnections()),
  };
}

/** One run on a browser of its own. `form` is "mobile", a slow phone on a slow network, or "desktop". Gives Lighthouse's result. */
export async function audit(address, form, categories = CATEGORIES) {
  const probe = createServer();
  await new Promise((resolve) => probe.listen(0, "127.0.0.1", resolve));
  const { port } = probe.address();
  await new Promise((resolve) => probe.close(resolve));
  const browser = await launch([`--remote-debugging-port=${port}`]);
  try {
    const options = { port, onlyCategories: categories, logLevel: "error", output: "json" };
    const { lhr } = await lighthouse(address, options, form === "desktop" ? desktopConfig : undefined);
    return lhr;
  } finally {
    await browser.close();
  }
}

/** What keeps a category below 100. */
export const failed = (lhr) =>
  Object.values(lhr.categories).flatMap(({ auditRefs }) =>
    auditRefs
      .filter(({ id, weight }) => weight > 0 && lhr.audits[id].score !== null && lhr.audits[id].score < 1)
      .map(({ id }) => {
        const { title, displayValue, details } = lhr.audits[id];
        const where = (details?.items ?? []).map((item) => item.node?.snippet ?? item.source ?? "").filter(Boolean);
        return [id, title, displayValue, ...where].filter(Boolean).join(": ");
      }),
  );

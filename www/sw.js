// Keeps the page itself for when there is no network. Requests to the API pass it by.
/* global FILES, VERSION -- written in by the build */

const CACHE = `gpt-image-edge-${VERSION}`;
const scope = self.registration.scope;
const kept = new Set(FILES.map((name) => new URL(name, scope).href));

self.addEventListener("install", (event) => {
  const store = async () => {
    const cache = await caches.open(CACHE);
    // Past the browser's own cache: this version's files belong together.
    await cache.addAll([...kept].map((url) => new Request(url, { cache: "reload" })));
    await self.skipWaiting();
  };
  event.waitUntil(store());
});

self.addEventListener("activate", (event) => {
  const clean = async () => {
    for (const name of await caches.keys())
      if (name.startsWith("gpt-image-edge-") && name !== CACHE) await caches.delete(name);
    await self.clients.claim();
  };
  event.waitUntil(clean());
});

/** The network first, so that a new version is seen at once; what is kept when there is none. */
async function answer(request, url) {
  try {
    const reply = await fetch(request);
    // The address and the token of the worker: kept so that the page starts without a network.
    if (reply.ok && url.pathname.endsWith("/config.json")) {
      const { baseURL, upstream } = await reply.clone().json();
      await (await caches.open(CACHE)).put(url.href, Response.json({ baseURL, upstream }));
    }
    return reply;
  } catch (error) {
    const found = await caches.match(url.href);
    if (found) return found;
    throw error;
  }
}

self.addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.method !== "GET") return;
  const url = new URL(request.url);
  url.search = "";
  url.hash = "";
  const config = url.href === new URL("config.json", scope).href;
  if (kept.has(url.href) || config) event.respondWith(answer(request, url));
});

// What stands in the document itself and runs with its first sight: it asks for the rest.

/** What the first script needs: asked for at once, each would else be found only in the one before. */
const NEEDED = {
  "app.js": { rel: "modulepreload" },
  "gpt-image-edge/index.js": { rel: "modulepreload" },
  "gpt-image-edge/gpt_image_edge_bg.wasm": { rel: "preload", as: "fetch", crossOrigin: "" },
  "config.json": { rel: "preload", as: "fetch", crossOrigin: "" },
};
/** A page in the background is not painted, and loads all the same. */
const UNSEEN_MS = 300;

let asked = false;
function rest() {
  if (asked) return;
  asked = true;
  for (const [href, attributes] of Object.entries(NEEDED))
    document.head.append(Object.assign(document.createElement("link"), { href, ...attributes }));
  document.head.append(Object.assign(document.createElement("script"), { type: "module", src: "app.js" }));
}

// First the form is seen: until then nothing else takes the network or the processor.
requestAnimationFrame(() => setTimeout(rest));
setTimeout(rest, UNSEEN_MS);

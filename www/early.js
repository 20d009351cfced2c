// What stands in the document itself and runs with its first sight. It asks for the rest, and until that is there it keeps
// what a person does: app.js calls `handOver` and it is done then, in the same order.

/** What the first script needs: asked for at once, each would else be found only in the one before. */
const NEEDED = {
  "app.js": { rel: "modulepreload" },
  "gpt-image-edge/index.js": { rel: "modulepreload" },
  "gpt-image-edge/gpt_image_edge_bg.wasm": { rel: "preload", as: "fetch", crossOrigin: "" },
};
const KINDS = ["click", "submit", "keydown", "input", "change", "focusout", "dragover", "drop", "paste"];

const $ = (id) => document.getElementById(id);
const form = $("compose");
const inAddress = () => new URLSearchParams(location.hash.slice(1));
let kept = [];

/** Settings go into the address as they are made: who reloads now loses nothing. */
function remember({ name, value, defaultChecked }) {
  if (!name) return;
  const settings = inAddress();
  if (value === "" || defaultChecked) settings.delete(name);
  else settings.set(name, value);
  if (`${settings}` !== location.hash.slice(1)) history.replaceState(null, "", `#${settings}`);
}

/** One more for later. Of what is typed the last counts. */
function put(event, target = event.target) {
  const { type } = event;
  if (type === "input") kept = kept.filter((other) => other.type !== type || other.target !== target);
  kept.push({ event, type, target, value: target.type === "file" ? undefined : target.value });
}

/** One more for later alone: part of the page may be there by now, and must not do it twice. */
function hold(event, target) {
  event.stopPropagation();
  put(event, target);
}

/** Files that are dropped or pasted go where chosen ones go. */
function take(event, { files }) {
  if (files.length === 0) return;
  event.preventDefault();
  event.stopPropagation();
  const input = $("image-files");
  const all = new DataTransfer();
  for (const file of [...input.files, ...files]) all.items.add(file);
  input.files = all.files;
  put(new Event("change", { bubbles: true }), input);
}

function keep(event) {
  const { type, target, key } = event;
  if (type === "dragover") {
    // Text may go where the browser lets it.
    if (event.dataTransfer.types.includes("Files")) event.preventDefault();
  } else if (type === "drop") take(event, event.dataTransfer);
  else if (type === "paste") take(event, event.clipboardData);
  // The button that was pressed for it is kept.
  else if (type === "submit") event.preventDefault();
  else if (type === "click") {
    const button = target.closest("button");
    if (!button) return;
    hold(event, button);
    if (button.type === "submit") wait(button);
  } else if (type !== "keydown") {
    put(event);
    if (type === "change") remember(target);
  } else if (key === "Enter" && target.localName === "textarea") {
    if (!event.ctrlKey && !event.metaKey) return;
    hold(event);
    wait($("send"));
  } else if (key === "Enter" && target.localName === "input" && target.type !== "file") {
    // What it does is the field's own to say: most send.
    event.preventDefault();
    hold(event);
  } else if (target.role === "tab") hold(event);
}

/** Says that it will be done. */
function wait(button) {
  button.ariaBusy = "true";
  const total = $("total");
  total.textContent = $("status").textContent = form.dataset.wait;
  // What was shown there is drawn anew.
  total.dataset.key = "";
}

/** Does what was kept, with those that know how. */
globalThis.handOver = () => {
  for (const type of KINDS) removeEventListener(type, keep, true);
  removeEventListener("pagehide", leave);
  $("send").ariaBusy = null;
  for (const { event, type, target, value } of kept) {
    if (value !== undefined && target.value !== value) target.value = value;
    if (target.type === "radio" && type === "change") target.checked = true;
    if (type === "click") target.click();
    else if (
      target.dispatchEvent(new event.constructor(type, event)) &&
      type === "keydown" &&
      target.localName === "input"
    )
      form.requestSubmit();
  }
};

const leave = () => remember($("field-prompt"));
for (const type of KINDS) addEventListener(type, keep, true);
addEventListener("pagehide", leave);

for (const [name, value] of inAddress()) {
  const control = form.elements.namedItem(name);
  if (control && value) control.value = value;
}
// The fields are those of the model that is suggested; another has others.
if (inAddress().has("model") && !$("field-model").selectedOptions[0]?.defaultSelected) form.dataset.other = "";

let asked = false;
function rest() {
  if (asked) return;
  asked = true;
  for (const [href, attributes] of Object.entries(NEEDED))
    document.head.append(Object.assign(document.createElement("link"), { href, ...attributes }));
  const failed = () => {
    $("missing").textContent = form.dataset.failed;
    $("missing").hidden = false;
    $("total").textContent = "";
  };
  document.head.append(
    Object.assign(document.createElement("script"), { type: "module", src: "app.js", onerror: failed }),
  );
}

// First the form is seen: until then nothing else takes the network or the processor.
requestAnimationFrame(() => setTimeout(rest));
// A page in the background is not painted, and loads all the same.
if (document.hidden) rest();
addEventListener("visibilitychange", rest, { once: true });

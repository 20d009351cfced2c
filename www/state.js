// What the form holds, and the request that comes of it. Settings without files live in the address.

/** Settings that survive a reload, with the type they are read back as. */
const KEPT = {
  prompt: String,
  model: String,
  size: String,
  quality: String,
  background: String,
  output_format: String,
  output_compression: Number,
  n: Number,
  partial_images: Number,
  complexity: String,
  frame_count: Number,
  frame_duration_ms: Number,
  svg_model: String,
  svg_effort: String,
  input_fidelity: String,
  moderation: String,
  language_model: String,
};
/** What is no field of an image request as it stands. */
const APART = ["partial_images", "input_fidelity", "svg_model", "svg_effort", "language_model"];
const VIEW = "view";
/** How long after the last key the address follows. */
const PAUSE_MS = 250;

/**
 * The form's values; one that is absent means the API's default. Fires `change` after anything, and before it `files`
 * when the pictures changed and `view` when another part of the page is looked at. `detail.typing` of a change says that
 * only the prompt became another.
 */
export class State extends EventTarget {
  values = {};
  /** @type {File[]} */
  images = [];
  /** @type {File | undefined} */
  mask;
  view = "compose";
  #pending;

  constructor() {
    super();
    this.#read();
    addEventListener("pagehide", () => this.#write());
    // Somebody went back, or gave another address by hand.
    addEventListener("hashchange", () => {
      if (location.hash.slice(1) === this.#hash()) return;
      this.#read();
      this.dispatchEvent(new Event("view"));
      this.dispatchEvent(new Event("change"));
    });
  }

  #read() {
    const { model } = this.values;
    this.values = {};
    this.view = "compose";
    for (const [name, text] of new URLSearchParams(location.hash.slice(1)))
      if (name === VIEW) this.view = text;
      else if (KEPT[name] && text !== "") this.values[name] = KEPT[name](text);
    this.values.model ??= model;
  }

  get operation() {
    return this.images.length ? "edit" : "generate";
  }

  set(name, value) {
    this.assign({ [name]: value });
  }

  /** The same for what changes with every key. */
  type(name, value) {
    this.#put({ [name]: value });
    this.#changed({ typing: true });
  }

  /** Several at once. `undefined` leaves a field to the API's default. */
  assign(values) {
    this.#put(values);
    this.#changed();
  }

  #put(values) {
    for (const [name, value] of Object.entries(values))
      if (value === undefined || value === "") delete this.values[name];
      else this.values[name] = value;
  }

  /** All of them: what is not given goes back to the default. */
  replace(values) {
    this.values = {};
    this.assign(values);
  }

  setView(view) {
    if (view === this.view) return;
    this.view = view;
    history.pushState(null, "", `#${this.#hash()}`);
    this.dispatchEvent(new Event("view"));
  }

  setFiles({ images = this.images, mask = this.mask }) {
    // A mask belongs to the picture it was drawn on.
    if (images[0] !== this.images[0] && mask === this.mask) mask = undefined;
    this.#putFiles(images, images.length ? mask : undefined);
  }

  #putFiles(images, mask) {
    this.images = images;
    this.mask = mask;
    this.dispatchEvent(new Event("files"));
    this.#changed();
  }

  /**
   * Puts another file in the place of a picture, if that is still there. The mask of the first one stays, or goes with it in its
   * new size: one that does not fit any more is a problem that says so.
   */
  replaceImage(file, other, mask = this.mask) {
    if (!this.images.includes(file)) return;
    this.#putFiles(
      this.images.map((image) => (image === file ? other : image)),
      mask,
    );
  }

  removeImage(file) {
    this.setFiles({ images: this.images.filter((image) => image !== file) });
  }

  removeMask() {
    this.#putFiles(this.images, undefined);
  }

  /** Does what the fix of an issue says. */
  applyFix({ path, fix }) {
    const [name, index] = path;
    if (name === "image" && typeof index === "number" && fix.value === undefined) this.removeImage(this.images[index]);
    else if (name === "mask" && fix.value === undefined) this.removeMask();
    else if (name === "stream") this.set("partial_images", undefined);
    else if (name === "svg") this.#applySvg(path, fix.value);
    else this.set(name, fix.value);
  }

  #applySvg(path, value) {
    if (path.length === 1) this.assign({ svg_model: value?.model, svg_effort: value?.reasoning?.effort });
    else this.set(path[1] === "model" ? "svg_model" : "svg_effort", value);
  }

  /** Takes over a request that the package made of this one. */
  takeOver(request) {
    const values = {};
    for (const name of Object.keys(KEPT)) if (name !== "language_model") values[name] = request[name];
    if (!request.stream) values.partial_images = undefined;
    values.svg_model = request.svg?.model;
    values.svg_effort = request.svg?.reasoning?.effort;
    this.assign(values);
  }

  #hash() {
    const kept = Object.keys(KEPT)
      .filter((name) => this.values[name] !== undefined)
      .map((name) => [name, this.values[name]]);
    if (this.view !== "compose") kept.unshift([VIEW, this.view]);
    return new URLSearchParams(kept).toString();
  }

  #changed({ typing = false } = {}) {
    clearTimeout(this.#pending);
    // Browsers take the address for a navigation: that is slow, and too many in a row are refused.
    if (typing) this.#pending = setTimeout(() => this.#write(), PAUSE_MS);
    else this.#write();
    this.dispatchEvent(new CustomEvent("change", { detail: { typing } }));
  }

  #write() {
    clearTimeout(this.#pending);
    const hash = this.#hash();
    if (location.hash.slice(1) === hash) return;
    history.replaceState(null, "", hash ? `#${hash}` : location.pathname + location.search);
  }

  /** The request as the package takes it. */
  request() {
    const { partial_images: partial, input_fidelity: fidelity, svg_model: writer, svg_effort: effort } = this.values;
    const request = { prompt: "", ...this.values };
    for (const name of APART) delete request[name];
    if (partial !== undefined) Object.assign(request, { stream: true, partial_images: partial });
    if (writer !== undefined || effort !== undefined)
      request.svg = { model: writer ?? "", ...(effort === undefined ? {} : { reasoning: { effort } }) };
    if (this.operation === "edit") {
      request.image = this.images.length === 1 ? this.images[0] : [...this.images];
      if (this.mask) request.mask = this.mask;
      if (fidelity !== undefined) request.input_fidelity = fidelity;
    }
    return request;
  }
}

// What the form holds, and the request that comes of it. Settings without files live in the address.

/** Settings that survive a reload, with the type they are read back as. */
const KEPT = {
  prompt: String,
  model: String,
  size: String,
  quality: String,
  background: String,
  output_format: String,
  moderation: String,
  input_fidelity: String,
  output_compression: Number,
  n: Number,
  partial_images: Number,
};

/** The form's values. `undefined` means the API's default. */
export class State extends EventTarget {
  values = {};
  /** @type {File[]} */
  images = [];
  /** @type {File | undefined} */
  mask;

  constructor() {
    super();
    for (const [name, text] of new URLSearchParams(location.hash.slice(1)))
      if (KEPT[name] && text !== "") this.values[name] = KEPT[name](text);
  }

  get operation() {
    return this.images.length ? "edit" : "generate";
  }

  set(name, value) {
    if (value === undefined || value === "") delete this.values[name];
    else this.values[name] = value;
    this.#changed();
  }

  setFiles({ images = this.images, mask = this.mask }) {
    this.images = images;
    this.mask = images.length ? mask : undefined;
    this.dispatchEvent(new Event("files"));
    this.#changed();
  }

  removeMask() {
    this.mask = undefined;
    this.dispatchEvent(new Event("files"));
    this.#changed();
  }

  #changed() {
    const kept = Object.entries(this.values).filter(([name]) => KEPT[name]);
    history.replaceState(null, "", kept.length ? `#${new URLSearchParams(kept)}` : location.pathname + location.search);
    this.dispatchEvent(new Event("change"));
  }

  /** The request as the package takes it. */
  request() {
    const { partial_images: partial, input_fidelity: fidelity, ...values } = this.values;
    const request = { prompt: "", ...values };
    if (partial !== undefined) Object.assign(request, { stream: true, partial_images: partial });
    if (this.operation === "edit") {
      request.image = this.images.length === 1 ? this.images[0] : [...this.images];
      if (this.mask) request.mask = this.mask;
      if (fidelity !== undefined) request.input_fidelity = fidelity;
    }
    return request;
  }
}

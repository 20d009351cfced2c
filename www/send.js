// Sends what was composed, once it is right, and shows what comes back.

import { ImageClient } from "gpt-image-edge";

import { focusField } from "./controls/field.js";
import { announce } from "./dom.js";
import { keep } from "./gallery/store.js";
import { billing } from "./results/failure.js";
import { answered, lost, lostCard, underWay } from "./results/lost.js";
import { fileName } from "./results/picture.js";
import { Run } from "./results/run.js";
import { strings } from "./strings.js";

const $ = (id) => document.getElementById(id);
const TOKEN_KEY = "gpt-image-edge-token";

/** Fires `result` with what a reply or an error says of budget and rate limits. */
export class Sender extends EventTarget {
  #abort;
  #leaving = false;

  constructor(config, composer, { showResults, reuse }) {
    super();
    this.reuse = reuse;
    this.config = config;
    this.composer = composer;
    this.showResults = showResults;
    this.baseURL = new URL(config.baseURL, location.href).href;
    if (!config.token) this.#askForToken();
    for (const [kind, leaving] of Object.entries({ beforeunload: true, pagehide: true, pageshow: false }))
      addEventListener(kind, () => (this.#leaving = leaving));
  }

  get token() {
    return this.config.token ?? sessionStorage.getItem(TOKEN_KEY) ?? "";
  }

  /** Whether there is a token; asks for one where there is none. */
  ready() {
    if (!this.token) $("token-dialog").showModal();
    return Boolean(this.token);
  }

  client() {
    // The token is this worker's and no key of OpenAI's; the package asks for the word all the same.
    return new ImageClient({ baseURL: this.baseURL, apiKey: this.token, dangerouslyAllowBrowser: true });
  }

  listen() {
    $("cancel").addEventListener("click", () => this.#abort?.abort());
    $("compose").addEventListener("submit", (event) => {
      event.preventDefault();
      this.send();
    });
    $("jump").addEventListener("click", () => {
      const error = this.composer.attempt();
      if (error) focusField(error.param);
    });
  }

  /** Tells of a call that the last visit did not see the end of. */
  tellLost() {
    const record = lost();
    if (!record) return;
    $("empty").hidden = true;
    $("runs").prepend(lostCard(record, () => this.#perform("generate", record.asked, {}, record.idempotencyKey)));
  }

  async send() {
    const { composer } = this;
    await composer.read;
    const error = composer.attempt();
    if (error) return focusField(error.param);
    if (!this.ready()) return undefined;
    const { prompt: _, ...settings } = composer.state.values;
    return this.#perform(composer.state.operation, composer.request, settings);
  }

  /** One call, from the card that waits to the picture or the reason why there is none. */
  async #perform(operation, request, settings, idempotencyKey = crypto.randomUUID()) {
    if (this.#abort) return;
    const { composer } = this;
    this.#abort = new AbortController();
    this.showResults();
    const run = new Run($("runs"), request);
    $("empty").hidden = true;
    // On a phone the results are below the form.
    run.element.scrollIntoView({
      block: "nearest",
      behavior: matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth",
    });
    this.#busy(true);
    announce(strings.drawing);
    underWay(idempotencyKey, operation, request);
    try {
      const options = { signal: this.#abort.signal, idempotencyKey };
      const result = await call(this.client(), operation, request, options, run);
      announce(run.showResult(result, this.reuse));
      await store(result, request, settings, run.seconds);
      this.dispatchEvent(new CustomEvent("result", { detail: result }));
    } catch (failure) {
      // The same key once more where it may have been billed: a worker that keeps answers draws nothing twice. What cost
      // nothing is a new call, or that worker would give its failure again.
      const key = billing(failure) === "no" ? undefined : idempotencyKey;
      run.showError(failure, () => this.#perform(operation, request, settings, key));
      this.dispatchEvent(new CustomEvent("result", { detail: failure }));
      if (failure.param)
        composer.addRemote({ severity: "error", code: failure.code, param: failure.param, message: failure.message });
    } finally {
      // A page that is left ends its calls: that is no answer.
      if (!this.#leaving) answered();
      this.#abort = undefined;
      this.#busy(false);
    }
  }

  #busy(busy) {
    $("send").disabled = busy;
    $("cancel").hidden = !busy;
  }

  /** Where the operator's page brings no token, the person gives one. */
  #askForToken() {
    const dialog = $("token-dialog");
    $("token-open").hidden = false;
    $("token-open").addEventListener("click", () => dialog.showModal());
    dialog.addEventListener("close", () => {
      if (dialog.returnValue === "keep") sessionStorage.setItem(TOKEN_KEY, $("token").value.trim());
      $("token").value = "";
    });
  }
}

/** One picture or several, in a stream or whole. */
async function call(client, operation, request, options, run) {
  if (!request.stream) return operation === "edit" ? client.edit(request, options) : client.generate(request, options);
  const events = operation === "edit" ? client.editStream(request, options) : client.generateStream(request, options);
  let result;
  for await (const event of events) {
    if (event.type === "partial_image") run.showPartial(event.image, event.partial_image_index);
    else if (event.type === "completed") result = { ...event, images: [event.image] };
  }
  return result;
}

/** Keeps the pictures in the gallery. That it is full or forbidden must not hide what has been drawn. */
export async function store(result, request, settings, seconds) {
  const facts = {
    size: result.size,
    quality: result.quality,
    output_format: result.output_format,
    background: result.background,
    usd: result.cost && result.cost.usd / result.images.length,
    seconds: Number(seconds.toFixed(1)),
    requestId: result.requestId,
  };
  const created = new Date().toISOString();
  for (const [index, { blob, format, width, height }] of result.images.entries()) {
    const record = { created, prompt: request.prompt, settings, facts: { ...facts, width, height }, blob };
    try {
      await keep({ ...record, name: fileName(request.prompt, index, format) });
    } catch {
      return announce(strings.notKept);
    }
  }
}

// Sends what was composed, once it is right, and shows what comes back.

import { ImageClient } from "gpt-image-edge";

import { focusField } from "./controls/field.js";
import { announce } from "./dom.js";
import { Run } from "./results/run.js";
import { strings } from "./strings.js";

const $ = (id) => document.getElementById(id);
const TOKEN_KEY = "gpt-image-edge-token";

export class Sender {
  #abort;

  constructor(config, composer, showResults) {
    this.config = config;
    this.composer = composer;
    this.showResults = showResults;
    this.baseURL = new URL(config.baseURL, location.href).href;
    if (!config.token) this.#askForToken();
  }

  get token() {
    return this.config.token ?? sessionStorage.getItem(TOKEN_KEY) ?? "";
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

  async send() {
    const { composer } = this;
    const error = composer.attempt();
    if (error) return focusField(error.param);
    if (!this.token) return $("token-dialog").showModal();
    const { request } = composer;
    const { operation } = composer.state;
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
    try {
      const result = await call(this.client(), operation, request, this.#abort.signal, run);
      announce(run.showResult(result, (file) => composer.state.setFiles({ images: [file] })));
    } catch (failure) {
      run.showError(failure);
      if (failure.param)
        composer.addRemote({ severity: "error", code: failure.code, param: failure.param, message: failure.message });
    } finally {
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
async function call(client, operation, request, signal, run) {
  if (!request.stream)
    return operation === "edit" ? client.edit(request, { signal }) : client.generate(request, { signal });
  const events =
    operation === "edit" ? client.editStream(request, { signal }) : client.generateStream(request, { signal });
  let result;
  for await (const event of events) {
    if (event.type === "partial_image") run.showPartial(event.image, event.partial_image_index);
    else if (event.type === "completed") result = { ...event, images: [event.image] };
  }
  return result;
}

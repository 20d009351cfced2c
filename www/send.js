// Sends what was composed, once it is right. What shows the answer loads with the first call.

import { ImageClient } from "gpt-image-edge";

import { focusField } from "./controls/field.js";
import { later } from "./later.js";
import { lost } from "./results/under-way.js";

const $ = (id) => document.getElementById(id);
const CALL = () => import("./results/call.js");
const CONVERSATION = () => import("./refine/conversation.js");
const whenIdle = globalThis.requestIdleCallback ?? setTimeout;
const TOKEN_KEY = "gpt-image-edge-token";
/** When the token ends, where that is known. A call that is sent just before would be refused. */
const UNTIL_KEY = "gpt-image-edge-token-until";
const MARGIN_MS = 10_000;

/** Fires `result` with what a reply or an error says of budget and rate limits, and `busy` when a call begins or ends. */
export class Sender extends EventTarget {
  #abort;
  /** The page is being left: a call that ends now is not answered. */
  leaving = false;

  constructor(config, composer, { showResults, reuse }) {
    super();
    this.reuse = reuse;
    this.config = config;
    this.composer = composer;
    this.showResults = showResults;
    this.baseURL = new URL(config.baseURL, location.href).href;
    if (!config.token) this.#askForToken();
    for (const [kind, leaving] of Object.entries({ beforeunload: true, pagehide: true, pageshow: false }))
      addEventListener(kind, () => (this.leaving = leaving));
  }

  get token() {
    const until = Number(sessionStorage.getItem(UNTIL_KEY) ?? Infinity);
    const own = until > Date.now() + MARGIN_MS ? sessionStorage.getItem(TOKEN_KEY) : "";
    return this.config.token ?? own ?? "";
  }

  get busy() {
    return Boolean(this.#abort);
  }

  /** Whether there is a token. Where there is none, whoever may draw without an account gets one, and others are asked. */
  async ready() {
    if (this.token) return true;
    if (this.config.turnstile) await this.#enter();
    else await this.#ask();
    return Boolean(this.token);
  }

  /** As a person without an account, whom the operator's widget looks at. */
  async #enter() {
    const loaded = await later(() => import("./token/anonymous.js"));
    let asked;
    const other = () => (asked = this.#ask());
    const given = await loaded?.anonymousToken({ ...this.config.turnstile, baseURL: this.baseURL, other });
    if (given) this.#keep(given);
    await asked;
  }

  /** With a token of one's own. */
  #ask() {
    const dialog = $("token-dialog");
    dialog.returnValue = "";
    dialog.showModal();
    return new Promise((resolve) => dialog.addEventListener("close", resolve, { once: true }));
  }

  #keep({ token, until }) {
    sessionStorage.setItem(TOKEN_KEY, token);
    if (until === undefined) sessionStorage.removeItem(UNTIL_KEY);
    else sessionStorage.setItem(UNTIL_KEY, String(until));
  }

  client() {
    // The token is this worker's and no key of OpenAI's; the package asks for the word all the same.
    return new ImageClient({
      baseURL: this.baseURL,
      apiKey: this.token,
      dangerouslyAllowBrowser: true,
      // Only our worker says which upstream it has; it keeps answers by their keys, so that every call may be repeated.
      ...(this.config.upstream !== undefined && { idempotent: true }),
    });
  }

  /** Begins a call: gives the signal that ends it, or undefined while another is under way. */
  begin() {
    if (this.#abort) return undefined;
    this.#abort = new AbortController();
    this.#busy();
    return this.#abort.signal;
  }

  end() {
    this.#abort = undefined;
    this.#busy();
  }

  cancel() {
    this.#abort?.abort();
  }

  #busy() {
    $("send").disabled = this.busy;
    $("cancel").hidden = !this.busy;
    this.dispatchEvent(new Event("busy"));
  }

  listen() {
    $("cancel").addEventListener("click", () => this.cancel());
    $("compose").addEventListener("submit", (event) => {
      event.preventDefault();
      this.send();
    });
    $("jump").addEventListener("click", () => {
      const error = this.composer.attempt();
      if (error) focusField(error.param);
    });
    // Whoever begins to write will send: what shows the answer is there by then, also when the network is not.
    $("compose").addEventListener("focusin", () => whenIdle(() => later(CALL)), { once: true });
    this.#tellLost();
  }

  async #tellLost() {
    const record = lost();
    if (!record) return;
    const loaded = await later(CALL);
    loaded?.tellLost(this, record);
  }

  async send() {
    const { composer } = this;
    await composer.read;
    const error = composer.attempt();
    if (error) return focusField(error.param);
    if (!(await this.ready())) return undefined;
    const { prompt: _, ...settings } = composer.state.values;
    const { operation } = composer.state;
    const { request } = composer;
    const loaded = await later(CALL);
    return loaded?.perform(this, { operation, request, settings });
  }

  /** Lets a finished picture be changed in words, below its card. */
  async refine(record, card) {
    const loaded = await later(CONVERSATION);
    loaded?.refine(this, record, card);
  }

  /** The same for one of the gallery, whose card is gone. */
  async reopen(id) {
    const loaded = await later(CONVERSATION);
    return loaded?.reopen(this, id);
  }

  /** Where the operator's page brings no token, the person gives one. */
  #askForToken() {
    const dialog = $("token-dialog");
    $("token-open").hidden = false;
    $("token-open").addEventListener("click", () => this.#ask());
    dialog.addEventListener("close", () => {
      if (dialog.returnValue === "keep") this.#keep({ token: $("token").value.trim() });
      $("token").value = "";
    });
  }
}

// A picture that is changed turn by turn, in words: the chain of turns below it, and where the next one is said.

import { estimateCost, validate } from "gpt-image-edge";

import { issueItem } from "../controls/field.js";
import { lacksBound } from "../cost/bound.js";
import { announce, button, dollars, el, interval } from "../dom.js";
import { find } from "../gallery/store.js";
import { perform } from "../results/call.js";
import { Run } from "../results/run.js";
import * as strings from "../strings.js";
import { turnCode } from "./code.js";
import { LANGUAGE_MODEL, dataUrl, turnRequest } from "./request.js";

const $ = (id) => document.getElementById(id);
/** So much of a picture tells the checks its size: they need not see the rest at every key. */
const HEAD_BYTES = 4096;
const conversations = new WeakMap();

/** Lets the next turn be said below a picture of a card. */
export function refine(sender, record, card) {
  let conversation = conversations.get(card);
  if (!conversation) {
    conversation = new Conversation(sender, card, record);
    conversations.set(card, conversation);
  }
  conversation.goOnFrom(record);
  conversation.focus();
  return conversation;
}

/** Puts a picture of the gallery on the page again, with the turns that led to it. Gives undefined when it is gone. */
export async function reopen(sender, id) {
  const records = await chainTo(id);
  if (records.length === 0) return undefined;
  const [first, ...turns] = records;
  sender.showResults();
  $("empty").hidden = true;
  const run = new Run($("runs"), first);
  run.show(first, actsOf(sender, run, first));
  const conversation = new Conversation(sender, run.element, first);
  conversations.set(run.element, conversation);
  for (const record of turns) conversation.addKept(record);
  conversation.goOnFrom(records.at(-1));
  conversation.focus();
  return conversation;
}

/** The picture and those it came from, the first one first. What was deleted ends the chain. */
async function chainTo(id) {
  const records = [];
  const seen = new Set();
  for (let at = id; at !== undefined && !seen.has(at); at = records[0].turn?.from) {
    seen.add(at);
    const record = await find(at).catch(() => undefined);
    if (!record) break;
    records.unshift(record);
  }
  return records;
}

const actsOf = (sender, run, record) => ({
  reuse: sender.reuse,
  refine: () => refine(sender, record, run.element),
});

class Conversation {
  /** Every picture of it, in the order in which they were drawn. */
  #records;
  #from;
  /** The beginning of the picture as a data URL: the next turn sends one, or is billed for what it goes on from. */
  #head;
  #list = el("ol", { class: "turns" });
  #sum = el("p", { class: "hint turns-sum" });
  #source = el("p", { class: "hint" });
  #problems = el("ul", { class: "field-problems" });
  #price = el("p", { class: "total" });

  constructor(sender, card, record) {
    this.sender = sender;
    this.#records = [record];
    this.#from = record;
    const number = document.querySelectorAll(".refine").length + 1;
    this.said = el("textarea", {
      id: `refine-${number}`,
      rows: 2,
      placeholder: strings.refine.placeholder,
      "aria-describedby": `refine-${number}-problems`,
      oninput: () => this.#check(),
      onkeydown: (event) => {
        if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) this.#form.requestSubmit();
      },
    });
    this.#problems.id = `refine-${number}-problems`;
    this.language = el("input", {
      id: `refine-${number}-model`,
      type: "text",
      spellcheck: "false",
      autocomplete: "off",
      value: sender.composer.state.values.language_model ?? "",
      placeholder: LANGUAGE_MODEL,
      oninput: () => sender.composer.state.set("language_model", this.language.value.trim()),
    });
    const charged = sender.config.unpriced_call_usd;
    this.send = button(strings.refine.send, undefined, { class: "primary", type: "submit" });
    this.cancel = button(strings.cancel, () => sender.cancel());
    this.#form = el(
      "form",
      { novalidate: true, "aria-label": strings.refine.button },
      el("label", { for: this.said.id }, strings.refine.label),
      this.said,
      this.#problems,
      el("div", { class: "refine-model" }, el("label", { for: this.language.id }, strings.refine.model), this.language),
      this.#source,
      charged !== undefined && el("p", { class: "hint" }, strings.refine.charged(dollars(charged))),
      el("div", { class: "refine-actions" }, this.#price, this.cancel, this.send),
    );
    this.#form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#say();
    });
    this.#code = turnCode(sender.baseURL, `refine-${number}`, () => this.#next);
    this.section = el("div", { class: "refine" }, this.#list, this.#sum, this.#form, this.#code.element);
    card.append(this.section);
    const busy = () => {
      this.send.disabled = sender.busy;
      this.cancel.hidden = !sender.busy;
    };
    sender.addEventListener("busy", busy);
    busy();
    // The settings are the form's.
    sender.composer.addEventListener("update", () => this.section.isConnected && this.#check());
  }

  #form;
  #code;
  /** The next turn as it stands, for its code. */
  #next;

  focus() {
    this.said.focus();
    this.#form.scrollIntoView({ block: "nearest" });
  }

  goOnFrom(record) {
    this.#from = record;
    if (!this.#records.includes(record) && !record.turn) this.#records[0] = record;
    this.#head = undefined;
    this.#check();
    this.#readHead(record);
  }

  async #readHead(record) {
    const head = await dataUrl(record.blob.slice(0, HEAD_BYTES, record.blob.type));
    if (record !== this.#from) return;
    this.#head = head;
    this.#check();
  }

  #request(from) {
    const { values } = this.sender.composer.state;
    return turnRequest({ said: this.said.value, values, language: values.language_model, from });
  }

  /** What the package says about the next turn. Gives whether anything is wrong. */
  #check(tried = false) {
    // Before the picture has been read there is nothing to say about it yet.
    const withPicture = this.#request({ url: this.#head ?? "data:image/png;base64," });
    const { response } = this.#from.turn ?? {};
    const request = response === undefined ? withPicture : this.#request({ response });
    const unread = response === undefined && this.#head === undefined;
    const { issues } = validate("respond", request);
    // That nothing is said is no problem before it was tried; said is what stands there, not what the package calls it.
    const shown = unread ? [] : issues.filter(({ code }) => code !== "empty_prompt");
    const silent = this.said.value.trim() === "";
    if (silent && tried) shown.unshift({ severity: "error", message: strings.refine.silent });
    if (silent && tried) this.said.setAttribute("aria-invalid", "true");
    else this.said.removeAttribute("aria-invalid");
    // What it goes on from is read by the model, and billed, in either case.
    const { width, height } = this.#from.facts;
    const known = width
      ? { images: [{ format: this.#from.blob.type.replace("image/", ""), width, height }] }
      : undefined;
    const estimate = estimateCost("respond", withPicture, known);
    if (lacksBound(this.sender.config, estimate)) shown.unshift({ severity: "error", message: strings.refine.noBound });
    const key = JSON.stringify(shown);
    if (key !== this.#problems.dataset.key) {
      this.#problems.dataset.key = key;
      this.#problems.replaceChildren(...shown.map((issue) => issueItem(issue, this.#fixOf(issue))));
    }
    this.#price.textContent = strings.refine.price(
      estimate.expected === null ? undefined : dollars(estimate.expected),
      estimate.max === null ? dollars(estimate.min) : interval(estimate),
    );
    const { state, model } = this.sender.composer;
    this.#source.textContent = strings.refine.source(
      this.#records.indexOf(this.#from) + 1,
      model.name,
      [state.values.size, state.values.quality, state.values.output_format].filter(Boolean),
      this.#from.turn !== undefined,
    );
    const errors = shown.filter(({ severity }) => severity === "error").length;
    this.#next = { request, said: this.said.value.trim(), record: this.#from, errors };
    this.#code.show();
    return errors > 0;
  }

  /** The settings of the tool are the form's: there they are mended. */
  #fixOf({ path }) {
    if (path?.[0] !== "tools" || path.length < 3) return undefined;
    return ({ path, fix }) => this.sender.composer.state.applyFix({ path: path.slice(2), fix });
  }

  async #say() {
    if (this.#check(true)) {
      this.said.focus();
      return;
    }
    if (!(await this.sender.ready())) return;
    const { values } = this.sender.composer.state;
    const asked = { said: this.said.value.trim(), from: this.#from.id, values: settingsOf(values) };
    await this.ask(asked);
  }

  /**
   * One turn.
   * @param {{ said: string, values: object, from?: number, anew?: boolean }} asked `anew`: from the picture itself, because
   *   the response before it is forgotten
   */
  async ask(asked, key) {
    const from = this.#from;
    const response = asked.anew ? undefined : from.turn?.response;
    const { said, values } = asked;
    const url = response === undefined ? await dataUrl(from.blob) : undefined;
    const request = turnRequest({ said, values, language: values.language_model, from: { response, url } });
    const { partial_images: _, language_model: language, ...settings } = values;
    await perform(this.sender, {
      operation: "respond",
      request,
      key,
      // A chain that cannot be found again after a reload cannot be asked for either.
      asked: from.id === undefined ? undefined : { ...asked, from: from.id },
      settings: values,
      run: {
        list: this.#list,
        last: true,
        request: { prompt: said, image: from.blob, size: settings.size },
        note: strings.refine.turn(this.#records.length + 1, this.#records.indexOf(from) + 1),
      },
      turn: { from: from.id, language: language ?? LANGUAGE_MODEL },
      onRecords: ([record]) => this.#drawn(record, said),
      again: (key) => {
        this.#from = from;
        return this.ask(asked, key);
      },
      instead: {
        code: "previous_response_not_found",
        text: strings.refine.anew,
        act: () => {
          this.#from = from;
          return this.ask({ ...asked, anew: true });
        },
      },
      refine: (record, card) => refineWithin(this, record, card),
    });
  }

  #drawn(record, said) {
    this.#records.push(record);
    // What was typed meanwhile is the next turn.
    if (this.said.value.trim() === said) this.said.value = "";
    this.goOnFrom(record);
    this.#tellSum();
  }

  addKept(record) {
    const run = new Run(
      this.#list,
      { prompt: record.prompt },
      {
        last: true,
        note: strings.refine.turn(
          this.#records.length + 1,
          this.#records.findIndex(({ id }) => id === record.turn?.from) + 1,
        ),
      },
    );
    run.show(record, { reuse: this.sender.reuse, refine: () => refineWithin(this, record) });
    this.#records.push(record);
    this.#tellSum();
  }

  #tellSum() {
    const known = this.#records.every(({ facts }) => facts.usd !== undefined);
    const usd = this.#records.reduce((sum, { facts }) => sum + (facts.usd ?? 0), 0);
    this.#sum.textContent = strings.refine.sum(this.#records.length, dollars(usd), known);
    announce(this.#sum.textContent);
  }
}

function refineWithin(conversation, record) {
  conversation.goOnFrom(record);
  conversation.focus();
}

/** What a turn is drawn with: the form's settings, without its prompt. */
function settingsOf({ prompt: _, ...values }) {
  return values;
}

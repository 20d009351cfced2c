// What is being composed: the form, and what the package says about it on every key stroke.

import { estimateCost, inspectRequest, migrate, normalize, validate } from "gpt-image-edge";

import { showChecks } from "./controls/checks.js";
import { showIssues } from "./controls/field.js";
import { buildForm } from "./controls/form.js";
import { showTotal } from "./cost/total.js";
import { setShown, write } from "./dom.js";
import { later } from "./later.js";
import * as strings from "./strings.js";

/** What the offer to move to another model answers. */
const ENDING = new Set(["model_ending", "model_retired"]);
/** What is mended by another model. */
const MOVING = new Set([...ENDING, "price_unknown"]);

const $ = (id) => document.getElementById(id);

/** What is known of the files. The module that decodes loads only for a mask whose header does not tell enough. */
async function known(request) {
  try {
    return await inspectRequest(request, { pixels: () => import("gpt-image-edge/pixels") });
  } catch {
    // Without a network there is no such module: then the headers have to do.
    return inspectRequest(request);
  }
}

/** Fires `update` when request, problems or estimate have changed. There are none before the first `update()`. */
export class Composer extends EventTarget {
  /** What is known of the files of the request. */
  context = {};
  /** What would be sent, what is wrong with it, and what it would cost. */
  request;
  issues;
  estimate;
  /** The problems that only the service has with a request, where it has any (cost/bound.js). */
  problemsOfService = () => [];
  /** Problems the worker found, beside those found here, until something changes. */
  #remote = [];
  #tried = false;
  #reading = 0;
  /** Those that `context` is about. */
  #pictures;
  /** Settles when the files have been read: what the package says is about them too. */
  read = Promise.resolve();

  constructor(state, catalogue) {
    super();
    this.state = state;
    this.catalogue = catalogue;
    state.values.model ??= catalogue.preferred.id;
    this.bill = document.querySelector(".bill");
    this.bill.addEventListener("toggle", () => this.#tellBill());
    this.refreshForm = buildForm($("fields"), state, catalogue);
    this.refreshForm(this.model, this.context);
    state.addEventListener("change", ({ detail }) => {
      this.#remote = [];
      this.update(detail?.typing);
    });
    state.addEventListener("files", () => {
      // What was known was about other files, or about another order of them. A mask leaves the pictures what they are.
      this.context = state.images === this.#pictures ? { images: this.context.images } : {};
      this.#pictures = state.images;
      this.read = this.#read();
    });
  }

  get model() {
    return this.catalogue.find(this.state.values.model) ?? this.catalogue.preferred;
  }

  async #read() {
    const mine = ++this.#reading;
    const read = this.state.images.length ? await known(this.state.request()) : {};
    // A later choice may have been read sooner.
    if (mine !== this.#reading) return;
    this.context = read;
    this.update();
  }

  /** From now on an empty prompt is a problem. Gives the first error, or undefined when the request may be sent. */
  attempt() {
    this.#tried = true;
    this.#remote = [];
    this.update();
    return this.issues.find(({ severity }) => severity === "error");
  }

  /** What the other side found in a field. */
  addRemote(issue) {
    this.#remote = [issue];
    this.update();
  }

  async #tellBill() {
    if (!this.bill.open) return;
    const loaded = await later(() => import("./cost/bill.js"));
    loaded?.showBill($("bill"), this.estimate);
  }

  async #apply(issue) {
    if (!issue.fix) {
      const loaded = await later(() => import("./controls/remedies.js"));
      return loaded?.mend(issue, this);
    }
    // Another model may take less than this one: its replacement comes with everything that has to change.
    if (!MOVING.has(issue.code)) return this.state.applyFix(issue);
    const target = issue.fix.value;
    return this.state.takeOver(migrate(this.state.operation, this.request, { ...this.context, target }).request);
  }

  /** @param {boolean} [typing] only the prompt is another: the other fields stand as they are */
  update(typing = false) {
    const { state, context } = this;
    state.values.model ??= this.catalogue.preferred.id;
    this.request = state.request();
    this.issues = validate(state.operation, this.request, context).issues;
    this.estimate = estimateCost(state.operation, this.request, context);
    this.issues.push(...this.problemsOfService(state.operation, this, this.catalogue));
    this.refreshForm(this.model, context, typing);
    // An empty prompt is where everybody begins: it is no problem before something was sent.
    const untouched = !state.values.prompt && !this.#tried;
    const shown = this.issues.filter(({ param }) => !(untouched && param === "prompt"));
    const issues = [...shown, ...this.#remote].map((issue) => ({ remedy: strings.remedy(issue), ...issue }));
    const apply = (issue) => this.#apply(issue);
    // What to move to stands beside the model already, with all that changes.
    showIssues(
      issues.map((issue) => (ENDING.has(issue.code) ? { ...issue, fix: undefined } : issue)),
      apply,
    );
    const applySafe = () => state.takeOver(normalize(state.operation, this.request, context).request);
    showChecks($("problems"), issues, { apply, applySafe });
    showTotal($("total"), this.estimate);
    this.#tellBill();
    const errors = issues.filter(({ severity }) => severity === "error").length;
    const jump = $("jump");
    setShown(jump, errors > 0);
    write(jump, strings.errorCount(errors));
    write($("send"), state.operation === "edit" ? strings.edit : strings.draw);
    this.dispatchEvent(new Event("update"));
  }
}

// Many requests at once: what they would cost before anything is sent, how far they are, and those that failed once more.

import { batchFile, estimateCost, validate } from "gpt-image-edge";

import { lacksBound } from "../cost/bound.js";
import { announce, dollars, el } from "../dom.js";
import { billing } from "../results/failure.js";
import * as strings from "../strings.js";
import markup from "./view.html";
import { formatOf, parse } from "./parse.js";
import { runAll } from "./run.js";

const $ = (id) => document.getElementById(id);
/** More rows than anybody reads make a page slow. */
const SHOWN = 200;
/** From so many characters on a text is read when the typing pauses. */
const LONG = 20_000;
const PAUSE_MS = 250;
const FINISHED = ["done", "failed"];

export class Batch {
  #items = [];
  #abort;
  #waiting;

  /**
   * @param {{ settings: () => object, config: object, nameOf: (id: string) => string, ready: () => boolean, client: () => object, keep: Function, onEnd: () => void }} acts `ready` asks for
   *   a token where there is none
   */
  constructor(acts) {
    this.acts = acts;
    $("view-batch").innerHTML = markup;
    $("batch-text").addEventListener("input", () => {
      clearTimeout(this.#waiting);
      if ($("batch-text").value.length < LONG) this.read();
      else this.#waiting = setTimeout(() => this.read(), PAUSE_MS);
    });
    $("batch-format").addEventListener("change", () => this.read());
    $("batch-file").addEventListener("change", async ({ currentTarget }) => {
      const [file] = currentTarget.files;
      $("batch-text").value = file ? await file.text() : "";
      currentTarget.value = "";
      this.read();
    });
    $("batch-start").addEventListener("click", () =>
      this.#start(this.#items.filter(({ status }) => status === "ready")),
    );
    $("batch-retry").addEventListener("click", () =>
      this.#start(this.#items.filter(({ status }) => status === "failed")),
    );
    $("batch-cancel").addEventListener("click", () => this.#abort?.abort());
    $("batch-download").addEventListener("click", () => this.#download());
    this.read();
  }

  /** Reads the text anew, with the settings of the form. */
  read() {
    if (this.#abort) return;
    const text = $("batch-text").value;
    const chosen = $("batch-format").value;
    const format = chosen === "auto" ? formatOf(text) : chosen;
    this.#items = parse(text, format, this.acts.settings()).map((found) => judge(found, this.acts));
    $("batch-settings").textContent = strings.batch.settings(format, this.acts.settings(), this.#items.length);
    this.#draw();
  }

  #draw() {
    const items = this.#items;
    const ready = items.filter(({ status }) => status !== "refused");
    const total = (key, from) => ready.reduce((sum, item) => sum + (item[from]?.[key] ?? 0), 0);
    const open = ready.some(({ estimate }) => estimate.expected === null);
    const halved = ready.filter(({ half }) => half !== undefined);
    $("batch-summary").hidden = items.length === 0;
    $("batch-total").replaceChildren(
      el(
        "strong",
        {},
        open ? strings.atLeast(dollars(total("min", "estimate"))) : dollars(total("expected", "estimate")),
      ),
      ` ${strings.batch.for(ready.length, items.length - ready.length)}`,
    );
    $("batch-half").textContent = halved.length
      ? strings.batch.half(dollars(halved.reduce((sum, { half }) => sum + half, 0)), halved.length)
      : ready.length > 0
        ? strings.batch.noHalf
        : "";
    $("batch-empty").hidden = items.length > 0;
    $("batch-rows").replaceChildren(...items.slice(0, SHOWN).map((item, index) => this.#row(item, index)));
    $("batch-more").textContent = items.length > SHOWN ? strings.batch.more(items.length - SHOWN) : "";
    $("batch-table").hidden = items.length === 0;
    this.#progress();
  }

  #row(item, index) {
    item.cell = el("td", { class: "batch-status" });
    this.#status(item);
    const { estimate } = item;
    return el(
      "tr",
      {},
      el("td", {}, String(index + 1)),
      el("td", { class: "batch-prompt" }, item.request?.prompt ?? strings.batch.unread),
      el("td", {}, estimate?.expected === null || !estimate ? "" : dollars(estimate.expected)),
      item.cell,
    );
  }

  #status(item) {
    const { cell, status, why, cost } = item;
    if (!cell) return;
    cell.className = `batch-status ${status}`;
    cell.replaceChildren(
      status === "done" && cost !== undefined ? strings.batch.done(dollars(cost)) : strings.batch.status[status],
      why ? el("small", {}, why) : "",
    );
  }

  #progress() {
    const count = (status) => this.#items.filter((item) => item.status === status).length;
    const [done, failed, ready] = ["done", "failed", "ready"].map(count);
    const running = Boolean(this.#abort);
    const started = running || done + failed > 0;
    const all = this.#items.filter(({ status }) => status !== "refused").length;
    Object.assign($("batch-progress"), { max: all || 1, value: done + failed });
    $("batch-progress-box").hidden = !started;
    const spent = this.#items.reduce((sum, { cost }) => sum + (cost ?? 0), 0);
    const unpriced = this.#items.filter(({ status, cost }) => status === "done" && cost === undefined).length;
    $("batch-told").textContent = strings.batch.progress(done, failed, all, dollars(spent), unpriced);
    $("batch-start").disabled = running || ready === 0;
    $("batch-start").textContent = strings.batch.start(ready);
    $("batch-start").hidden = ready === 0 && started;
    $("batch-retry").hidden = running || failed === 0;
    $("batch-retry").textContent = strings.batch.retry(failed);
    $("batch-cancel").hidden = !running;
    $("batch-download").disabled = all === 0;
    for (const id of ["batch-text", "batch-format", "batch-file"]) $(id).disabled = running;
  }

  async #start(items) {
    if (!(await this.acts.ready())) return;
    this.#abort = new AbortController();
    const { signal } = this.#abort;
    for (const item of items) Object.assign(item, { status: "waiting", why: undefined });
    this.#draw();
    const client = this.acts.client();
    const set = (item, values) => {
      Object.assign(item, values);
      this.#status(item);
      this.#progress();
    };
    const perform = async (item) => {
      set(item, { status: "running" });
      const begun = performance.now();
      // The same key for the same line: what may have been drawn is not paid again where answers are kept.
      item.key ??= crypto.randomUUID();
      try {
        const result = await client.generate(item.request, { signal, idempotencyKey: item.key });
        await this.acts.keep(result, item.request, (performance.now() - begun) / 1000);
        set(item, { status: "done", cost: result.cost?.usd });
      } catch (error) {
        if (billing(error) === "no") item.key = undefined;
        set(item, { status: "failed", why: error.message });
      }
    };
    const concurrency = Math.min(16, Math.max(1, Number($("batch-lanes").value) || 1));
    await runAll(items, { concurrency, signal, perform });
    this.acts.onEnd();
    // What was not begun when it was cancelled can be started again.
    for (const item of items) if (!FINISHED.includes(item.status)) item.status = "ready";
    this.#abort = undefined;
    this.#draw();
    announce($("batch-told").textContent);
  }

  /** The input file of the Batch API: half the price, within a day. */
  #download() {
    const lines = this.#items.filter(({ line }) => line).map(({ line }) => line);
    try {
      const url = URL.createObjectURL(new Blob([batchFile(lines)], { type: "application/jsonl" }));
      el("a", { href: url, download: "batch.jsonl" }).click();
      setTimeout(() => URL.revokeObjectURL(url), 60_000);
      announce(strings.batch.written(lines.length));
    } catch (error) {
      $("batch-half").textContent = error.message;
    }
  }
}

/** What is wrong with a request, what it costs, and its line for the Batch API where that takes it. */
function judge({ line: at, id, request, error }, { config, nameOf }) {
  if (error) return { status: "refused", why: strings.batch.line(at, error) };
  // One picture at a time is enough here, and previews are not shown.
  const { stream: _stream, partial_images: _partial, ...asked } = request;
  const first = validate("generate", asked).issues.find(({ severity }) => severity === "error");
  if (first) return { request: asked, status: "refused", why: strings.batch.line(at, first.message) };
  const estimate = estimateCost("generate", asked);
  if (lacksBound(config, estimate))
    return {
      request: asked,
      status: "refused",
      why: strings.batch.line(at, strings.noBound("generate", nameOf(estimate.model ?? asked.model))),
    };
  const line = {
    custom_id: id ?? `line-${at}`,
    method: "POST",
    url: "/v1/images/generations",
    body: asked,
  };
  const takes = validate("batch", line).ok;
  const half = takes ? estimateCost("batch", line).expected : null;
  return {
    request: asked,
    status: "ready",
    estimate,
    line: takes ? line : undefined,
    half: half ?? undefined,
  };
}

// What is left of the caller's budget, where the worker keeps one, and of the minute's rate limit, where a reply says so.

import { dollars } from "../dom.js";
import * as strings from "../strings.js";

const $ = (id) => document.getElementById(id);
/** From which share of the limit on what is left of it is shown. */
const SCARCE = 0.2;

export class Budget {
  #limited;
  #until = 0;

  /** @param {{ baseURL: string, token: () => string }} caller */
  constructor(caller) {
    this.caller = caller;
  }

  /** Asks anew. Nobody waits for it, and that it fails changes nothing. */
  async refresh() {
    const token = this.caller.token();
    if (!token) return;
    try {
      const reply = await fetch(`${this.caller.baseURL}/usage`, { headers: { authorization: `Bearer ${token}` } });
      if (!reply.ok) return;
      const { today } = await reply.json();
      $("budget").textContent = strings.budget(dollars(today.left_usd), dollars(today.budget_usd));
      $("budget").title = strings.budgetDetails(dollars(today.spent_usd), dollars(today.reserved_usd), today.resets);
      $("budget").hidden = false;
    } catch {
      // The next reply asks again.
    }
  }

  /** What a reply or an error says of the organisation's minute. */
  rate({ images, requests } = {}) {
    const left = images ?? requests;
    // While there is plenty, nobody needs to know.
    if (left?.remaining === undefined || left.remaining > (left.limit ?? 0) * SCARCE) return;
    this.#until = performance.now() + (left.reset_ms ?? 60_000);
    clearInterval(this.#limited);
    const show = () => {
      const seconds = Math.ceil((this.#until - performance.now()) / 1000);
      $("rate").hidden = seconds <= 0;
      $("rate").textContent = strings.rate(left.remaining, Boolean(images), seconds);
      if (seconds <= 0) clearInterval(this.#limited);
    };
    this.#limited = setInterval(show, 1000);
    show();
  }
}

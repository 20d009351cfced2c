// A token for somebody without an account: the operator's Turnstile widget takes them for a person, and the worker gives
// one for what the widget says. Nothing comes from another server before this is asked for.

import { button, el } from "../dom.js";
import * as strings from "../strings.js";

/** Source: Turnstile's reference "Client-side rendering". It must not come from anywhere else. */
const SCRIPT = "https://challenges.cloudflare.com/turnstile/v0/api.js?render=explicit";
let script;

function widget() {
  script ??= new Promise((resolve, reject) => {
    const onload = () => resolve(globalThis.turnstile);
    const onerror = () => reject(new Error(strings.person.notLoaded));
    document.head.append(el("script", { src: SCRIPT, onload, onerror }));
  }).catch((error) => {
    // Another try may work: there may be a network by then.
    script = undefined;
    throw error;
  });
  return script;
}

/**
 * Shows the widget until there is a token.
 * @param {{ baseURL: string, site_key: string, action: string, other: () => void }} asked `other`: somebody has a token
 * @returns {Promise<{ token: string, until: number } | undefined>} undefined where the person turned away
 */
export function anonymousToken({ baseURL, site_key: sitekey, action, other }) {
  return new Promise((resolve) => {
    let given;
    const place = el("div", { class: "widget" });
    const told = el("p", { class: "hint", role: "status" });
    const again = button(strings.again, () => show());
    const own = button(strings.person.own, () => {
      dialog.close();
      other();
    });
    const dialog = el(
      "dialog",
      { "aria-labelledby": "person-title", onclose: () => end() },
      el("h2", { id: "person-title" }, strings.person.title),
      el("p", {}, strings.person.why),
      place,
      told,
      el(
        "div",
        { class: "actions" },
        button(strings.cancel, () => dialog.close()),
        own,
        again,
      ),
    );
    let shown;
    const fail = (text) => {
      told.textContent = text;
      again.hidden = false;
    };
    const show = async () => {
      again.hidden = true;
      told.textContent = strings.person.waiting;
      try {
        const turnstile = await widget();
        if (shown !== undefined) return turnstile.reset(shown);
        if (!dialog.isConnected) return undefined;
        shown = turnstile.render(place, {
          ...{ sitekey, action, language: strings.locale, theme: "auto" },
          callback: swap,
          "error-callback": (code) => {
            fail(strings.person.failed(code));
            return true;
          },
          "timeout-callback": () => fail(strings.person.slow),
        });
      } catch (error) {
        fail(error.message);
      }
      return undefined;
    };
    const swap = async (answer) => {
      told.textContent = strings.person.waiting;
      try {
        const reply = await fetch(`${baseURL}/tokens/anonymous`, {
          method: "POST",
          headers: { "content-type": "application/json" },
          body: JSON.stringify({ turnstile: answer }),
        });
        const { token, expires_in: seconds, error } = await reply.json();
        if (!reply.ok) return fail(error?.message ?? strings.person.failed(reply.status));
        given = { token, until: Date.now() + seconds * 1000 };
        dialog.close();
      } catch {
        fail(strings.person.notLoaded);
      }
      return undefined;
    };
    const end = () => {
      resolve(given);
      if (shown !== undefined) globalThis.turnstile.remove(shown);
      dialog.remove();
    };
    document.body.append(dialog);
    dialog.showModal();
    show();
  });
}

// The next turn as code, below where it is said: written when somebody looks.

import { codePanel } from "../code/panel.js";
import { TURN, writtenTurn } from "../code/turn.js";
import { el } from "../dom.js";
import * as strings from "../strings.js";

/**
 * @param {string} baseURL of this worker
 * @param {string} name a word that no other conversation has
 * @param {() => { request: object, said: string, record: object, errors: number }} turn the next one
 */
export function turnCode(baseURL, name, turn) {
  const section = el("div", {});
  const panel = codePanel(section, baseURL, { languages: TURN, name });
  const element = el("details", { class: "turn-code", ontoggle: () => show() }, el("summary", {}, strings.stage.code));
  element.append(section);
  const show = () => {
    if (!element.open) return;
    const { request, said, record, errors } = turn();
    // A turn that goes on from a response names it; any other brings the picture along.
    const file = request.previous_response_id === undefined ? { name: record.name, type: record.blob.type } : undefined;
    panel.show(writtenTurn(request, said || strings.refine.placeholder, file), errors);
  };
  return { element, show };
}

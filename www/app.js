// The page: what was typed goes to the package, and what the package says goes to the page.

import init from "gpt-image-edge";

import { Catalogue } from "./catalogue.js";
import { Composer } from "./compose.js";
import { comparePrices, showComparison } from "./cost/compare.js";
import { el } from "./dom.js";
import { Gallery } from "./gallery/view.js";
import { Sender } from "./send.js";
import { tabs, views } from "./stage.js";
import { State } from "./state.js";
import { strings } from "./strings.js";

const $ = (id) => document.getElementById(id);

async function start() {
  const [config] = await Promise.all([fetch("config.json").then((reply) => reply.json()), init()]);
  const catalogue = new Catalogue();
  const state = new State();
  const composer = new Composer(state, catalogue);
  $("upstream").textContent = strings[config.upstream] ?? config.upstream;
  $("upstream").hidden = false;

  const showPrices = () =>
    showComparison($("prices"), comparePrices(catalogue, state.operation, composer.request, composer.context), {
      values: state.values,
      take: (model, quality, size) => state.assign({ model, quality, ...(size && { size }) }),
    });
  const panels = { prices: showPrices };
  const stage = tabs(document.querySelector(".tabs"), (name) => panels[name]?.());
  composer.addEventListener("update", () => panels[stage.selected]?.());

  /** A picture becomes the input; what is missing now is what to change in it. */
  const reuse = (file) => {
    state.setView("compose");
    state.setFiles({ images: [file] });
    $("field-prompt").focus();
    $("field-prompt").select();
  };
  const sender = new Sender(config, composer, { showResults: () => stage.select("results"), reuse });
  const gallery = new Gallery({
    reuse,
    takeSettings: (settings) => {
      state.setView("compose");
      state.replace(settings);
    },
  });
  sender.addEventListener("result", () => gallery.refresh());
  views(state, { gallery: () => gallery.refresh() });
  watchConnection();
  sender.listen();
  sender.tellLost();
  document.documentElement.dataset.ready = "";
  if ("serviceWorker" in navigator) navigator.serviceWorker.register("sw.js").catch(() => {});
}

function watchConnection() {
  const show = () => {
    $("offline").hidden = navigator.onLine;
    $("offline").textContent = navigator.onLine ? "" : strings.offline;
  };
  addEventListener("online", show);
  addEventListener("offline", show);
  show();
}

start().catch((error) => {
  document
    .querySelector("main")
    .prepend(el("p", { class: "failure", role: "alert" }, `${strings.failedToStart} ${error.message}`));
});

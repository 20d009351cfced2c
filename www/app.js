// The page: what was typed goes to the package, and what the package says goes to the page.

import init from "gpt-image-edge";

import { Catalogue } from "./catalogue.js";
import { Composer } from "./compose.js";
import { Budget } from "./cost/budget.js";
import { adopting, el, pause } from "./dom.js";
import { later } from "./later.js";
import { Sender } from "./send.js";
import { tabs, views } from "./stage.js";
import { State } from "./state.js";
import * as strings from "./strings.js";

const $ = (id) => document.getElementById(id);

/** The elements that the build of the page has made, in the order in which it made them; none where others came between. */
function standing(container) {
  const { made, count } = container.dataset;
  const all = container.querySelectorAll("*");
  if (all.length !== Number(count)) return [];
  // Each as the way from the one before it; none for what stands nowhere.
  let at = 0;
  return made.split(" ").map((way) => (way === "" ? undefined : all[(at += Number(way))]));
}

async function start() {
  const answer = fetch("config.json").then((reply) => reply.json());
  // Whoever waits for it below is told that it failed.
  answer.catch(() => {});
  await init();
  // Between the steps the page answers whoever uses it already.
  await pause();
  const catalogue = new Catalogue();
  await pause();
  const state = new State();
  const composer = adopting(standing($("fields")), () => new Composer(state, catalogue));
  await pause();
  composer.update();
  const config = await answer;
  await pause();
  if (config.requires_price_bound)
    later(() => import("./cost/bound.js")).then((loaded) => {
      if (!loaded) return;
      composer.problemsOfService = loaded.unbounded;
      composer.update();
    });
  $("upstream").textContent = strings.upstreams[config.upstream] ?? config.upstream;
  $("upstream").hidden = false;

  const baseURL = new URL(config.baseURL, location.href).href;
  let panels;
  const showPanel = async (name) => {
    if (name === "results") return;
    panels ??= later(() => import("./panels.js"));
    const loaded = await panels;
    if (!loaded) panels = undefined;
    else if (stage.selected === name) loaded.show(name, { composer, baseURL });
  };
  const stage = tabs(document.querySelector(".tabs"), showPanel);
  // What stands beside the form may follow a frame later: the key that is pressed must not wait for it.
  let asked = false;
  composer.addEventListener("update", () => {
    if (asked) return;
    asked = true;
    requestAnimationFrame(() => {
      asked = false;
      showPanel(stage.selected);
    });
  });

  /** A picture becomes the input; what is missing now is what to change in it. */
  const reuse = (file) => {
    state.setView("compose");
    state.setFiles({ images: [file] });
    $("field-prompt").focus();
    $("field-prompt").select();
  };
  const sender = new Sender(config, composer, { showResults: () => stage.select("results"), reuse });
  const budget = config.upstream !== undefined && new Budget({ baseURL, token: () => sender.token });
  let gallery;
  sender.addEventListener("result", ({ detail }) => {
    gallery?.refresh();
    if (!budget) return;
    budget.refresh();
    budget.rate(detail.rateLimit);
  });
  const openGallery = async () => {
    const loaded = await later(() => import("./gallery/view.js"));
    if (!loaded) return;
    gallery ??= new loaded.Gallery({
      reuse,
      refine: (id) => {
        state.setView("compose");
        sender.reopen(id);
      },
      takeSettings: (settings) => {
        state.setView("compose");
        state.replace(settings);
      },
    });
    await gallery.refresh();
    $("view-gallery").dataset.ready = "";
  };
  let batch;
  const openBatch = async () => {
    const loaded = await later(() => Promise.all([import("./batch/view.js"), import("./results/call.js")]));
    if (!loaded) return;
    const [{ Batch }, { store }] = loaded;
    // What pictures the form holds is not for a batch: it draws.
    const settings = () => {
      const { prompt: _prompt, ...values } = state.values;
      return values;
    };
    batch ??= new Batch({
      settings,
      config,
      nameOf: (id) => catalogue.find(id)?.name ?? id,
      ready: () => sender.ready(),
      client: () => sender.client(),
      keep: (result, request, seconds) => store(result, request, settings(), seconds),
      onEnd: () => budget && budget.refresh(),
    });
    batch.read();
    $("view-batch").dataset.ready = "";
  };
  views(state, { gallery: openGallery, batch: openBatch });
  watchConnection();
  sender.listen();
  if (budget) budget.refresh();
  globalThis.handOver();
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
  $("total").textContent = "";
  document
    .querySelector("main")
    .prepend(el("p", { class: "failure", role: "alert" }, `${strings.failedToStart} ${error.message}`));
});

// The page: what was typed goes to the package, and what the package says goes to the page.

import init, { estimateCost, ImageClient, inspectRequest, models, validate } from "./gpt-image-edge/index.js";

import { showBill } from "./controls/bill.js";
import { focusFirstError, issueItem, showIssues } from "./controls/field.js";
import { buildForm } from "./controls/form.js";
import { dollars, el } from "./dom.js";
import { Run } from "./results/run.js";
import { State } from "./state.js";
import { strings } from "./strings.js";

const $ = (id) => document.getElementById(id);
const TOKEN_KEY = "gpt-image-edge-token";

async function start() {
  const [config] = await Promise.all([fetch("config.json").then((reply) => reply.json()), init()]);
  const state = new State();
  const catalog = models();
  const defaultModel = catalog.find((model) => model.default) ?? catalog[0];
  state.values.model ??= defaultModel.id;
  const refresh = buildForm($("fields"), state, catalog);

  let context = {};
  let report;
  /** Problems the worker found, beside those found here, until something changes. */
  let remote = [];

  const apply = (issue) => {
    const [name] = issue.path ?? [];
    if (name === undefined) return;
    state.set(name === "stream" ? "partial_images" : name, issue.fix.value);
  };
  const update = () => {
    const request = state.request();
    report = validate(state.operation, request, context);
    const info =
      catalog.find((model) => model.id === request.model || model.snapshots?.includes(request.model)) ?? defaultModel;
    refresh(info);
    // An empty prompt is where everybody begins: it is no problem before something was sent.
    const untouched = !state.values.prompt && !$("compose").classList.contains("tried");
    const issues = [...report.issues.filter((issue) => !(untouched && issue.param === "prompt")), ...remote];
    const elsewhere = showIssues(issues, apply);
    const errors = issues.filter((issue) => issue.severity === "error").length;
    $("problems").replaceChildren(
      ...(issues.length ? [el("h3", {}, strings.problemsTitle(errors, issues.length - errors))] : []),
      el("ul", { class: "field-problems" }, ...elsewhere.map((issue) => issueItem(issue, apply))),
    );
    const estimate = estimateCost(state.operation, request, context);
    showBill($("bill"), estimate);
    const verb = state.operation === "edit" ? strings.edit : strings.draw;
    $("send").replaceChildren(
      verb,
      estimate.expected === null ? "" : el("span", { class: "price" }, strings.about(dollars(estimate.expected))),
    );
  };
  state.addEventListener("change", () => {
    remote = [];
    update();
  });
  let reading = 0;
  state.addEventListener("files", async () => {
    const mine = ++reading;
    const read = state.images.length ? await inspectRequest(state.request()) : {};
    // A later choice may have been read sooner.
    if (mine !== reading) return;
    context = read;
    update();
  });
  update();

  const token = () => config.token ?? sessionStorage.getItem(TOKEN_KEY) ?? "";
  setUpToken(config);
  $("upstream").textContent = strings[config.upstream] ?? config.upstream;
  $("upstream").hidden = false;

  let abort;
  $("cancel").addEventListener("click", () => abort?.abort());
  $("compose").addEventListener("submit", async (event) => {
    event.preventDefault();
    $("compose").classList.add("tried");
    remote = [];
    update();
    if (!report.ok) return focusFirstError();
    if (!token()) return $("token-dialog").showModal();
    abort = new AbortController();
    const request = state.request();
    const run = new Run($("runs"), request);
    $("empty").hidden = true;
    // On a phone the results are below the form.
    run.element.scrollIntoView({
      block: "nearest",
      behavior: matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth",
    });
    $("send").disabled = true;
    $("cancel").hidden = false;
    $("status").textContent = strings.drawing;
    try {
      const client = new ImageClient({
        baseURL: new URL(config.baseURL, location.href).href,
        apiKey: token(),
        dangerouslyAllowBrowser: true,
      });
      const result = await call(client, state.operation, request, abort.signal, run);
      $("status").textContent = run.showResult(result, (file) => state.setFiles({ images: [file] }));
    } catch (error) {
      run.showError(error);
      if (error.param) {
        remote = [{ severity: "error", param: error.param, message: error.message }];
        update();
      }
    } finally {
      $("send").disabled = false;
      $("cancel").hidden = true;
    }
  });
  document.documentElement.dataset.ready = "";
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

/** Where the operator's page brings no token, the person gives one. */
function setUpToken(config) {
  if (config.token) return;
  const dialog = $("token-dialog");
  $("token-open").hidden = false;
  $("token-open").addEventListener("click", () => dialog.showModal());
  dialog.addEventListener("close", () => {
    if (dialog.returnValue === "keep") sessionStorage.setItem(TOKEN_KEY, $("token").value.trim());
    $("token").value = "";
  });
}

start().catch((error) => {
  document
    .querySelector("main")
    .prepend(el("p", { class: "failure", role: "alert" }, `${strings.failedToStart} ${error.message}`));
});

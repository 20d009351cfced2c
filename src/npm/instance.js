// The one live instance of the module, and what happens when there is none.

import initGlue, { initSync } from "#glue";

import { compiled } from "./compile.js";
import { ImageApiError } from "./errors.js";

const NOT_READY =
  'gpt-image-edge is not ready: call and await its default export first: import init from "gpt-image-edge"; await init();';

/** The exports of the instance; undefined before the first and after a crash. */
let exports;
let pending;
/** What to do for every new instance. */
const starters = [];

/** Runs `work` with the exports whenever an instance starts. */
export function onStart(work) {
  starters.push(work);
}

function start(fresh) {
  exports = fresh;
  for (const work of starters) work(fresh);
}

/** Starts with a compiled module, at once. */
export function startSync(module) {
  if (!exports) start(initSync({ module }));
}

/**
 * Starts with whatever can become a module, once: calls while one is under way wait for the same.
 * @param {() => unknown} source gives the module, its bytes, its address or its Response, or a promise of one
 */
export function startAsync(source) {
  if (exports) return Promise.resolve();
  pending ??= (async () => {
    try {
      start(await initGlue({ module_or_path: await compiled(source()) }));
    } finally {
      pending = undefined;
    }
  })();
  return pending;
}

/** How an entry starts by itself, where it can only do so by waiting. */
let starter;

export function setStarter(work) {
  starter = work;
}

/** Waits for an instance: what has to wait anyway does not need `init()` to have been called. */
export async function ready() {
  if (exports === undefined && starter !== undefined) await starter();
}

/** Whether functions can be called. */
export const isReady = () => exports !== undefined;

/** The live exports, or undefined: before the first start, or because the module has crashed and its memory is gone with it. */
export const current = () => exports;

/** The live exports. */
export function live() {
  if (exports === undefined) throw new ImageApiError({ kind: "user", code: "not_ready", message: NOT_READY });
  return exports;
}

/**
 * What to throw after an exception came out of the module. No export throws by design, so the module has trapped and its
 * memory cannot be trusted: nobody may call it again. The next `init()` makes a new instance.
 */
export function crashed(cause) {
  exports = undefined;
  return new ImageApiError({
    kind: "crash",
    code: "crash",
    message: "gpt-image-edge has crashed, which is a bug in it; call and await init() to go on with a fresh instance",
    cause,
  });
}

// The one live instance of the second module. It knows nothing of the first: either may be loaded without the other.

import initGlue, { initSync } from "#pixels-glue";

import { compiled } from "../compile.js";
import { ImageApiError } from "../errors.js";

const NOT_READY =
  'gpt-image-edge/pixels is not ready: call and await its default export first: import init from "gpt-image-edge/pixels"; await init();';

/** The exports of the instance; undefined before the first and after a crash. */
let exports;
let pending;

/** Starts with a compiled module or its bytes, at once. */
export function startSync(module) {
  exports ??= initSync({ module });
}

/** Starts with whatever can become a module, once: calls while one is under way wait for the same. */
export function startAsync(module) {
  if (exports) return Promise.resolve();
  pending ??= (async () => {
    try {
      exports = await initGlue({ module_or_path: await compiled(module) });
    } finally {
      pending = undefined;
    }
  })();
  return pending;
}

/** Whether functions can be called. */
export const isReady = () => exports !== undefined;

/**
 * Runs `work` with the exports, and lets go of the picture afterwards. No export throws by design: when one does, the
 * instance has trapped and its memory cannot be trusted, so the next `init()` makes a new one.
 */
export function perform(work) {
  if (exports === undefined) throw new ImageApiError({ kind: "user", code: "not_ready", message: NOT_READY });
  try {
    const answer = work(exports);
    exports.release();
    return answer;
  } catch (cause) {
    exports = undefined;
    const message =
      "gpt-image-edge/pixels has crashed, which is a bug in it or a lack of memory; call and await init() to go on with a fresh instance";
    throw new ImageApiError({ kind: "crash", code: "crash", message, cause });
  }
}

// Where requests go: chosen by configuration alone, no caller can name a target.

import type { Settings } from "../env.ts";
import type { Call, Upstream } from "./call.ts";
import { openai } from "./openai.ts";
import { requestOf, wholeBody } from "./read.ts";
import { runware } from "./runware.ts";
import { sandbox } from "./sandbox.ts";
import type { UpstreamName } from "./settings.ts";

export type { Call, Upstream } from "./call.ts";

function named(name: UpstreamName, settings: Settings): Upstream {
  if (name === "runware") return runware(settings.runware);
  return name === "openai" ? openai(settings) : sandbox();
}

/** Where calls go: to the one upstream, or by their models where the operator said so. */
export function upstreamOf(settings: Settings): Upstream {
  const { upstream, modelUpstreams } = settings;
  if (modelUpstreams.size === 0) return named(upstream, settings);
  return {
    async send(call: Call): Promise<Response> {
      // A form has its model behind the files, so it is read whole before it is known whose it is.
      const body = await wholeBody(call);
      const { model } = await requestOf(call.contentType, body);
      const chosen = modelUpstreams.get(call.path === "/responses" ? "" : (model as string)) ?? upstream;
      return named(chosen, settings).send({ ...call, body });
    },
  };
}

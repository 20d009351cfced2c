// OpenAI's API, or what the operator put in its place. The only module that uses the key.

import type { Settings } from "../env.ts";
import { upstreamFailed } from "../errors.ts";
import { VERSION } from "../version.ts";
import { passOn } from "./reply.ts";
import type { Call, Upstream } from "./call.ts";

export function openai(settings: Settings): Upstream {
  const secrets = [settings.apiKey, settings.organization, settings.project].filter((secret) => secret !== undefined);
  return {
    async send({ path, contentType, body, id, signal }: Call): Promise<Response> {
      // Built from nothing: no header of the caller can reach the upstream.
      const headers = new Headers({
        accept: "application/json, text/event-stream",
        authorization: `Bearer ${settings.apiKey}`,
        "content-type": contentType,
        "user-agent": `gpt-image-edge/${VERSION}`,
      });
      if (settings.organization) headers.set("openai-organization", settings.organization);
      if (settings.project) headers.set("openai-project", settings.project);
      if (id !== undefined) headers.set("x-client-request-id", id);
      let reply: Response;
      try {
        // A redirect that is followed would carry the body, and on some runtimes the key, to an address nobody chose.
        const init: RequestInit = { method: "POST", headers, body, redirect: "manual", ...(signal && { signal }) };
        reply = await fetch(`${settings.baseURL}${path}`, init);
      } catch {
        // The reason may name the address; it is of no use to the caller.
        throw upstreamFailed("The upstream could not be reached.", "upstream_unreachable");
      }
      if (reply.status === 401) {
        await reply.body?.cancel();
        // To the caller a 401 would say that its own token is wrong.
        throw upstreamFailed(
          "The upstream refused this worker's key; its operator has to renew it.",
          "upstream_key_refused",
        );
      }
      return passOn(reply, secrets);
    },
  };
}

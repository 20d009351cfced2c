// The embedded upstream: real pictures without a key or a network.

import { createSandbox } from "../../sandbox/http/index.ts";
import { passOn } from "./reply.ts";
import type { Call, Upstream } from "./call.ts";

/** Made on first use: drawing needs a module of its own. */
let instance: ReturnType<typeof createSandbox> | undefined;

export function sandbox(): Upstream {
  return {
    async send({ path, contentType, body, fault, signal }: Call): Promise<Response> {
      instance ??= createSandbox();
      const headers = new Headers({ "content-type": contentType, authorization: "Bearer sandbox" });
      if (fault !== null) headers.set("x-sandbox-fault", fault);
      const init: RequestInit = { method: "POST", headers, body, ...(signal && { signal }) };
      return passOn(await instance.fetch(new Request(`https://sandbox.invalid/v1${path}`, init)));
    },
  };
}

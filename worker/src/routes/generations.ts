// POST /v1/images/generations

import type { Caller } from "../auth/caller.ts";
import { allowModel } from "../auth/token.ts";
import { checked } from "../check.ts";
import { readJson, refuseEarly } from "../json.ts";
import type { Upstream } from "../upstream/upstream.ts";

/** 32,000 characters of the prompt at twelve bytes each (a surrogate pair of escapes), and room for the rest. */
const MAX_BODY_BYTES = 512 * 1024;

export async function generations(request: Request, upstream: Upstream, caller: Caller): Promise<Response> {
  refuseEarly(request, MAX_BODY_BYTES);
  const body = checked("generate", await readJson(request, MAX_BODY_BYTES));
  allowModel(caller, body["model"] as string);
  return upstream.send({
    path: "/images/generations",
    contentType: "application/json",
    // Written anew, so that the upstream reads what was checked.
    body: JSON.stringify(body),
    fault: request.headers.get("x-sandbox-fault"),
  });
}

// Failures on request, in Runware's form. Their codes are its own where a source has them.

import { json } from "./errors.ts";
import { faultInPrompt, faultReply, parseFault, type Fault, type FaultName } from "./faults.ts";
import { live, type Scene } from "./scene.ts";
import type { Fields } from "./turns.ts";

export interface RunwareError {
  code: string;
  message: string;
  parameter?: string | string[];
  taskType?: unknown;
  taskUUID?: unknown;
  documentation?: string;
  status?: "error";
}

/** Codes of the SDK's own table of categories (Runware/runware-typescript, 2026-07-22). */
const ERRORS: Partial<Record<FaultName, [number, string, string]>> = {
  401: [401, "invalidApiKey", "Invalid API key. Get one at https://my.runware.ai/keys."],
  403: [403, "invalidApiKey", "The API key may not use this model."],
  404: [400, "invalidModel", "The model was not found."],
  429: [429, "rateLimitExceeded", "Too many requests; try again later."],
  quota: [402, "insufficientCredits", "Insufficient credits. Add more at https://my.runware.ai/wallet."],
  500: [500, "serverError", "The server had an error."],
  503: [503, "providerUnavailable", "The provider is not available."],
  moderation: [400, "contentPolicyViolation", "The prompt was refused by the provider's safety system."],
};

/** The fault that a call asks for. `take`: one that happens only once is used up. */
export function faultOf(scene: Scene, tasks: Fields[], take = false): Fault | undefined {
  const asked = scene.request.headers.get("x-sandbox-fault");
  const inPrompt = tasks.map(({ positivePrompt }) => faultInPrompt(String(positivePrompt ?? "")).fault).find(Boolean);
  const fault = (asked === null ? undefined : parseFault(asked)) ?? inPrompt;
  if (!fault) return undefined;
  return take || fault.once === undefined ? live(scene, fault) : fault;
}

/** A failure of the whole reply. */
export class RunwareFault extends Error {
  readonly fault: Fault;
  readonly about: Fields;

  constructor(fault: Fault, about: Fields) {
    super(fault.name);
    this.fault = fault;
    this.about = about;
  }

  /** The failure, where the fault is one that answers instead. */
  static of(fault: Fault, about: Fields): RunwareFault | undefined {
    const answers = fault.name in ERRORS || ["html", "redirect", "echo"].includes(fault.name);
    return answers ? new RunwareFault(fault, about) : undefined;
  }

  toResponse(headers: Headers, key: string | undefined): Response {
    const { fault, about } = this;
    const [status, code, message] = ERRORS[fault.name] ?? [400, "invalidParameter", `You sent ${key}.`];
    if (fault.name === "html" || fault.name === "redirect")
      return faultReply(fault, { headers, model: "", requestId: "", authorization: null })!;
    if (fault.name === "echo") headers.set("x-echo", key ?? "");
    if (fault.name === "429") headers.set("retry-after", String(Math.ceil((fault.ms ?? 1000) / 1000)));
    return json({ errors: [{ code, message, ...about }] }, status, headers);
  }
}

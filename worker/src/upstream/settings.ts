// Which upstream serves which model, and what Runware needs. All of it is the operator's.

/** Variables and secrets of the upstreams beside OpenAI. */
export interface UpstreamEnv {
  /** Models that go elsewhere than UPSTREAM, comma separated: `model=runware, other=openai`. */
  MODEL_UPSTREAMS?: string;
  /** The key of Runware's API. A secret: `wrangler secret put RUNWARE_API_KEY`. */
  RUNWARE_API_KEY?: string;
  /** Where Runware's API is. Default: Runware's. */
  RUNWARE_BASE_URL?: string;
  /** `sync` (default) waits on one connection; `async` asks for the result until it is there. */
  RUNWARE_DELIVERY?: string;
}

export const UPSTREAMS = ["sandbox", "openai", "runware"] as const;
export type UpstreamName = (typeof UPSTREAMS)[number];

/** The same after it was read. */
export interface UpstreamSettings {
  upstream: UpstreamName;
  /** Where single models go instead. */
  modelUpstreams: ReadonlyMap<string, UpstreamName>;
  runware: { baseURL: string; apiKey: string; asynchronous: boolean };
}

const RUNWARE_BASE_URL = "https://api.runware.ai/v1";

/** Reads them; `fault` is told what the operator has to mend. `isBaseURL` says which addresses a key may be sent to. */
export function upstreamSettings(
  env: UpstreamEnv & { UPSTREAM?: string },
  fault: (wrong: boolean, text: string) => void,
  isBaseURL: (text: string) => boolean,
): UpstreamSettings {
  const known = (name: string): name is UpstreamName => (UPSTREAMS as readonly string[]).includes(name);
  const names = `"sandbox", "openai" or "runware"`;
  const upstream = env.UPSTREAM || "sandbox";
  fault(!known(upstream), `UPSTREAM must be ${names}`);

  const modelUpstreams = new Map<string, UpstreamName>();
  for (const entry of (env.MODEL_UPSTREAMS ?? "").split(",")) {
    if (entry.trim() === "") continue;
    const [model = "", name = "", ...more] = entry.split("=").map((word) => word.trim());
    const good = model !== "" && known(name) && more.length === 0 && !modelUpstreams.has(model);
    fault(!good, `MODEL_UPSTREAMS must be entries such as model=runware, each model once, with ${names}`);
    if (good) modelUpstreams.set(model, name);
  }

  const used = new Set<string>([upstream, ...modelUpstreams.values()]);
  const apiKey = env.RUNWARE_API_KEY ?? "";
  fault(used.has("runware") && !apiKey, "RUNWARE_API_KEY is not set: wrangler secret put RUNWARE_API_KEY");
  fault(apiKey !== "" && !/^[\x21-\x7e]+$/.test(apiKey), "RUNWARE_API_KEY holds a character that no header takes");
  const baseURL = (env.RUNWARE_BASE_URL || RUNWARE_BASE_URL).replace(/\/+$/, "");
  fault(!isBaseURL(baseURL), "RUNWARE_BASE_URL must be an https address (or http on this machine) without query");
  const delivery = env.RUNWARE_DELIVERY || "sync";
  fault(delivery !== "sync" && delivery !== "async", `RUNWARE_DELIVERY must be "sync" or "async"`);
  return {
    upstream: known(upstream) ? upstream : "sandbox",
    modelUpstreams,
    runware: { baseURL, apiKey, asynchronous: delivery === "async" },
  };
}

// Asks Cloudflare whether a widget's token is good. Whatever is not a clear yes, from whomever, is a no.
// https://developers.cloudflare.com/turnstile/get-started/server-side-validation/ (2026-11)

import { forbidden, Refusal } from "../errors.ts";
import type { AnonymousSettings } from "./anonymous.ts";

/** No token is longer. Source: as above. */
export const MAX_TOKEN_CHARS = 2048;
const TIMEOUT_MS = 5_000;
const MAX_ANSWER_BYTES = 16 * 1024;
/** A token lives 300 s; clocks may differ. */
export const CHALLENGE_MS = 360_000;

/** Ends when the token is one of ours, of a page of ours, for this purpose, and fresh; throws the refusal otherwise. */
export async function verifyChallenge(
  token: string,
  address: string,
  { secretKey, hostnames, action, verifyURL }: AnonymousSettings,
): Promise<void> {
  const told = await ask(verifyURL, { secret: secretKey, response: token, remoteip: address });
  const time = typeof told["challenge_ts"] === "string" ? Date.parse(told["challenge_ts"]) : Number.NaN;
  const good =
    told["success"] === true &&
    typeof told["hostname"] === "string" &&
    hostnames.has(told["hostname"].toLowerCase()) &&
    told["action"] === action &&
    Math.abs(Date.now() - time) <= CHALLENGE_MS;
  // Which of them is wrong is nothing to whoever tries.
  if (!good) throw notVerified();
}

export const notVerified = (): Refusal =>
  forbidden("turnstile: the token is not good, or not good any more; solve a new one.", "not_verified");

async function ask(address: string, question: object): Promise<Record<string, unknown>> {
  try {
    const reply = await fetch(address, {
      method: "POST",
      headers: { "content-type": "application/json", accept: "application/json" },
      body: JSON.stringify(question),
      // It holds the secret.
      redirect: "manual",
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    if (reply.status !== 200) {
      await reply.body?.cancel();
      throw new Error(`status ${reply.status}`);
    }
    const told = JSON.parse(await short(reply)) as unknown;
    if (typeof told !== "object" || told === null) throw new Error("no object");
    return told as Record<string, unknown>;
  } catch (error) {
    console.error(JSON.stringify({ event: "turnstile_unreachable", reason: (error as Error).name }));
    const message = "Nobody can say now whether you are a person; try again in a moment.";
    throw new Refusal(503, { message, type: "server_error", code: "verification_unavailable" }, { "retry-after": "5" });
  }
}

/** A body that is not long. */
async function short(reply: Response): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  let length = 0;
  for await (const chunk of reply.body ?? []) {
    length += chunk.length;
    if (length > MAX_ANSWER_BYTES) throw new Error("the answer is too long");
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}

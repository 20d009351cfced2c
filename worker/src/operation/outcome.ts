// What an operation's end means for its money, as pure rules. Whatever is not provably unbilled is charged.

import type { ErrorFields } from "../errors.ts";
import type { Event } from "../ledger/rules.ts";

/** Refused before any work: the API bills nothing. All others are unclear. */
const UNBILLED = new Set([400, 401, 403, 404, 405, 413, 415, 422, 429]);

/** The meaning of an error status. 408, 409 and everything from 500 on may have been billed. */
export const ofStatus = (status: number): Event => ({ kind: UNBILLED.has(status) ? "void" : "lose" });

/** The meaning of a refusal that the upstream's module made, of a reply or before it sent anything. */
export const ofRefusal = ({ status, code }: { status: number; code?: string | null | undefined }): Event =>
  code === "upstream_key_refused" ? { kind: "void" } : ofStatus(status);

/** Codes of the safety system's refusals. Source: OpenAI's reference and error guide (2026-11-20). */
const MODERATION = new Set(["moderation_blocked", "content_policy_violation", "image_content_policy_violation"]);

/** Whether the upstream refused what was asked for: that tells of the one who asked. */
export const isModeration = ({ code, moderation_details }: ErrorFields): boolean =>
  moderation_details !== undefined || (typeof code === "string" && MODERATION.has(code));

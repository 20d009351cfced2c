// What is known while one call is answered, and what the sandbox remembers between calls.

import { randomHex, type Memory } from "./memory.ts";
import type { Fault } from "./faults.ts";

/** How a sandbox behaves. */
export interface SandboxOptions {
  /** The key callers must send; any is accepted when unset, and none too. */
  apiKey?: string;
  /**
   * The day it plays, as `YYYY-MM-DD`: models that have ended by then answer 404. Default: today. A demo that should
   * outlive a model pins a day on which it was served.
   */
  today?: string;
  /** Between the events of a stream, in milliseconds. Default 150. */
  pauseMs?: number;
  /**
   * Whether files must be declared as what they are, as the API demands: `application/octet-stream` and parts without
   * a type are refused. Default: what the bytes are counts.
   */
  strictTypes?: boolean;
  /** How long an asynchronous Runware task takes, in milliseconds. Default 1500. */
  asyncMs?: number;
  /** The most bytes of a body. Default 100,000,000. */
  maxBodyBytes?: number;
}

/** One call, and what the sandbox is at the time. */
export interface Scene {
  request: Request;
  options: SandboxOptions;
  spent: Set<string>;
  window: RateWindow;
  begin: number;
  requestId: string;
  memory: Memory;
}

/** The fault, unless it was to happen only once and has. */
export function live({ spent }: Scene, fault: Fault | undefined): Fault | undefined {
  if (fault?.once === undefined) return fault;
  if (spent.has(fault.once)) return undefined;
  spent.add(fault.once);
  return fault;
}

/** The time it plays, in milliseconds since 1970. */
export function now({ today }: SandboxOptions): number {
  const pinned = today === undefined ? Number.NaN : Date.parse(`${today}T12:00:00Z`);
  return Number.isNaN(pinned) ? Date.now() : pinned;
}

/** The id of a reply. */
export const requestId = (): string => `req_${randomHex(16)}`;

/** The headers that every reply carries. */
export function commonHeaders(scene: Scene): Headers {
  const { requests, reset } = scene.window.state();
  return new Headers({
    "openai-organization": "org-sandbox",
    "openai-processing-ms": String(Math.max(1, Date.now() - scene.begin)),
    "openai-version": "2020-10-01",
    "x-request-id": scene.requestId,
    "x-ratelimit-limit-requests": String(LIMIT),
    "x-ratelimit-remaining-requests": String(requests),
    "x-ratelimit-reset-requests": reset,
  });
}

/** Images per minute that the headers tell of: those of tier 5. Nothing is refused for them. */
const LIMIT = 250;

/** The organisation's minute, as the headers tell of it. */
export class RateWindow {
  #used = 0;
  #at = 0;

  take(images: number): void {
    this.#drain();
    this.#used = Math.min(LIMIT, this.#used + images);
  }

  state(): { requests: number; reset: string } {
    this.#drain();
    const ms = Math.round((this.#used / LIMIT) * 60_000);
    // A Go duration, as the API writes it.
    const reset = ms < 1000 ? `${ms}ms` : `${Math.floor(ms / 60_000) > 0 ? "1m" : ""}${(ms % 60_000) / 1000}s`;
    return { requests: Math.floor(LIMIT - this.#used), reset };
  }

  #drain(): void {
    const now = Date.now();
    this.#used = Math.max(0, this.#used - ((now - this.#at) / 60_000) * LIMIT);
    this.#at = now;
  }
}

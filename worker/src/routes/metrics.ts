// GET /metrics for the operator, in Prometheus' text format (https://prometheus.io/docs/instrumenting/exposition_formats/).

import type { Env } from "../env.ts";
import { ask } from "../ledger/client.ts";
import { toUsd } from "../money.ts";
import { VERSION } from "../version.ts";

type Sample = [labels: Record<string, string>, value: number];

export async function metrics(env: Env): Promise<Response> {
  const { states, models, totals, balanced, holds } = await ask(env, (ledger) => ledger.state());
  const text = [
    metric("build_info", "gauge", "The worker's version.", [[{ version: VERSION }, 1]]),
    metric(
      "operations",
      "gauge",
      "Operations in the ledger by state; resolved ones are kept for two days.",
      states.map(({ state, calls }) => [{ state }, calls]),
    ),
    metric(
      "unknown_usd",
      "gauge",
      "Charged for calls of which nobody knows whether they were billed.",
      states.filter(({ state }) => state === "unknown").map(({ charged }) => [{}, toUsd(charged)]),
    ),
    metric("excess_usd", "gauge", "Billed beyond the reservation: the price table is wrong where this is not 0.", [
      [{}, toUsd(states.reduce((sum, { excess }) => sum + excess, 0))],
    ]),
    metric(
      "spent_usd",
      "gauge",
      "Spent by all callers, by day (UTC).",
      totals.map(({ day, posted }) => [{ day }, toUsd(posted)]),
    ),
    metric(
      "reserved_usd",
      "gauge",
      "Held back for running calls, by day (UTC).",
      totals.map(({ day, pending }) => [{ day }, toUsd(pending)]),
    ),
    metric(
      "model_calls",
      "gauge",
      "Charged calls of the last 40 days by model.",
      models.map(({ model, calls }) => [{ model }, calls]),
    ),
    metric(
      "model_usd",
      "gauge",
      "Spent in the last 40 days by model.",
      models.map(({ model, charged }) => [{ model }, toUsd(charged)]),
    ),
    metric(
      "model_stopped",
      "gauge",
      "1 for each model that is stopped because a bill passed its bound.",
      holds.stopped.map((model) => [{ model }, 1]),
    ),
    metric("suspended_callers", "gauge", "Callers that are suspended for what they asked for.", [
      [{}, holds.suspended],
    ]),
    metric("revocations", "gauge", "Tokens and callers whose tokens were called back and could still live.", [
      [{}, holds.revoked],
    ]),
    metric("ledger_balanced", "gauge", "1 when the ledger's counters are the sums of its rows.", [
      [{}, balanced ? 1 : 0],
    ]),
  ];
  return new Response(text.join(""), { headers: { "content-type": "text/plain; version=0.0.4; charset=utf-8" } });
}

function metric(name: string, type: string, help: string, samples: Sample[]): string {
  const full = `gpt_image_edge_${name}`;
  const lines = samples.map(([labels, value]) => {
    const pairs = Object.entries(labels).map(([label, text]) => `${label}=${JSON.stringify(text)}`);
    return `${full}${pairs.length > 0 ? `{${pairs.join(",")}}` : ""} ${value}\n`;
  });
  return `# HELP ${full} ${help}\n# TYPE ${full} ${type}\n${lines.join("")}`;
}

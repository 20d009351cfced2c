// What the worker and the upstream say of each intent when all is over.

import { usageOf } from "./account.ts";
import type { Posted, Upstream } from "./book.ts";
import type { Outcome } from "./callers.ts";
import { asked } from "./calls.ts";
import type { World } from "./workerd.ts";

/** A promise that was not kept, and how. */
export type Finding = [
  promise: "overspent" | "unbalanced" | "lost" | "twice" | "unsettled" | "untold" | "unusable",
  what: string,
];

interface Books {
  world: World;
  upstream: Upstream;
  outcomes: Outcome[];
  tokens: string[];
}

interface Operation {
  status: string;
  cost: { charged_usd: number | null };
  error: { charged?: boolean } | null;
  result: string | null;
}

/** The API refuses these before any work: a call that ended so may be made again. */
const isRefused = ({ status }: Posted) => status >= 400 && status < 500;

export async function audit({ world, upstream, outcomes, tokens }: Books): Promise<Finding[]> {
  const findings: Finding[] = [];
  const get = (path: string, token: string) =>
    fetch(world.address + path, { headers: { authorization: `Bearer ${token}` } });
  const charged = new Map<string, number>();

  for (const { intent, answers } of outcomes) {
    const token = tokens[intent.caller]!;
    const names = new Set(answers.map(({ operation }) => operation));
    if (intent.keyed && names.size > 1)
      findings.push(["twice", `${intent.key} was answered by ${names.size} operations`]);
    for (const { operation, text } of answers) {
      // What was acknowledged is still there, to the byte.
      const reply = await get(`/v1/operations/${operation}`, token);
      const { status, cost, result } = (await reply.json()) as Operation;
      if (status !== "completed" || !cost?.charged_usd || !result) {
        findings.push(["lost", `${operation} of ${intent.key} was acknowledged and is ${status}`]);
        continue;
      }
      charged.set(operation, Math.round(cost.charged_usd * 1e9));
      const kept = await (await get(result, token)).text();
      if (!kept.endsWith(text.slice(text.lastIndexOf("event:") < 0 ? 0 : text.lastIndexOf("event:"))))
        findings.push(["lost", `the answer of ${operation}, of ${intent.key}, is another one now`]);
    }
  }

  // Nobody else asks from here on: what the same key brings now is what it will always bring.
  for (const { intent } of outcomes.filter(({ intent }) => intent.keyed)) {
    const token = tokens[intent.caller]!;
    const { path, init } = asked(intent, token, true);
    const billed = () =>
      upstream.book
        .filter((post) => post.key === intent.key && post.billed > 0)
        .reduce((sum, post) => sum + post.billed, 0);
    if (billed() === 0) continue;
    const reply = await fetch(world.address + path, init);
    const operation = reply.headers.get("x-operation-id");
    const text = await reply.text().catch(() => "");
    if (!operation) {
      findings.push(["untold", `${intent.key} is billed, and its key gets ${reply.status} ${text.slice(0, 120)}`]);
      continue;
    }
    const { status, cost, error } = (await (await get(`/v1/operations/${operation}`, token)).json()) as Operation;
    const nano = Math.round((cost?.charged_usd ?? 0) * 1e9);
    charged.set(operation, nano);
    if (status === "running") findings.push(["unsettled", `${operation} of ${intent.key}`]);
    if (nano < billed()) findings.push(["lost", `${intent.key} is billed ${billed()} and charged ${nano}`]);
    if (status === "failed" && error?.charged !== nano > 0)
      findings.push(["untold", `${operation} costs ${nano}, and its error says charged: ${error?.charged}`]);
  }

  for (const { intent, attempts } of outcomes) {
    const posts = upstream.book.filter((post) => post.key === intent.key && !isRefused(post));
    if (posts.length > (intent.keyed ? 1 : attempts))
      findings.push(["twice", `${intent.key} was sent ${posts.length} times: ${JSON.stringify(posts)}`]);
  }
  // The operations that are known by name cannot have cost more than all of them together.
  const all = (await Promise.all(tokens.map((token) => usageOf(world, token)))).reduce(
    (sum, { spent }) => sum + spent,
    0,
  );
  const known = [...charged.values()].reduce((sum, value) => sum + value, 0);
  if (known > all) findings.push(["lost", `operations cost ${known}, and their callers have spent ${all}`]);
  return findings;
}

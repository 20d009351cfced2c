// A process that must not outlive the one that started it, however that one ends.

import type { ChildProcess } from "node:child_process";
import { constants } from "node:os";

const children = new Set<ChildProcess>();

/** Ends a child when this process does. */
export function endsWithUs(child: ChildProcess): void {
  listen();
  children.add(child);
  child.once("exit", () => children.delete(child));
}

let listening = false;
function listen(): void {
  if (listening) return;
  listening = true;
  process.once("exit", () => {
    for (const child of children) child.kill("SIGKILL");
  });
  // A signal that nobody hears ends a process without its `exit`.
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const)
    process.once(signal, () => process.exit(128 + constants.signals[signal]));
}

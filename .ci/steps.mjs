// One line per step: what it does, and how long it took. Used by the set-up, the build, `npm start` and `npm test`.

import { spawn } from "node:child_process";
import { constants, getPriority, setPriority } from "node:os";

/** How long something took, for a person: "0.4 s", "2 min 5 s". */
export function duration(ms) {
  const seconds = ms / 1000;
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  return `${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s`;
}

/** A failure whose message is all a person needs; no stack trace is printed for it. */
export class StepError extends Error {}

/** The title of the step whose line is not finished; another step that begins meanwhile takes a line of its own. */
let open;

/** Runs `work` and prints what it did and how long it took. `work` may return a note for the line. */
export async function step(title, work) {
  const start = performance.now();
  const write = (text) => process.stdout.write(text);
  write(`${open ? "\n" : ""}  ${title} …`);
  open = title;
  const end = (text) => {
    if (open !== title) write(`${open ? "\n" : ""}  ${title}`);
    else if (process.stdout.isTTY) write(`\r\x1b[2K  ${title}`);
    write(`: ${text}\n`);
    open = undefined;
  };
  try {
    const note = await work();
    end(`${typeof note === "string" ? `${note}, ` : ""}${duration(performance.now() - start)}`);
    return note;
  } catch (error) {
    end(`failed after ${duration(performance.now() - start)}`);
    throw error;
  }
}

/**
 * Runs a command and gives what it printed. Quiet while all is well; on failure the error carries the output's end.
 * `echo: true` shows the output as it comes. `behind: true` lets everything else on the machine go first.
 */
export function run(command, args, { cwd, env, echo = false, behind = false } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd, env, stdio: ["ignore", "pipe", "pipe"] });
    // Never before what this process itself may: that would be refused.
    if (behind && child.pid) setPriority(child.pid, Math.max(getPriority(), constants.priority.PRIORITY_BELOW_NORMAL));
    let output = "";
    const keep = (stream, sink) =>
      stream.on("data", (chunk) => {
        output += chunk;
        if (echo) sink.write(chunk);
      });
    keep(child.stdout, process.stdout);
    keep(child.stderr, process.stderr);
    child.on("error", (error) => reject(new StepError(`${command} cannot be started: ${error.message}`)));
    child.on("close", (code, signal) => {
      if (code === 0) return resolve(output);
      const tail = echo ? "" : `\n${output.split("\n").slice(-40).join("\n")}`;
      const failure = new StepError(`${[command, ...args].join(" ")} ended with ${signal ?? `code ${code}`}${tail}`);
      failure.output = output;
      reject(failure);
    });
  });
}

// Keeps an answer in JSON.

import { parsed } from "./events.ts";
import { broken, settlement, type Run } from "./run.ts";
import { Skimmer } from "./skim.ts";

export async function keepJson(run: Run, chunks: AsyncGenerator<Uint8Array, void>): Promise<void> {
  const { log } = run;
  const skimmer = new Skimmer();
  // The last byte waits: without it no JSON is complete, and nobody is told of a result that is not settled.
  let last: Uint8Array = new Uint8Array();
  try {
    for await (const chunk of chunks) {
      if (chunk.length === 0) continue;
      skimmer.feed(chunk);
      log.append(last);
      log.append(chunk.slice(0, -1));
      last = chunk.slice(-1);
    }
    const { usage, data, output } = parsed(skimmer.text());
    if (usage === undefined && data === undefined && output === undefined)
      throw new Error("no JSON object of the API, or one that is cut off");
    await run.settle(settlement(run, usage), null, usage);
    log.append(last);
    log.close("closed");
  } catch (error) {
    await run.settle({ kind: "lose" }, { status: 502, fields: broken(error) });
    log.close("broken");
  }
}

// `generate` and `edit`.

import { estimateCost, ImageClient, validate } from "../node.js";
import { clientOptions, inspect, requestOf, UsageError } from "./arguments.js";
import { namesOf, save } from "./files.js";
import { amount, issueLines } from "./show.js";

export const generate = (options) => draw("generate", options);
export const edit = (options) => draw("edit", options);

/** Says what is wrong and what it will cost; whether it may be sent. */
export async function announce(operation, request, values) {
  const context = await inspect(request);
  const report = validate(operation, request, context);
  for (const line of issueLines(report.issues)) console.error(line);
  if (!report.ok && !values.force) {
    console.error("Not sent; --force sends it all the same.");
    return false;
  }
  console.error(`expected ${amount(estimateCost(operation, request, context))}`);
  return true;
}

async function draw(operation, options) {
  const { values } = options;
  const request = await requestOf(options);
  if (operation === "edit" && request.image === undefined && request.images === undefined)
    throw new UsageError("edit needs --image FILE");
  const client = new ImageClient(clientOptions(values));
  if (!(await announce(operation, request, values))) return 1;
  const names = await namesOf(values.out, request.prompt);
  const files = [];
  let last;
  const stop = new AbortController();
  process.once("SIGINT", () => stop.abort("interrupted"));
  const signal = stop.signal;
  if (request.partial_images > 0) {
    const { n, ...single } = request;
    if (n > 1) throw new UsageError("partial images come with one picture only: leave out -n");
    const events =
      operation === "edit" ? client.editStream(single, { signal }) : client.generateStream(single, { signal });
    for await (const event of events) {
      const part = event.type === "partial_image" ? `partial-${event.partial_image_index}` : undefined;
      files.push(await save(event.image, names, part));
      console.error(`${event.type === "completed" ? "finished" : "partial"}: ${files.at(-1)}`);
      last = event;
    }
  } else {
    last = await client[operation](request, { signal });
    for (const [index, image] of last.images.entries())
      files.push(await save(image, names, last.images.length > 1 ? index + 1 : undefined));
  }
  const { size, quality, cost, requestId, operationId } = last;
  if (values.json)
    console.log(JSON.stringify({ files, size, quality, usage: last.usage, usd: cost?.usd, requestId, operationId }));
  else {
    for (const file of files) console.log(file);
    console.error(`cost ${cost ? `$${cost.usd_text}` : "unknown"}${requestId ? `, request ${requestId}` : ""}`);
  }
  return 0;
}

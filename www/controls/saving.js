// What one input picture costs, and how much less it would in fewer pixels.

import { estimateCost } from "gpt-image-edge";

/** The longest edges that are tried, the largest first. */
const EDGES = [2048, 1792, 1536, 1280, 1024, 896, 768, 640, 512];
/** Less than this is not worth a button. */
const WORTH = 0.05;

/** Tokens and dollars of one picture, as the only one of the request; undefined where nothing is published. */
export function costOfImage(request, facts) {
  if (!facts?.width) return undefined;
  const { mask: _mask, markup: _markup, ...alone } = request;
  const { items } = estimateCost("edit", { ...alone, image: new Blob() }, { images: [facts] });
  const item = items.find(({ kind }) => kind === "image_input");
  if (!item || item.usd.expected === null) return undefined;
  return { tokens: item.tokens?.expected ?? undefined, usd: item.usd.expected };
}

/** The largest size that costs noticeably less: `{ width, height, usd }`, with what is saved; undefined when none does. */
export function saving(request, facts) {
  const now = costOfImage(request, facts);
  if (!now?.usd) return undefined;
  const longest = Math.max(facts.width, facts.height);
  for (const edge of EDGES.filter((edge) => edge < longest)) {
    const [width, height] = [facts.width, facts.height].map((side) => Math.max(1, Math.round((side * edge) / longest)));
    const usd = now.usd - (costOfImage(request, { ...facts, width, height })?.usd ?? now.usd);
    if (usd >= now.usd * WORTH) return { width, height, usd };
  }
  return undefined;
}

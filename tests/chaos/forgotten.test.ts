// A call that bought nothing leaves nothing on disk: nobody would ever look for it there, and callers can make any number.

import assert from "node:assert/strict";
import { test } from "node:test";

import { tokenOf, VARS } from "./account.ts";
import { startUpstream } from "./book.ts";
import { asked, type Kind } from "./calls.ts";
import { tablesOf } from "./disk.ts";
import { bundle, World } from "./workerd.ts";

const KINDS: Kind[] = ["json", "stream", "large form"];
/** By the ledger, before anything is sent; and by the upstream, which bills nothing then. */
const REFUSED = { "an empty budget": { budget: 1e-6 }, "a refusal of the upstream": { budget: 1, fault: "429" } };

test("calls that bought nothing leave no tables", async () => {
  const upstream = await startUpstream(() => 1);
  const world = await World.make(await bundle(), { ...VARS, UPSTREAM_BASE_URL: `${upstream.address}/v1` });
  try {
    await world.start();
    const send = async (kind: Kind, sub: string, budget: number, fault?: string) => {
      const { path, init } = asked(
        { kind, key: `${sub}-${kind}`.replaceAll(/\W+/g, "-"), fault },
        await tokenOf(world, { sub, budget }),
        true,
      );
      const reply = await fetch(world.address + path, init);
      await reply.text();
      return reply.status;
    };
    for (const [sub, { budget, fault }] of Object.entries<{ budget: number; fault?: string }>(REFUSED))
      for (const kind of KINDS) assert.equal(await send(kind, sub, budget, fault), 429, `${sub}, ${kind}`);
    // The control: what was bought is found, and it alone.
    for (let time = 0; (await send("json", `bought ${time}`, 1)) !== 200; time++);
    await world.kill();
    const found = tablesOf(world.disk);
    assert.equal(found.length, 1, JSON.stringify(found));
    assert.ok(found[0]!.includes("answer"));
  } finally {
    await world.close();
    await upstream.close();
  }
});

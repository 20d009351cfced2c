// What Lighthouse says of the page, but for speed: that is measured by `npm run lighthouse` and hangs on the machine.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { audit, failed } from "../page/audit.mjs";
import { shared } from "./server.mjs";

const NAMES = ["accessibility", "best-practices", "seo"];
let server;

before(async () => {
  server = await shared();
});
after(() => server.stop());

for (const form of ["mobile", "desktop"])
  test(`Lighthouse gives 100 for accessibility, best practices and search engines: ${form}`, async () => {
    const lhr = await audit(server.address, form, NAMES);
    assert.equal(lhr.runtimeError, undefined);
    const scores = NAMES.map((name) => [name, lhr.categories[name].score]);
    assert.deepEqual(
      scores,
      NAMES.map((name) => [name, 1]),
      failed(lhr).join("\n"),
    );
  });

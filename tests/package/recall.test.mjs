// `validate` and `estimateCost` remember their answers (src/npm/recall.js), and `validate` has tables of what a model accepts
// (src/npm/accepted.js). What they say must be what the module would say, so requests made at random are compared with what
// it says when it is asked each time.

import assert from "node:assert/strict";
import { test } from "node:test";

import { estimateCost, extendCatalog, models, validate } from "../../pkg/node.js";
import { dice, FIELDS, randomRequest } from "./requests.mjs";

/** With a context that says something, the module itself is always asked. */
const afresh = (operation, request) => validate(operation, request, { batch: false });

for (const operation of ["generate", "edit"])
  test(`what is remembered of ${operation} requests is what the rules say`, () => {
    const roll = dice(0x9e3779b9);
    const ids = models().map(({ id }) => id);
    let again = 0;
    const seen = new Set();
    for (let round = 0; round < 60; round++) {
      const sets = [
        FIELDS.filter(() => roll(6) === 0),
        FIELDS.filter(() => roll(3) === 0),
        ["stream", "partial_images"],
        ["background", "output_format", "output_compression"],
        ["size", "quality", "n"],
      ];
      const some = [ids[roll(ids.length)], ids[roll(ids.length)]];
      for (let count = 0; count < 300; count++) {
        const request = randomRequest(roll, sets, some);
        const expected = afresh(operation, request);
        assert.deepEqual(validate(operation, request), expected, JSON.stringify(request).slice(0, 300));
        for (const nothing of [{}, { today: undefined }])
          assert.deepEqual(validate(operation, request, nothing), expected, JSON.stringify(request).slice(0, 300));
        const price = estimateCost(operation, request, {});
        assert.deepEqual(estimateCost(operation, request), price, JSON.stringify(request).slice(0, 300));
        const { prompt, ...values } = request;
        const key = JSON.stringify([round, Object.entries(values).sort()]);
        again += seen.has(key) ? 1 : 0;
        seen.add(key);
      }
    }
    assert.ok(again > 1000, `${again} requests had been seen before: too few to recall any`);
  });

test("a changed catalogue is a new start", () => {
  const id = models().find(({ status }) => status === "current").id;
  const request = { model: id, prompt: "a lighthouse", quality: "low" };
  const before = validate("generate", request);
  validate("generate", request);
  extendCatalog([{ id, shutdown_on: "2020-01-01" }]);
  assert.deepEqual(validate("generate", request), afresh("generate", request));
  assert.notDeepEqual(validate("generate", request), before);
});

test("a report is the caller's own", () => {
  const request = { prompt: "a lighthouse", n: 40, size: "1000x1000" };
  const report = validate("generate", request);
  const expected = structuredClone(report);
  for (const issue of report.issues) {
    issue.path.push("x");
    if (issue.allowed !== undefined) issue.allowed.min = -1;
    if (issue.fix !== undefined) issue.fix.value = -1;
  }
  report.issues.length = 1;
  assert.deepEqual(validate("generate", request), expected);
  const price = estimateCost("generate", request);
  const before = structuredClone(price);
  for (const item of price.items) item.usd.max = item.kind = -1;
  price.notes.push("x");
  assert.deepEqual(estimateCost("generate", request), before);
});

test("what inherits its fields, or changes while it is read, is asked of the module", () => {
  const { id } = models().findLast(({ status }) => status === "current");
  const request = { model: id, prompt: "a lighthouse", n: 2 };
  for (let count = 0; count < 3; count++) assert.equal(validate("generate", request).ok, true);
  assert.equal(validate("generate", Object.create(request)).ok, false);
  assert.equal(validate("generate", [request]).ok, false);
  assert.equal(validate("generate", { ...request, n: undefined }).ok, true);
  assert.equal(validate("generate", { ...request, n: "2" }).ok, false);
  assert.equal(validate("generate", { ...request, toJSON: () => ({}) }).ok, false);
});

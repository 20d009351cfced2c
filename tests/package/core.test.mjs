// `gpt-image-edge/core`: the Images API in a smaller module. What it has is what the whole package has.

import assert from "node:assert/strict";
import { test } from "node:test";

import * as core from "../../pkg/core/node.js";
import * as whole from "../../pkg/node.js";
import { dice, FIELDS, randomRequest } from "./requests.mjs";

test("it has a part of what the package has, under the same names", () => {
  const names = Object.keys(core);
  assert.deepEqual(
    names.filter((name) => !(name in whole)),
    [],
  );
  assert.ok(names.length < Object.keys(whole).length);
});

test("it says of requests what the package says", () => {
  const roll = dice(0x2545f491);
  const ids = whole.models().map(({ id }) => id);
  let problems = 0;
  for (let round = 0; round < 2000; round++) {
    const fields = FIELDS.filter(() => roll(4) === 0);
    const request = randomRequest(roll, [fields], ids);
    for (const operation of ["generate", "edit"]) {
      const report = whole.validate(operation, request);
      problems += report.issues.length;
      assert.deepEqual(core.validate(operation, request), report);
      assert.deepEqual(core.normalize(operation, request), whole.normalize(operation, request));
      assert.deepEqual(core.estimateCost(operation, request), whole.estimateCost(operation, request));
    }
  }
  assert.ok(problems > 1000);
});

test("it has the same catalogue and the same prices", () => {
  assert.deepEqual(core.models(), whole.models());
  const usage = {
    input_tokens: 300,
    output_tokens: 272,
    total_tokens: 572,
    input_tokens_details: { text_tokens: 100, image_tokens: 200 },
  };
  const priced = whole.models().filter(({ prices }) => prices.length > 0);
  assert.ok(priced.length > 3);
  for (const { id } of priced) assert.deepEqual(core.costFromUsage(id, usage), whole.costFromUsage(id, usage));
});

test("it builds the same requests", async () => {
  const image = new Blob([new Uint8Array(100)], { type: "image/png" });
  for (const [operation, request] of [
    ["generate", { model: "gpt-image-2", prompt: "a lighthouse", n: 2 }],
    ["edit", { model: "gpt-image-2", prompt: "a hat", images: [{ image_url: "https://example.com/a.png" }] }],
  ]) {
    const [ours, theirs] = [core, whole].map(({ buildRequest }) => buildRequest(operation, request));
    assert.equal(ours.url, theirs.url);
    assert.equal(await ours.text(), await theirs.text());
  }
  const form = await core.buildRequest("edit", { model: "gpt-image-2", prompt: "a hat", image }).formData();
  assert.deepEqual([...form.keys()].toSorted(), ["image", "model", "prompt"]);
});

test("what it does not know it refuses by name", () => {
  for (const operation of ["respond", "runware", "batch"])
    assert.throws(() => core.validate(operation, {}), {
      name: "ImageApiError",
      code: "invalid_argument",
      message: `operation: "${operation}" is none; allowed are "generate", "edit"`,
    });
});

test("the errors of each are errors of the other", () => {
  const caught = (edge) => {
    try {
      edge.validate("draw", {});
    } catch (error) {
      return error;
    }
    return undefined;
  };
  assert.ok(whole.ImageApiError.isInstance(caught(core)));
  assert.ok(core.ImageApiError.isInstance(caught(whole)));
});

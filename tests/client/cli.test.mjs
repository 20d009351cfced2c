// The command line, as a person or a script runs it.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "node:test";
import { fileURLToPath } from "node:url";

import { completed, drawn, edge, partial, PNG, refused, serve, stream } from "./server.mjs";

const CLI = fileURLToPath(new URL("../../pkg/cli.js", import.meta.url));
/** A model without an end that says what it costs and how it streams. */
const { id: model } = edge
  .models()
  .find(
    ({ id, params, shutdown_on }) =>
      shutdown_on === undefined &&
      params.partial_images?.max > 0 &&
      edge.estimateCost("generate", { model: id, prompt: "x" }).expected !== null,
  );
const png = Buffer.from(PNG, "base64");

/** A folder of its own, and a way to run commands in it against a server. */
async function bench(t, answer = () => drawn()) {
  const folder = await mkdtemp(join(tmpdir(), "gpt-image-edge-"));
  t.after(() => rm(folder, { recursive: true }));
  const server = await serve(t, answer);
  const env = { ...process.env, OPENAI_BASE_URL: server.baseURL, OPENAI_API_KEY: "token" };
  const run = (args, { input = "", signal, env: more } = {}) =>
    new Promise((resolve, reject) => {
      const child = spawn(process.execPath, [CLI, ...args], { cwd: folder, env: { ...env, ...more } });
      let out = "";
      let err = "";
      child.stdout.on("data", (chunk) => (out += chunk));
      child.stderr.on("data", (chunk) => (err += chunk));
      child.on("error", reject);
      child.on("close", (code) => resolve({ code, out, err }));
      // A command that is wrong ends without reading.
      child.stdin.on("error", () => undefined);
      child.stdin.end(input);
      signal?.addEventListener("abort", () => child.kill(signal.reason));
    });
  return { folder, run, ...server };
}

test("generate writes the picture under a name of its own and says what it cost", async (t) => {
  const { run, folder, requests } = await bench(t);
  const args = ["generate", "A crème", "brûlée!", "--model", model, "--size", "1024x1024", "-n", "1"];
  const { code, out, err } = await run(args);
  assert.deepEqual([code, out], [0, "a-creme-brulee.png\n"]);
  assert.match(err, /^expected \$\d/);
  assert.match(err, /cost \$0\.\d+, request req_1/);
  assert.deepEqual(await readFile(join(folder, "a-creme-brulee.png")), png);
  assert.deepEqual(JSON.parse(requests[0].body), {
    prompt: "A crème brûlée!",
    model,
    size: "1024x1024",
    n: 1,
  });
  assert.equal(requests[0].headers.authorization, "Bearer token");
  assert.equal((await run(args)).out, "a-creme-brulee-2.png\n", "nothing is overwritten");
});

test("what a command leaves out is what it says is taken: the model is named and priced", async (t) => {
  const { run, folder, requests } = await bench(t);
  const usual = edge.models().find((model) => model.default).id;
  for (const args of [["generate"], ["edit", "--image", "a.png"]]) {
    await writeFile(join(folder, "a.png"), png);
    const { code, err } = await run([...args, "a cat", "--quality", "low"]);
    assert.equal(code, 0, err);
    assert.match(err, new RegExp(`"${usual}" is taken`));
    assert.match(err, /cost \$0\.\d+/);
    assert.ok(requests.at(-1).body.includes(usual));
  }
  assert.match((await run(["estimate", "a cat", "--quality", "low"])).out, new RegExp(`^\\$.*, by ${usual}\n`));
  await writeFile(join(folder, "two.txt"), "a cat\na dog\n");
  assert.match((await run(["batch", "two.txt", "--quality", "low"])).out, /^2 done, 0 failed, 0 left, \$0\.0\d+/);
});

test("what is looked at is what would be sent: partial images stream, and the file's name says its format", async (t) => {
  const { run, requests } = await bench(t, () => stream([partial(0), completed()]));
  const args = [
    "x",
    "--model",
    model,
    "--quality",
    "low",
    "--size",
    "1024x1024",
    "--partial-images",
    "1",
    "-o",
    "cat.jpg",
  ];
  const checked = await run(["validate", ...args]);
  assert.deepEqual([checked.code, checked.out], [0, ""]);
  const { out } = await run(["estimate", ...args]);
  const drawing = await run(["generate", ...args]);
  assert.ok(drawing.err.startsWith(`expected ${out.split(",")[0]}`), `${drawing.err}: ${out}`);
  assert.equal(JSON.parse(requests[0].body).output_format, "jpeg");
  const clear = await run(["validate", ...args, "--background", "transparent"]);
  assert.deepEqual([clear.code, /transparent/.test(clear.out)], [1, true]);
});

test("it says which version it is", async (t) => {
  const { run } = await bench(t);
  assert.match((await run(["--version"])).out, /^\d+\.\d+\.\d+\n$/);
});

test("without a key the command is wrong", async (t) => {
  const { run } = await bench(t);
  const { code, err } = await run(["generate", "x", "--model", model], {
    env: { OPENAI_API_KEY: "", OPENAI_BASE_URL: "" },
  });
  assert.equal(code, 2);
  assert.match(err, /OPENAI_API_KEY is not set/);
});

test("partial images are written as they come", async (t) => {
  const { run } = await bench(t, () => stream([partial(0), completed()]));
  const { code, out } = await run(["generate", "x", "--model", model, "--partial-images", "1", "-o", "out/cat.png"]);
  assert.deepEqual([code, out], [0, `${join("out", "cat-partial-0.png")}\n${join("out", "cat.png")}\n`]);
});

test("edit sends the files", async (t) => {
  const { run, folder, requests } = await bench(t);
  for (const name of ["a.png", "b.png"]) await writeFile(join(folder, name), png);
  const { code, out } = await run(["edit", "snow", "--model", model, "--image", "a.png", "--image", "b.png", "--json"]);
  assert.equal(code, 0);
  assert.deepEqual(JSON.parse(out).files, ["snow.png"]);
  assert.equal(requests[0].path, "/v1/images/edits");
  assert.equal(requests[0].body.match(/filename="[ab]\.png"/g).length, 2);
});

test("what a check refuses is not sent", async (t) => {
  const { run, requests } = await bench(t);
  const { code, err } = await run(["generate", "x", "--model", model, "--quality", "ultra"]);
  assert.equal(code, 1);
  assert.match(err, /^error: quality: /m);
  assert.equal(requests.length, 0);
  assert.equal((await run(["generate", "x", "--model", model, "--quality", "ultra", "--force"])).code, 0);
  assert.equal(requests.length, 1);
});

test("a refusal ends with its words and 1", async (t) => {
  const { run } = await bench(t, () => refused(401, { message: "bad key", code: "invalid_api_key" }));
  const { code, out, err } = await run(["generate", "x", "--model", model]);
  assert.deepEqual([code, out], [1, ""]);
  assert.match(err, /bad key \(auth invalid_api_key\)/);
});

test("wrong commands say what there is, and end with 2", async (t) => {
  const { run } = await bench(t);
  for (const [args, expected] of [
    [["draw"], /"draw" is no command; there are generate, edit, batch/],
    [["constructor"], /is no command/],
    [["generate", "x", "--sise", "auto"], /--sise/],
    [["generate", "x", "-n", "two"], /--n: "two" is no number/],
    [["edit", "x"], /--image/],
    [["batch"], /one file/],
    [["chroma-key", "a.png"], /two files/],
    [["chroma-key", "a.png", "b.jpg"], /\.png or \.webp/],
  ]) {
    const { code, err } = await run(args);
    assert.equal(code, 2, args.join(" "));
    assert.match(err, expected);
  }
  assert.match((await run(["help"])).out, /edit PROMPT --image FILE/);
  const missing = await run(["edit", "x", "--image", "nowhere.png"]);
  assert.equal(missing.code, 1);
  assert.match(missing.err, /nowhere\.png/);
});

test("chroma-key writes a transparent picture, and overwrites nothing", async (t) => {
  const { run, folder } = await bench(t);
  await writeFile(join(folder, "a.png"), png);
  const { code, out, err } = await run(["chroma-key", "a.png", "b.webp", "--color", "#00ff00", "--json"]);
  assert.equal(code, 0, err);
  const { file, width, format } = JSON.parse(out);
  assert.deepEqual([file, width, format], ["b.webp", 1, "webp"]);
  assert.equal(edge.inspectImage(await readFile(join(folder, "b.webp"))).format, "webp");
  const again = await run(["chroma-key", "a.png", "b.webp"]);
  assert.equal(again.code, 1);
  assert.match(again.err, /EEXIST/);
  const text = await run(["chroma-key", "batch.txt", "c.png"]);
  assert.equal(text.code, 1);
});

test("estimate, validate and models send nothing", async (t) => {
  const { run, requests } = await bench(t);
  const request = { model, prompt: "x", size: "1024x1024", quality: "low" };
  const estimate = await run(["estimate", "--request", "-", "--json"], { input: JSON.stringify(request) });
  assert.deepEqual(JSON.parse(estimate.out), JSON.parse(JSON.stringify(edge.estimateCost("generate", request))));
  assert.match((await run(["estimate", "x", "--model", model, "--quality", "low"])).out, /^\$\d/);
  const valid = await run(["validate", "x", "--model", model]);
  assert.deepEqual([valid.code, valid.out], [0, ""]);
  const invalid = await run(["validate", "x", "--model", model, "--quality", "ultra", "--json"]);
  assert.equal(invalid.code, 1);
  assert.equal(JSON.parse(invalid.out).issues[0].param, "quality");
  const models = (await run(["models"])).out;
  for (const { id } of edge.models()) assert.ok(models.includes(id));
  assert.deepEqual(requests, []);
});

test("a batch of prompts and requests, each line with its picture", async (t) => {
  const { run, folder, requests } = await bench(t);
  await writeFile(join(folder, "prompts.txt"), "a cat\n\n  a dog  \n");
  const text = await run(["batch", "prompts.txt", "--model", model, "--quality", "low"]);
  assert.equal(text.code, 0, text.err);
  assert.match(text.out, /^2 done, 0 failed, 0 left, \$0\.\d+, in prompts-images\n$/);
  assert.deepEqual((await readdir(join(folder, "prompts-images"))).toSorted(), [
    "1-a-cat.png",
    "3-a-dog.png",
    "batch.jsonl",
  ]);
  assert.deepEqual(
    requests.map(({ body }) => JSON.parse(body)).toSorted((a, b) => a.prompt.localeCompare(b.prompt)),
    ["a cat", "a dog"].map((prompt) => ({ model, quality: "low", prompt })),
  );

  const other = await run(["batch", "prompts.txt", "--model", model, "--quality", "low", "--background", "opaque"]);
  assert.match(other.out, /^2 done/, "other settings are other requests");

  await writeFile(join(folder, "a.png"), png);
  const lines = [
    { prompt: "x", model },
    { prompt: "y", model, image: "a.png" },
    { custom_id: "1", method: "POST", url: "/v1/images/generations", body: { model, prompt: "z" } },
  ];
  await writeFile(join(folder, "work.jsonl"), lines.map((line) => JSON.stringify(line)).join("\n"));
  const { code, out, err } = await run(["batch", "work.jsonl", "--out", "made", "--json", "--tier", "3"]);
  assert.equal(code, 0, err);
  assert.deepEqual(
    { ...JSON.parse(out), usd: 0 },
    { done: 3, failed: 0, left: 0, before: 0, usd: 0, unpriced: 0, folder: "made" },
  );
});

test("a batch goes on where it stopped, with the same keys, and repeats what failed only when told", async (t) => {
  let healthy = false;
  const { run, folder, requests } = await bench(t, (_, number) => {
    const { prompt } = JSON.parse(requests[number].body);
    if (healthy || prompt === "a") return drawn();
    return prompt === "b" ? refused(400, { code: "moderation_blocked" }) : refused(401, { code: "invalid_api_key" });
  });
  await writeFile(join(folder, "work.txt"), "a\nb\nc\nd\n");
  const args = ["batch", "work.txt", "--model", model, "--concurrency", "1", "--json"];
  const first = await run(args);
  assert.equal(first.code, 1);
  const counts = ({ out }) => (({ done, failed, left, before }) => [done, failed, left, before])(JSON.parse(out));
  assert.deepEqual(counts(first), [1, 1, 2, 0]);
  assert.match(first.err, /work\.txt:2: no\n/);
  assert.match(first.err, /stopped: no\n/);
  assert.equal(requests.length, 3);

  healthy = true;
  const second = await run(args);
  assert.deepEqual(counts(second), [2, 0, 0, 2]);
  assert.match(second.err, /1 of those failed or were cut off; --retry repeats them/);
  const third = await run([...args, "--retry"]);
  assert.deepEqual(counts(third), [1, 0, 0, 3]);
  assert.deepEqual(
    requests.map(({ body }) => JSON.parse(body).prompt),
    ["a", "b", "c", "c", "d", "b"],
  );
  const keys = requests.map(({ headers }) => headers["idempotency-key"]);
  assert.deepEqual([keys[2] === keys[3], keys[1] === keys[5], new Set(keys).size], [true, true, 4]);
  assert.deepEqual(counts(await run(args)), [0, 0, 0, 4]);
});

test("a batch that is ended by force knows what was under way", async (t) => {
  let hanging = true;
  const hang = new Promise(() => {});
  const killed = new AbortController();
  const { run, folder, requests } = await bench(t, async (_, number) => {
    if (!hanging || number === 0) return drawn();
    // The first picture is kept by now, or will be in a moment.
    while (!(await readFile(join(folder, "work-images/batch.jsonl"), "utf8")).includes('"done"'));
    killed.abort("SIGKILL");
    return hang;
  });
  await writeFile(join(folder, "work.txt"), "a\nb\nc\n");
  const args = ["batch", "work.txt", "--model", model, "--concurrency", "1", "--json"];
  await run(args, { signal: killed.signal });
  hanging = false;
  const second = await run(args);
  assert.match(second.err, /1 of those failed or were cut off/);
  assert.equal(JSON.parse(second.out).done, 1);
  const third = await run([...args, "--retry"]);
  assert.equal(JSON.parse(third.out).done, 1);
  assert.deepEqual(
    requests.map(({ body }) => JSON.parse(body).prompt),
    ["a", "b", "c", "b"],
  );
  assert.equal(requests[1].headers["idempotency-key"], requests[3].headers["idempotency-key"]);
});

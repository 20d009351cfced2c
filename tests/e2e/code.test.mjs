// The code the page shows is run: curl and JavaScript against the sandbox, Python with a stand-in that tells what it was given.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readFile, readdir, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";

import { root } from "../../.ci/setup.mjs";
import { PICTURE_TIMEOUT_MS, RESULT, drawn } from "./actions.mjs";
import { photograph } from "./browser.mjs";
import { LOOKS, accessible, site } from "./site.mjs";

const running = site();
const code = running.part("Code");
const run = promisify(execFile);

/** Prompts that every language has to quote in its own way. */
const PROMPT = `a cat's "life" $HOME \`id\` \\n 100% \u{1F408}\nin two lines; -- @file base64,`;
const CASES = {
  plain: { hash: { prompt: PROMPT, size: "1536x1024", quality: "low", output_format: "webp" } },
  edit: { hash: { prompt: PROMPT, size: "1024x1024", quality: "low" }, files: ["one.png", "two; quoted, name.webp"] },
  stream: { hash: { prompt: "a boat", size: "1024x1024", quality: "low", partial_images: "2" } },
};
const TURN_HASH = { size: "1024x1024", quality: "low", output_format: "webp" };

/** What a panel of code shows, in every language. */
async function everyLanguage(page, panel) {
  const code = {};
  for (const language of ["curl", "edge", "openai", "python"]) {
    await panel.locator(`label.choice:has(input[name$="-language"][value="${language}"])`).click();
    code[language] = await panel.locator("code").innerText();
  }
  return code;
}

/** What the page shows for a request, and the photos that it reads. */
async function shown(open, { hash, files = [] }) {
  const { page, close } = await open({ hash });
  const photos = [];
  for (const [at, name] of files.entries()) {
    const type = `image/${name.split(".").pop()}`;
    photos.push({ ...(await photograph(page, { width: 640, height: 480, type, seed: at })), name });
  }
  if (photos.length) {
    await page.setInputFiles("#image-files", photos);
    await page.waitForSelector(".thumb-text small:has-text('×')");
  }
  await page.click("#tab-code");
  const code = await everyLanguage(page, page.locator("#code"));
  await close();
  return { code, photos };
}

/** An empty folder in which `gpt-image-edge` and `openai` are installed, with the photos in it. */
async function folder(t, photos) {
  const place = await mkdtemp(join(tmpdir(), "code-"));
  t.after(() => rm(place, { recursive: true, force: true }));
  await mkdir(join(place, "node_modules"));
  await symlink(join(root, "pkg"), join(place, "node_modules", "gpt-image-edge"));
  await symlink(join(root, "node_modules", "openai"), join(place, "node_modules", "openai"));
  for (const { name, buffer } of photos) await writeFile(join(place, name), buffer);
  return place;
}

const isPicture = (bytes) => /^(\x89PNG|RIFF....WEBP)/s.test(bytes.toString("latin1", 0, 12));

async function pictures(place) {
  const names = (await readdir(place)).filter((name) => /^(picture|partial)/.test(name)).sort();
  for (const name of names) assert.ok(isPicture(await readFile(join(place, name))), `${name} is a picture`);
  return names;
}

/** Runs the call of a shell and gives the reply, or the kinds of the events. What takes a reply apart needs jq: not run. */
async function shell(t, code, photos, stream) {
  const place = await folder(t, photos);
  const env = { ...process.env, IMAGES_TOKEN: running.token };
  await run("bash", ["-euc", code.split("\n\n")[0]], { cwd: place, env });
  if (!stream) return JSON.parse(await readFile(join(place, "reply.json"), "utf8"));
  return (await readFile(join(place, "events.txt"), "utf8")).match(/(?<=^event: ).*/gm);
}

/** Runs a program that draws; gives the names of its pictures. */
async function node(t, code, photos) {
  const place = await folder(t, photos);
  await writeFile(join(place, "draw.mjs"), code);
  await run(process.execPath, ["draw.mjs"], { cwd: place, env: { ...process.env, IMAGES_TOKEN: running.token } });
  return pictures(place);
}

/**
 * A stand-in for OpenAI's Python package: it writes down what it was given, and answers with one pixel. Where the real one
 * is not installed, this is as far as the code can be run.
 */
const PYTHON = `
import json, types
PIXEL = "iVBORw0KGgo="
def told(verb, given):
    files = lambda value: value[0] if isinstance(value, tuple) else [item[0] for item in value]
    given = {key: files(value) if key in ("image", "mask") else value for key, value in given.items()}
    print(json.dumps({"verb": verb, "given": given}))
class Images:
    def _call(self, verb, given):
        told(verb, given)
        picture = types.SimpleNamespace(b64_json=PIXEL, type="image.completed", partial_image_index=0)
        return [picture] if given.get("stream") else types.SimpleNamespace(data=[picture])
    def generate(self, **given):
        return self._call("generate", given)
    def edit(self, **given):
        return self._call("edit", given)
class Responses:
    def create(self, **given):
        told("respond", given)
        message = types.SimpleNamespace(type="message")
        drawn = types.SimpleNamespace(type="image_generation_call", result=PIXEL)
        response = types.SimpleNamespace(id="resp_1", output=[message, drawn])
        partial = types.SimpleNamespace(
            type="response.image_generation_call.partial_image", partial_image_b64=PIXEL, partial_image_index=0)
        done = types.SimpleNamespace(type="response.completed", response=response)
        return [partial, done] if given.get("stream") else response
class OpenAI:
    def __init__(self, base_url, api_key):
        self.images = Images()
        self.responses = Responses()
`;
const hasPython = await run("python3", ["--version"]).then(
  () => true,
  () => false,
);

/** What the stand-in was given, and the pictures that were made of its answer. */
async function snake(t, code, photos) {
  const place = await folder(t, photos);
  await writeFile(join(place, "openai.py"), PYTHON);
  await writeFile(join(place, "draw.py"), code);
  const { stdout } = await run("python3", ["draw.py"], { cwd: place, env: { ...process.env, IMAGES_TOKEN: "t" } });
  return { ...JSON.parse(stdout.split("\n")[0]), names: await pictures(place) };
}

for (const [name, request] of Object.entries(CASES))
  code(`the code draws: ${name}`, async ({ open, t }) => {
    const { code, photos } = await shown(open, request);
    const { stream, format } = { stream: name === "stream", format: request.hash.output_format ?? "png" };
    const expected = stream ? ["partial-0.png", "partial-1.png", "picture.png"] : [`picture-1.${format}`];
    const [reply, ...drawn] = await Promise.all([
      shell(t, code.curl, photos, stream),
      node(t, code.edge, photos),
      node(t, code.openai, photos),
    ]);
    assert.deepEqual(drawn, [expected, expected]);
    if (stream) assert.equal(reply.length, 3);
    else {
      assert.ok(isPicture(Buffer.from(reply.data?.[0].b64_json ?? "", "base64")), JSON.stringify(reply).slice(0, 300));
      assert.equal(reply.size, request.hash.size);
    }

    await t.test("in Python", { skip: !hasPython && "python3 is not installed" }, async (t) => {
      const { verb, given, names } = await snake(t, code.python, photos);
      assert.equal(verb, photos.length ? "edit" : "generate");
      const { model: _model, ...told } = given;
      const { partial_images: partial, ...asked } = request.hash;
      assert.deepEqual(told, {
        ...asked,
        ...(partial && { partial_images: Number(partial), stream: true }),
        ...(photos.length && { image: photos.map((photo) => photo.name) }),
      });
      assert.equal(names.length, 1);
    });
  });

code("the code of a turn draws: from a picture, from the turn before, and in a stream", async ({ open, t }) => {
  const { page, close } = await open({ hash: TURN_HASH });
  const sent = [];
  page.on("request", (one) => one.url().endsWith("/v1/responses") && sent.push(one.postDataJSON()));
  await drawn(page, "a harbour");
  const [file] = await Promise.all([
    page.waitForEvent("download"),
    page.locator(".picture a[download]").first().click(),
  ]);
  const photos = [{ name: file.suggestedFilename(), buffer: await readFile(await file.path()) }];
  await page.locator(".run figcaption button", { hasText: "Refine" }).click();
  const panel = page.locator(".turn-code");
  await panel.locator("summary").click();
  const cases = {};
  await page.fill(".refine textarea", PROMPT);
  assert.match(await panel.innerText(), /a-harbour\.webp is the picture as Download saves it\./);
  cases["from a picture"] = { code: await everyLanguage(page, panel), photos };
  await page.click(".refine button[type=submit]");
  await page.waitForSelector(`.turns ${RESULT}`, { timeout: PICTURE_TIMEOUT_MS });
  await page.fill(".refine textarea", PROMPT);
  cases["from a turn"] = { code: await everyLanguage(page, panel), photos: [] };
  await page.evaluate(() => (location.hash += "&partial_images=2"));
  await page.waitForFunction(() => document.querySelector(".turn-code code").textContent.includes("stream"));
  cases["in a stream"] = { code: await everyLanguage(page, panel), photos: [] };
  await close();

  for (const [name, { code, photos }] of Object.entries(cases))
    await t.test(name, async (t) => {
      const stream = name === "in a stream";
      const [reply, edge, openai, python] = await Promise.all([
        shell(t, code.curl, photos, stream),
        node(t, code.edge, photos),
        node(t, code.openai, photos),
        hasPython && snake(t, code.python, photos),
      ]);
      const previews = stream ? ["partial-0.webp", "partial-1.webp"] : [];
      assert.deepEqual(edge, [...previews, stream ? "picture.webp" : "picture-1.webp"]);
      assert.deepEqual(openai, [...previews, "picture-1.webp"]);
      if (stream) assert.equal(reply.at(-1), "response.completed");
      else {
        const call = reply.output?.find(({ type }) => type === "image_generation_call");
        assert.ok(isPicture(Buffer.from(call?.result ?? "", "base64")), JSON.stringify(reply).slice(0, 300));
        assert.equal(call.size, TURN_HASH.size);
      }
      if (!python) return t.diagnostic("python3 is not installed");
      // The page has sent the first of them itself: it is the same, to the letter.
      if (photos.length) assert.deepEqual(python.given, sent[0]);
      else
        assert.deepEqual(
          [python.given.input, python.given.previous_response_id?.slice(0, 5), python.given.stream],
          [PROMPT, "resp_", stream || undefined],
        );
      assert.equal(python.names.length, stream ? 2 : 1);
    });
});

code(
  "code is for this worker or for OpenAI, is copied with one press, and says when it would be refused",
  async ({ open }) => {
    const { page, close } = await open({
      hash: { prompt: "a cat" },
      permissions: ["clipboard-read", "clipboard-write"],
    });
    await page.click("#tab-code");
    assert.match(
      await page.innerText("#code code"),
      new RegExp(`^curl -sS '${running.address}/v1/images/generations'`),
    );
    await page.locator('label.choice:has(input[name="code-target"][value="openai"])').click();
    const text = await page.innerText("#code code");
    assert.match(text, /^curl -sS 'https:\/\/api\.openai\.com\/v1\/images\/generations'[\s\S]*\$OPENAI_API_KEY/);
    await page.click("#code >> text=Copy");
    assert.equal((await page.evaluate(() => navigator.clipboard.readText())).trim(), text.trim());
    assert.equal(await page.isVisible(".code-warning"), false);
    await page.fill("#field-n", "40");
    await page.waitForSelector(".code-warning:not([hidden])");
    assert.match(await page.innerText(".code-warning"), /would be refused: 1 problem/);
    await close();
  },
);

for (const { name, options } of LOOKS)
  test(`code is accessible: ${name}`, async () => {
    const { page, close } = await running.open({ ...options, hash: { prompt: "a cat" } });
    await page.click("#tab-code");
    await accessible(page, "code");
    await close();
  });

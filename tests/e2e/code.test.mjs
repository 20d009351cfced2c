// The code the page shows is run: curl and JavaScript against the sandbox, Python with a stand-in that tells what it was given.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readFile, readdir, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";

import { root } from "../../.ci/setup.mjs";
import { photograph } from "./browser.mjs";
import { LOOKS, accessible, site } from "./site.mjs";

const running = site();
const run = promisify(execFile);

/** Prompts that every language has to quote in its own way. */
const PROMPT = `a cat's "life" $HOME \`id\` \\n 100% \u{1F408}\nin two lines; -- @file`;
const CASES = {
  plain: { hash: { prompt: PROMPT, size: "1536x1024", quality: "low", output_format: "webp" } },
  edit: { hash: { prompt: PROMPT, size: "1024x1024", quality: "low" }, files: ["one.png", "two; quoted, name.webp"] },
  stream: { hash: { prompt: "a boat", size: "1024x1024", quality: "low", partial_images: "2" } },
};

/** What the page shows for a request, in every language. */
async function shown({ hash, files = [] }) {
  const { page, close } = await running.open({ hash });
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
  const code = {};
  for (const language of ["curl", "edge", "openai", "python"]) {
    await page.locator(`label.choice:has(input[name="code-language"][value="${language}"])`).click();
    code[language] = await page.innerText("#code code");
  }
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

for (const [name, request] of Object.entries(CASES))
  test(`the code draws: ${name}`, async (t) => {
    const { code, photos } = await shown(request);
    const env = { ...process.env, IMAGES_TOKEN: running.token };
    const { stream, format } = { stream: name === "stream", format: request.hash.output_format ?? "png" };

    const shell = await folder(t, photos);
    // What takes the reply apart needs jq, which not every machine has: the call itself is run.
    await run("bash", ["-euc", code.curl.split("\n\n")[0]], { cwd: shell, env });
    if (stream) {
      const events = await readFile(join(shell, "events.txt"), "utf8");
      assert.equal(events.match(/^event: /gm).length, 3);
    } else {
      const reply = JSON.parse(await readFile(join(shell, "reply.json"), "utf8"));
      assert.ok(isPicture(Buffer.from(reply.data?.[0].b64_json ?? "", "base64")), JSON.stringify(reply).slice(0, 300));
      assert.equal(reply.size, request.hash.size);
    }

    for (const language of ["edge", "openai"]) {
      const place = await folder(t, photos);
      await writeFile(join(place, "draw.mjs"), code[language]);
      await run(process.execPath, ["draw.mjs"], { cwd: place, env });
      const expected = stream ? ["partial-0.png", "partial-1.png", "picture.png"] : [`picture-1.${format}`];
      assert.deepEqual(await pictures(place), expected, language);
    }
  });

/** A stand-in for OpenAI's Python package: it writes down what it was given, and answers with one pixel. */
const PYTHON = `
import json, types
class Images:
    def _call(self, verb, given):
        files = lambda value: value[0] if isinstance(value, tuple) else [item[0] for item in value]
        told = {key: files(value) if key in ("image", "mask") else value for key, value in given.items()}
        print(json.dumps({"verb": verb, "given": told}))
        picture = types.SimpleNamespace(b64_json="iVBORw0KGgo=", type="image.completed", partial_image_index=0)
        return [picture] if given.get("stream") else types.SimpleNamespace(data=[picture])
    def generate(self, **given):
        return self._call("generate", given)
    def edit(self, **given):
        return self._call("edit", given)
class OpenAI:
    def __init__(self, base_url, api_key):
        self.images = Images()
`;

for (const [name, request] of Object.entries(CASES))
  test(`the Python says the same: ${name}`, async (t) => {
    const has = await run("python3", ["--version"]).catch(() => undefined);
    if (!has) return t.skip("python3 is not installed");
    const { code, photos } = await shown(request);
    const place = await folder(t, photos);
    await writeFile(join(place, "openai.py"), PYTHON);
    await writeFile(join(place, "draw.py"), code.python);
    const env = { ...process.env, IMAGES_TOKEN: "t" };
    const { verb, given } = JSON.parse((await run("python3", ["draw.py"], { cwd: place, env })).stdout);
    assert.equal(verb, photos.length ? "edit" : "generate");
    const { model: _model, ...told } = given;
    const { partial_images: partial, ...asked } = request.hash;
    assert.deepEqual(told, {
      ...asked,
      ...(partial && { partial_images: Number(partial), stream: true }),
      ...(photos.length && { image: photos.map((photo) => photo.name) }),
    });
    assert.equal((await pictures(place)).length, 1);
  });

test("code is for this worker or for OpenAI, is copied with one press, and says when it would be refused", async () => {
  const { page, close } = await running.open({
    hash: { prompt: "a cat" },
    permissions: ["clipboard-read", "clipboard-write"],
  });
  await page.click("#tab-code");
  assert.match(await page.innerText("#code code"), new RegExp(`^curl -sS '${running.address}/v1/images/generations'`));
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
});

for (const { name, options } of LOOKS)
  test(`code is accessible: ${name}`, async () => {
    const { page, close } = await running.open({ ...options, hash: { prompt: "a cat" } });
    await page.click("#tab-code");
    await accessible(page, "code");
    await close();
  });

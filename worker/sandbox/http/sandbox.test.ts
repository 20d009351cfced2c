// The HTTP layer over the real module, as a client sees it. Pictures are looked at by their own headers here; that they
// decode is tested beside the codecs, and in the browser.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { createSandbox, serve } from "./node.mjs";

const MINI = "gpt-image-1-mini";
// Before its end, whenever the tests run.
const box = createSandbox({ today: "2026-11-20", pauseMs: 1 });

type Fields = Record<string, unknown>;

function post(path: string, body: Fields | string | FormData, headers: Record<string, string> = {}, at = box) {
  const json = !(body instanceof FormData);
  const init = {
    method: "POST",
    headers: { ...(json && { "content-type": "application/json" }), ...headers },
    body: json && typeof body !== "string" ? JSON.stringify(body) : (body as string | FormData),
  };
  return at.fetch(new Request(`http://sandbox.invalid/v1${path}`, init));
}

const draw = (fields: Fields, headers = {}, at = box) =>
  post("/images/generations", { model: MINI, prompt: "a lake", quality: "low", ...fields }, headers, at);

async function picture(fields: Fields): Promise<Buffer> {
  const reply: any = await (await draw(fields)).json();
  return Buffer.from(reply.data[0].b64_json, "base64");
}

function sizeOf(file: Buffer): string {
  if (file.readUInt32BE(0) === 0x89504e47) return `png ${file.readUInt32BE(16)}x${file.readUInt32BE(20)}`;
  if (file.toString("latin1", 8, 12) === "WEBP") {
    if (file.toString("latin1", 12, 16) === "VP8X")
      return `webp ${file.readUIntLE(24, 3) + 1}x${file.readUIntLE(27, 3) + 1}`;
    return `webp ${file.readUInt16LE(26) & 0x3fff}x${file.readUInt16LE(28) & 0x3fff}`;
  }
  for (let at = 2; at < file.length; at += 2 + file.readUInt16BE(at + 2))
    if ((file[at + 1] ?? 0) >= 0xc0 && (file[at + 1] ?? 0) <= 0xc2)
      return `jpeg ${file.readUInt16BE(at + 7)}x${file.readUInt16BE(at + 5)}`;
  return "unknown";
}

const code = async (response: Response) => {
  const { error }: any = await response.json();
  assert.deepEqual(Object.keys(error).slice(0, 4), ["message", "type", "param", "code"]);
  return `${response.status} ${error.type} ${error.code} ${error.param}`;
};

describe("generations", () => {
  test("a reply has the keys of recorded ones, in their order, printed with two spaces", async () => {
    const response = await draw({ size: "1536x1024", n: 2 });
    assert.equal(response.status, 200);
    assert.equal(response.headers.get("content-type"), "application/json");
    assert.match(response.headers.get("x-request-id") ?? "", /^req_[0-9a-f]{32}$/);
    assert.equal(response.headers.get("openai-version"), "2020-10-01");
    const text = await response.text();
    const reply = JSON.parse(text);
    assert.equal(text, `${JSON.stringify(reply, null, 2)}\n`);
    assert.deepEqual(Object.keys(reply), [
      "created",
      "background",
      "data",
      "output_format",
      "quality",
      "size",
      "usage",
    ]);
    assert.deepEqual(
      [reply.background, reply.output_format, reply.quality, reply.size],
      ["opaque", "png", "low", "1536x1024"],
    );
    const files = reply.data.map((item: any) => Buffer.from(item.b64_json, "base64"));
    assert.deepEqual(files.map(sizeOf), ["png 1536x1024", "png 1536x1024"]);
    assert.notDeepEqual(files[0], files[1]);
    assert.deepEqual(reply.usage, {
      input_tokens: 16,
      input_tokens_details: { image_tokens: 0, text_tokens: 16 },
      output_tokens: 800,
      output_tokens_details: { image_tokens: 800, text_tokens: 0 },
      total_tokens: 816,
    });
  });

  test("the same request gives the same bytes", async () => {
    assert.deepEqual(await picture({ prompt: "a cat" }), await picture({ prompt: "a cat" }));
    assert.notDeepEqual(await picture({ prompt: "a cat" }), await picture({ prompt: "a dog" }));
  });

  test("formats and compression", async () => {
    const of = (fields: Fields) => picture({ quality: "medium", ...fields });
    assert.equal(sizeOf(await of({ output_format: "jpeg" })), "jpeg 1024x1024");
    assert.equal(sizeOf(await of({ output_format: "webp" })), "webp 1024x1024");
    assert.equal(sizeOf(await of({ output_format: "webp", background: "transparent" })), "webp 1024x1024");
    for (const output_format of ["jpeg", "webp"]) {
      const coarse = await of({ output_format, output_compression: 10 });
      const fine = await of({ output_format, output_compression: 90 });
      assert.ok(coarse.length * 2 < fine.length, `${output_format}: ${coarse.length} and ${fine.length}`);
    }
  });

  test("what is left to the model comes back resolved", async () => {
    const reply: any = await (await draw({ prompt: "a sticker, portrait", quality: "auto" })).json();
    assert.deepEqual([reply.quality, reply.size, reply.background], ["medium", "1024x1536", "transparent"]);
  });
});

describe("streams", () => {
  test("partial images sharpen, and the events are exact", async () => {
    const response = await draw({ stream: true, partial_images: 2, output_format: "jpeg" });
    assert.equal(response.headers.get("content-type"), "text/event-stream; charset=utf-8");
    const text = await response.text();
    const events = text.split("\n\n").slice(0, -1);
    assert.equal(events.length, 3);
    assert.ok(text.endsWith("\n\n"));
    const parsed = events.map((event) => {
      const [first, second, ...rest] = event.split("\n");
      assert.deepEqual(rest, []);
      const data = JSON.parse((second ?? "").slice("data: ".length));
      assert.equal(first, `event: ${data.type}`);
      assert.equal(sizeOf(Buffer.from(data.b64_json, "base64")), "jpeg 1024x1024");
      return data;
    });
    assert.deepEqual(
      parsed.map(({ type, partial_image_index }) => [type, partial_image_index]),
      [
        ["image_generation.partial_image", 0],
        ["image_generation.partial_image", 1],
        ["image_generation.completed", undefined],
      ],
    );
    const common = ["type", "b64_json", "created_at", "size", "quality", "background", "output_format"];
    assert.deepEqual(Object.keys(parsed[0]), [...common, "partial_image_index"]);
    assert.deepEqual(Object.keys(parsed[2]), [...common, "usage"]);
    assert.equal(parsed[2].usage.output_tokens, 272 + 2 * 100);
    assert.equal(parsed[2].usage.output_tokens_details, undefined);
    const sizes = parsed.map(({ b64_json }) => b64_json.length);
    assert.ok(sizes[0] < sizes[1] && sizes[1] < sizes[2], `a sharper picture has more in it: ${sizes}`);
  });

  test("a reader that leaves stops the drawing", async () => {
    const response = await draw({ stream: true, partial_images: 3 });
    const reader = response.body!.getReader();
    await reader.read();
    await reader.cancel();
  });
});

describe("edits", () => {
  const blob = (bytes: Buffer, type: string) => new Blob([new Uint8Array(bytes)], { type });
  const form = (fields: Record<string, string>, files: [string, Blob, string?][]) => {
    const form = new FormData();
    for (const [name, value] of Object.entries({ model: MINI, prompt: "at dusk", quality: "low", ...fields }))
      form.append(name, value);
    for (const [name, file, fileName] of files) form.append(name, file, fileName ?? "blob");
    return form;
  };

  test("forms with one image, with several, and with a mask", async () => {
    const png = blob(await picture({ size: "1536x1024" }), "image/png");
    const webp = blob(await picture({ output_format: "webp" }), "image/webp");
    const jpeg = blob(await picture({ output_format: "jpeg" }), "image/jpeg");
    const mask = blob(await picture({ size: "1536x1024", background: "transparent" }), "image/png");
    for (const [fields, files, tokens] of [
      [{}, [["image", png]], 323],
      [{ n: "2" }, [["image[]", png]], 646],
      [
        {},
        [
          ["image[]", png],
          ["image[]", jpeg],
          ["image[]", webp],
          ["image[]", jpeg],
          ["mask", mask],
        ],
        323 + 3 * 194,
      ],
      [
        {},
        [
          ["image[0]", webp, "a/b/ü.webp"],
          ["image[1]", png],
        ],
        194 + 323,
      ],
    ] as [Record<string, string>, [string, Blob, string?][], number][]) {
      const response = await post("/images/edits", form(fields, files));
      const reply: any = await response.json();
      assert.equal(response.status, 200, JSON.stringify(reply));
      assert.equal(reply.usage.input_tokens_details.image_tokens, tokens);
      const first = sizeOf(Buffer.from(reply.data[0].b64_json, "base64"));
      assert.equal(first, files[0]![1] === webp ? "png 1024x1024" : "png 1536x1024");
    }
  });

  test("a JSON body with data URLs, streamed", async () => {
    const image_url = `data:image/png;base64,${(await picture({})).toString("base64")}`;
    const response = await post("/images/edits", {
      model: MINI,
      prompt: "in the snow",
      images: [{ image_url }],
      quality: "low",
      stream: true,
      partial_images: 1,
    });
    const text = await response.text();
    assert.equal(response.status, 200, text);
    assert.match(text, /^event: image_edit\.partial_image\ndata: \{/);
    assert.match(text, /\n\nevent: image_edit\.completed\ndata: \{.*"text_tokens":25\}/);
  });

  test("parts without a type and with a general one are taken by their bytes, or refused where asked", async () => {
    const png = await picture({});
    const bare = (type: string) => {
      const head = `--b\r\nContent-Disposition: form-data; name="image"; filename="a.png"\r\n${type}\r\n`;
      const rest = `\r\n--b\r\nContent-Disposition: form-data; name="prompt"\r\n\r\nx\r\n--b--\r\n`;
      return new Blob([head, new Uint8Array(png), rest]);
    };
    const strict = createSandbox({ today: "2026-11-20", strictTypes: true });
    const send = (at: typeof box, type: string) =>
      at.fetch(
        new Request("http://x.invalid/v1/images/edits", {
          method: "POST",
          headers: { "content-type": 'multipart/form-data; boundary="b"' },
          body: bare(type),
        }),
      );
    const general = "Content-Type: application/octet-stream\r\n";
    assert.equal((await send(box, "")).status, 200);
    assert.equal((await send(box, general)).status, 200);
    assert.equal(await code(await send(strict, "")), "400 invalid_request_error missing_file_mimetype image");
    assert.equal(await code(await send(strict, general)), "400 invalid_request_error unsupported_file_mimetype image");
  });

  test("broken forms", async () => {
    const send = (body: string, type = "multipart/form-data; boundary=b") =>
      post("/images/edits", body, { "content-type": type });
    for (const body of [
      "",
      "--b",
      "--b\r\n",
      "no boundary at all",
      '--b\r\nContent-Disposition: form-data; name="prompt"\r\n\r\nx',
      "--b\r\nContent-Type: text/plain\r\n\r\nx\r\n--b--",
      '--b\nContent-Disposition: form-data; name="prompt"\n\nx\n--b--\n',
    ])
      assert.equal(await code(await send(body)), "400 invalid_request_error null null", body);
    assert.equal(await code(await send("--b--", "multipart/form-data")), "400 invalid_request_error null null");
  });

  test("files that are no pictures, and masks that do not fit", async () => {
    const png = blob(await picture({}), "image/png");
    const text = blob(Buffer.from("hello"), "text/plain");
    const cut = blob((await picture({})).subarray(0, 3000), "image/png");
    const small = blob(await picture({ size: "1536x1024", background: "transparent" }), "image/png");
    for (const [files, want] of [
      [[["image", text]], "400 invalid_request_error unsupported_file_mimetype image"],
      [[["image", cut]], "400 image_generation_user_error invalid_image_file image"],
      [
        [
          ["image", png],
          ["mask", png],
        ],
        "400 image_generation_user_error invalid_mask_image_format mask",
      ],
      [
        [
          ["image", png],
          ["mask", small],
        ],
        "400 image_generation_user_error invalid_mask_image_format mask",
      ],
      [[], "400 invalid_request_error missing_required_parameter image"],
    ] as [[string, Blob][], string][])
      assert.equal(await code(await post("/images/edits", form({}, files))), want);
  });
});

describe("refusals", () => {
  for (const [fields, want] of [
    [{ prompt: undefined }, "400 invalid_request_error missing_required_parameter prompt"],
    [{ prompt: "" }, "400 invalid_request_error empty_string prompt"],
    [{ prompt: "x".repeat(32_001) }, "400 invalid_request_error string_above_max_length prompt"],
    [{ prompt: 5 }, "400 invalid_request_error invalid_type prompt"],
    [{ n: 11 }, "400 invalid_request_error integer_above_max_value n"],
    [{ n: 0 }, "400 invalid_request_error integer_below_min_value n"],
    [{ n: 1.5 }, "400 invalid_request_error invalid_type n"],
    [{ size: "1x1" }, "400 invalid_request_error invalid_value size"],
    [{ quality: "best" }, "400 invalid_request_error invalid_value quality"],
    [{ response_format: "b64_json" }, "400 invalid_request_error unknown_parameter response_format"],
    [{ colour: "red" }, "400 invalid_request_error unknown_parameter colour"],
    [{ stream: true, n: 2 }, "400 invalid_request_error invalid_value n"],
    [{ model: "no-such-model" }, "404 invalid_request_error model_not_found model"],
    [{ model: "dall-e-2" }, "404 invalid_request_error model_not_found model"],
  ] as [Fields, string][])
    test(JSON.stringify(fields).slice(0, 60), async () => assert.equal(await code(await draw(fields)), want));

  test("the message of a recorded refusal, word for word", async () => {
    assert.deepEqual(await (await draw({ response_format: "b64_json" })).json(), {
      error: {
        message: "Unknown parameter: 'response_format'.",
        type: "invalid_request_error",
        param: "response_format",
        code: "unknown_parameter",
      },
    });
  });

  test("bodies that are no JSON, other types, addresses and methods", async () => {
    assert.equal(await code(await post("/images/generations", "{")), "400 invalid_request_error null null");
    assert.equal(await code(await post("/images/generations", "[]")), "400 invalid_request_error invalid_type ");
    const plain = await post("/images/generations", "{}", { "content-type": "text/plain" });
    assert.equal(await code(plain), "400 invalid_request_error unsupported_content_type null");
    assert.equal(await code(await post("/images/variations", {})), "404 invalid_request_error null null");
    const get = await box.fetch(new Request("http://x.invalid/v1/images/edits"));
    assert.equal(get.headers.get("allow"), "POST");
    assert.equal(await code(get), "405 invalid_request_error method_not_supported null");
  });

  test("a key where one is configured", async () => {
    const locked = createSandbox({ today: "2026-11-20", apiKey: "sk-sandbox-0123456789" });
    assert.equal(await code(await draw({}, {}, locked)), "401 invalid_request_error null null");
    const wrong = await draw({}, { authorization: "Bearer sk-wrong-key-000000" }, locked);
    assert.doesNotMatch(await wrong.clone().text(), /sk-wrong-key-000000/);
    assert.equal(await code(wrong), "401 invalid_request_error invalid_api_key null");
    assert.equal((await draw({}, { authorization: "Bearer sk-sandbox-0123456789" }, locked)).status, 200);
  });
});

describe("models", () => {
  const get = async (path: string, at = box): Promise<any> =>
    (await at.fetch(new Request(`http://x.invalid/v1/models${path}`))).json();

  test("are listed with their ends, until they end", async () => {
    assert.deepEqual(await get(`/${MINI}`), {
      id: MINI,
      object: "model",
      created: 1759708800,
      owned_by: "system",
      shutdown_date: "2026-12-01",
    });
    const ids = (list: any) => list.data.map(({ id }: any) => id);
    assert.ok(ids(await get("")).includes(MINI));
    const later = createSandbox({ today: "2026-12-01" });
    assert.ok(!ids(await get("", later)).includes(MINI));
    assert.equal((await get(`/${MINI}`, later)).error.code, "model_not_found");
    assert.equal(await code(await draw({}, {}, later)), "404 invalid_request_error model_not_found model");
  });
});

describe("faults", () => {
  for (const [fault, want] of [
    ["401", "401 invalid_request_error invalid_api_key null"],
    ["403", "403 invalid_request_error null null"],
    ["404", "404 invalid_request_error model_not_found model"],
    ["429", "429 requests rate_limit_exceeded null"],
    ["quota", "429 insufficient_quota insufficient_quota null"],
    ["500", "500 server_error server_error null"],
    ["503", "503 server_error server_is_overloaded null"],
    ["moderation", "400 image_generation_user_error moderation_blocked null"],
  ] as const)
    test(`${fault}, by header and by prompt`, async () => {
      assert.equal(await code(await draw({}, { "x-sandbox-fault": fault })), want);
      assert.equal(await code(await draw({ prompt: `a cat [[fault:${fault}]]` })), want);
    });

  test("429 says when to come back", async () => {
    const { headers } = await draw({}, { "x-sandbox-fault": "429 ms:250" });
    assert.equal(headers.get("retry-after-ms"), "250");
    assert.equal(headers.get("retry-after"), "1");
    assert.equal(headers.get("x-ratelimit-remaining-requests"), "0");
    assert.equal(headers.get("x-ratelimit-reset-requests"), "250ms");
  });

  test("moderation names its stage and categories", async () => {
    const { error }: any = await (await draw({}, { "x-sandbox-fault": "moderation" })).json();
    assert.deepEqual(error.moderation_details, { moderation_stage: "input", categories: ["violence"] });
  });

  test("once fails once, and the picture is that of the prompt without it", async () => {
    const prompt = "a star [[fault:500 once:abc]]";
    assert.equal((await draw({ prompt })).status, 500);
    assert.deepEqual(await picture({ prompt }), await picture({ prompt: "a star" }));
  });

  test("broken replies", async () => {
    const of = (fault: string, fields: Fields = {}) => draw(fields, { "x-sandbox-fault": fault });
    const html = await of("html");
    assert.equal(html.status, 502);
    assert.match(html.headers.get("content-type") ?? "", /^text\/html/);
    assert.deepEqual(((await (await of("empty")).json()) as any).data, []);
    assert.match(((await (await of("url")).json()) as any).data[0].url, /^https:/);
    await assert.rejects((await of("badjson")).json(), SyntaxError);
    assert.equal((await of("redirect")).status, 307);
    for (const fault of ["cut", "cut-start", "cut-base64"]) {
      await assert.rejects((await of(fault)).text(), /cut/, fault);
      await assert.rejects((await of(fault, { stream: true, partial_images: 1 })).text(), /cut/, fault);
    }
    const stream = await (await of("error", { stream: true, partial_images: 1 })).text();
    assert.match(stream, /\n\nevent: error\ndata: \{"type":"error","error":\{"type":"server_error",/);
    assert.doesNotMatch(stream, /completed/);
    const silent = await (await of("empty", { stream: true, partial_images: 1 })).text();
    assert.doesNotMatch(silent, /completed/);
  });

  test("usage that is left out, or cannot be", async () => {
    const of = (fault: string, fields: Fields = {}) => draw(fields, { "x-sandbox-fault": fault });
    assert.equal("usage" in ((await (await of("no-usage")).json()) as object), false);
    const { usage, data }: any = await (await of("bad-usage")).json();
    assert.ok(usage.output_tokens < 0 && usage.input_tokens_details.text_tokens < 0);
    assert.equal(data.length, 1);
    assert.doesNotMatch(await (await of("no-usage", { stream: true })).text(), /"usage"/);
    assert.match(await (await of("bad-usage", { stream: true })).text(), /"output_tokens":-/);
  });

  test("a stream that completes twice", async () => {
    const text = await (await draw({ stream: true }, { "x-sandbox-fault": "twice" })).text();
    assert.equal([...text.matchAll(/^event: image_generation\.completed$/gm)].length, 2);
  });

  test("answers that trickle or stall are the right ones in the end", async () => {
    for (const fault of ["trickle ms:0", "stall ms:30"]) {
      const { data }: any = await (await draw({ output_format: "webp" }, { "x-sandbox-fault": fault })).json();
      assert.match(sizeOf(Buffer.from(data[0].b64_json, "base64")), /^webp 1024x1024$/);
    }
  });

  test("an answer without an end ends when its reader does", async () => {
    for (const [fields, start] of [
      [{ stream: true }, /^: x+\n/],
      [{}, /^ +/],
    ] as const) {
      const reader = (await draw(fields, { "x-sandbox-fault": "endless ms:0" })).body!.getReader();
      let length = 0;
      for (let chunks = 0; chunks < 50; chunks++) {
        const { value, done } = await reader.read();
        assert.equal(done, false);
        assert.match(new TextDecoder().decode(value), start);
        length += value!.length;
      }
      assert.equal(length, 50 * 1024);
      await reader.cancel();
    }
  });

  test("a page in place of an answer, and a rise that was too fast", async () => {
    const page = await draw({}, { "x-sandbox-fault": "html-200" });
    assert.deepEqual([page.status, page.headers.get("content-type")], [200, "text/html; charset=UTF-8"]);
    assert.equal(await code(await draw({}, { "x-sandbox-fault": "slow_down" })), "429 requests slow_down null");
  });

  test("slow and hang wait, and end when the caller goes", async () => {
    const begin = performance.now();
    assert.equal((await draw({}, { "x-sandbox-fault": "slow ms:120" })).status, 200);
    assert.ok(performance.now() - begin >= 115);
    const request = new Request("http://x.invalid/v1/images/generations", {
      method: "POST",
      headers: { "content-type": "application/json", "x-sandbox-fault": "hang" },
      body: JSON.stringify({ model: MINI, prompt: "x" }),
      signal: AbortSignal.timeout(50),
    });
    await assert.rejects(box.fetch(request), { name: "TimeoutError" });
  });
});

test("over a real connection a cut is a broken connection", async () => {
  const server = await serve(box, 0);
  const call = (fault: string) =>
    fetch(`http://127.0.0.1:${server.port}/v1/images/generations`, {
      method: "POST",
      headers: { "content-type": "application/json", "x-sandbox-fault": fault },
      body: JSON.stringify({ model: MINI, prompt: "x", quality: "low" }),
    });
  try {
    assert.equal((await call("none")).status, 200);
    for (const fault of ["cut-start", "cut-base64"]) {
      const response = await call(fault);
      assert.equal(response.status, 200);
      await assert.rejects(response.arrayBuffer(), TypeError);
    }
  } finally {
    await server.close();
  }
});

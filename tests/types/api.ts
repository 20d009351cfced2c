// What a user writes, and what must not compile.
import init, {
  buildRequest,
  costFromUsage,
  estimateCost,
  ImageApiError,
  ImageClient,
  inspectImage,
  inspectRequest,
  models,
  normalize,
  validate,
} from "gpt-image-edge";
import type {
  EditRequestFor,
  ErrorKind,
  GenerateRequest,
  GenerateRequestFor,
  IssueCode,
  ModelId,
} from "gpt-image-edge";
import { ImageClient as CoreClient, validate as validateInCore } from "gpt-image-edge/core";
import initPixels, { chromaKey, maskTransparency } from "gpt-image-edge/pixels";
import initTokenizer, { countTextTokens } from "gpt-image-edge/tokenizer";
import module from "gpt-image-edge/wasm";

export async function everything(signal: AbortSignal) {
  await init();
  await init(module);
  await init(fetch("x.wasm"));
  const request: GenerateRequest = { model: "gpt-image-2", prompt: "a cat", size: "2048x1152", n: 2 };
  const report = validate("generate", request, { today: new Date() });
  for (const issue of report.issues) {
    const code: IssueCode = issue.code;
    const text: string = `${code} ${issue.param} ${issue.path.join(".")} ${issue.message} ${issue.fix?.applicability}`;
    void text;
  }
  const mended: GenerateRequest = normalize("generate", request).request;
  const usd: number | null = estimateCost("generate", mended).max;
  const exact: string = costFromUsage("gpt-image-2", {}).usd_text;
  const format: "png" | "jpeg" | "webp" | "gif" = inspectImage(new Uint8Array()).format;
  const built: Request = buildRequest("edit", { prompt: "x", image: new Blob() }, { apiKey: "k", headers: { a: "b" } });
  const id: ModelId | (string & {}) = models()[0].id;
  void [usd, exact, format, built, id, await inspectRequest(request)];
  await initTokenizer(import("gpt-tokenizer/encoding/o200k_base"));
  estimateCost("generate", request, { text_tokens: countTextTokens(request.prompt) });
  await initPixels(module);
  const { bytes: cut, report: found } = chromaKey(new Uint8Array(), { color: [0, 255, 0], format: "webp" });
  const hue: string | null = found.color;
  void [new Blob([cut]), hue, found.flat];
  // @ts-expect-error JPEG has no alpha
  chromaKey(cut, { format: "jpeg" });
  const amount: "none" | "some" | "all" = maskTransparency(new Uint8Array(), { maxPixels: 1 });
  await inspectRequest(request, { pixels: { maskTransparency } });
  void [amount, await inspectRequest(request, { pixels: () => import("gpt-image-edge/pixels") })];

  const client = new ImageClient({ baseURL: "/v1", fetch: (url, options) => fetch(url, options) });
  const { images, cost } = await client.generate(request, { signal });
  const bytes: Uint8Array = await images[0].bytes();
  {
    using image = images[0];
    image.url();
  }
  void [bytes, cost?.usd];
  for await (const event of client.editStream({ prompt: "x", image: [new File([], "a.png"), new Uint8Array()] }))
    if (event.type === "completed") void event.usage?.total_tokens;
    else void event.partial_image_index;
  const reader: ReadableStreamDefaultReader<{ image: { blob: Blob } }> = client.generateStream(request).getReader();
  void reader;
  const spoken = await client.respond({
    model: "a language model",
    input: "draw a cat",
    tools: [
      { type: "image_generation", quality: "low", partial_images: 2 },
      { type: "function", name: "f", parameters: {} },
    ],
    tool_choice: { type: "image_generation" },
    previous_response_id: "resp_1",
  });
  const pictures: number = spoken.images.length;
  for (const item of spoken.output) if (item.type === "image_generation_call" && item.image) item.image.url();
  for await (const event of client.respondStream({ input: "x" }, { signal }))
    switch (event.type) {
      case "partial_image":
        void event.partial_image_index;
        break;
      case "image":
        void event.item.revised_prompt;
        break;
      case "text_delta":
        void event.delta;
        break;
      case "completed":
        void [event.response.id, event.response.cost?.usd, event.operationId];
        break;
      default:
        void event.event.type;
    }
  const outcome = await client.batch([request, { ...request, n: 1 }], {
    tier: 3,
    concurrency: 2,
    signal,
    onProgress: (event) => {
      if (event.type === "done") void event.result.images;
      else if (event.type === "wait") void [event.wait_ms, event.error?.retryAfterMs];
      else if (event.type === "stop" || event.type === "failed") void event.error.billed;
      void [event.left, event.usd];
    },
  });
  const made: number = outcome.done[0].result.created;
  const again = await client.batch([...outcome.left, ...outcome.failed.filter(({ error }) => error.billed === "no")]);
  const mixed = await client.batch([request, { input: "x" }, { prompt: "x", image: new Blob() }]);
  const either = mixed.done[0].result;
  void [made, again.stopped?.kind, "output" in either ? either.id : either.created];
  {
    await using stream = client.generateStream(request);
    using ending = client;
    using result = await ending.generate(request);
    void [stream, result, pictures];
  }
  await client.edit({ prompt: "x", images: [{ file_id: "file_1" }], mask: { image_url: "https://example.com/a.png" } });
}

export function mistakes(client: ImageClient, caught: unknown) {
  // @ts-expect-error a prompt is needed
  void client.generate({ model: "gpt-image-2" });
  // @ts-expect-error an edit needs a picture
  void client.edit({ prompt: "x" });
  // @ts-expect-error no such field
  void client.generate({ prompt: "x", sise: "auto" });
  // @ts-expect-error no such word
  void client.generate({ prompt: "x", quality: "ultra" });
  // @ts-expect-error no such word for the image tool
  void client.respond({ input: "x", tools: [{ type: "image_generation", quality: "ultra" }] });
  // @ts-expect-error no such tier
  void client.batch([{ prompt: "x" }], { tier: 6 });
  // @ts-expect-error a prompt is needed
  void client.batch([{ model: "gpt-image-2" }]);
  // @ts-expect-error no such operation
  validate("draw", {});
  const inCore: boolean = validateInCore("edit", {}).ok;
  // @ts-expect-error the core knows the Images API only
  validateInCore("respond", {});
  const core = new CoreClient({ baseURL: "/v1" });
  void core.generate({ prompt: "x" });
  // @ts-expect-error the core knows the Images API only
  void core.respond({ input: "x" });
  // @ts-expect-error a batch line is no request of its own
  buildRequest("batch", {});
  // @ts-expect-error errors are made by the package
  new ImageApiError({ kind: "user" });
  // @ts-expect-error the most may be unknown
  void (estimateCost("generate", {}).max > 5);
  // @ts-expect-error this model does not draw that size
  const size: GenerateRequestFor<"gpt-image-1-mini"> = { model: "gpt-image-1-mini", prompt: "x", size: "2048x2048" };
  // @ts-expect-error this model has no such quality
  const quality: GenerateRequestFor<"gpt-image-2"> = { model: "gpt-image-2", prompt: "x", quality: "max" };
  const free: GenerateRequestFor<"gpt-image-2.5-flare"> = {
    model: "gpt-image-2.5-flare",
    prompt: "x",
    size: "2048x1152",
    quality: "max",
  };
  // @ts-expect-error this model has no such quality
  const edit: EditRequestFor<"gpt-image-2"> = { model: "gpt-image-2", prompt: "x", image: new Blob(), quality: "max" };
  const edited: EditRequestFor<"gpt-image-2"> = {
    model: "gpt-image-2",
    prompt: "x",
    image: new Blob(),
    quality: "low",
  };
  void client.edit(edited);
  void [size, quality, free, edit, inCore];
  if (ImageApiError.isInstance(caught)) {
    const kind: ErrorKind = caught.kind;
    switch (kind) {
      case "user":
      case "auth":
      case "account":
      case "quota":
      case "rate":
      case "moderation":
      case "upstream":
      case "network":
      case "timeout":
      case "aborted":
      case "protocol":
      case "crash":
        return kind;
      default: {
        const none: never = kind;
        return none;
      }
    }
  }
  return undefined;
}

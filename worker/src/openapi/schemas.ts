// What requests and answers look like, for /openapi.json. The words and bounds come from the catalogue, so that a new
// model shows here without a line.

import { models, type ModelParams } from "gpt-image-edge";

import { accountSchemas } from "./account.ts";
import { flag, integer, list, object, orNull, ref, text, usd, type Schema } from "./shapes.ts";
import { OPERATIONS } from "../routes/estimate.ts";

/** Every word that some model takes for a field. */
function words(name: "quality" | "background" | "output_format" | "moderation" | "input_fidelity" | "complexity") {
  const of = (params: ModelParams) => {
    const rule = params[name];
    return rule && "values" in rule ? rule.values : [];
  };
  return [...new Set(served().flatMap(({ params }) => of(params)))];
}

const served = () => models().filter(({ status }) => status !== "retired");
const most = (pick: (params: ModelParams) => number | undefined) =>
  Math.max(...served().map(({ params }) => pick(params) ?? 0));

function fields(): Record<string, Schema> {
  const ids = served().flatMap(({ id, snapshots }) => [id, ...(snapshots ?? [])]);
  const word = (name: Parameters<typeof words>[0], description: string) =>
    orNull({ type: "string", description, enum: words(name) });
  return {
    prompt: text("What to draw.", { minLength: 1, maxLength: most(({ prompt }) => prompt.max_characters) }),
    model: orNull(text("The model. Left out, the oldest that is still served.", { examples: ids })),
    n: orNull(integer("How many images.", { minimum: 1, maximum: most(({ n }) => n.max), default: 1 })),
    size: orNull(text("`WIDTHxHEIGHT` in pixels, or `auto`.", { pattern: "^(auto|[1-9][0-9]*x[1-9][0-9]*)$" })),
    quality: word("quality", "How much work goes into the image; which words a model takes is in its rules."),
    background: word("background", "Transparent needs a format with an alpha channel."),
    output_format: word("output_format", "The file format of the images."),
    output_compression: orNull(integer("Quality of lossy formats in percent.", { minimum: 0, maximum: 100 })),
    moderation: word("moderation", "How strict moderation is."),
    complexity: word("complexity", "How much the model plans, where it can."),
    frame_count: orNull(integer("Frames of an animation.", { minimum: 2, maximum: 16 })),
    frame_duration_ms: orNull(integer("How long each frame shows, in milliseconds.", { minimum: 10, multipleOf: 10 })),
    stream: orNull(flag("Whether the answer is an event stream.")),
    partial_images: orNull(integer("Partial images of a stream; each costs tokens.", { minimum: 0, maximum: 3 })),
    safety_identifier: orNull(text("A stable, hashed id of your end user.")),
    user: text("Replaced by `safety_identifier`.", { deprecated: true }),
  };
}

/** What the image tool leaves to the language model, or to the response around it. */
const NOT_OF_THE_TOOL = ["prompt", "n", "stream", "safety_identifier", "user"];

/** All schemas by their names. */
export function schemas() {
  const { moderation, ...shared } = fields();
  const input_fidelity = orNull({
    type: "string",
    description: "How closely the edit keeps to its input, where the model can be told.",
    enum: words("input_fidelity"),
  });
  const file = text("png, jpeg or webp, below 50 MB.", { contentMediaType: "image/*" });
  const bounds = object(
    { min: { type: "number" }, expected: { type: ["number", "null"] }, max: { type: ["number", "null"] } },
    ["min", "expected", "max"],
  );
  const usage = object({ input_tokens: integer(""), output_tokens: integer(""), total_tokens: integer("") });
  const resolved = {
    background: text("As it was drawn."),
    output_format: text("As it was drawn."),
    quality: text("As it was drawn."),
    size: text("As it was drawn."),
  };
  return {
    GenerateRequest: object(
      {
        ...shared,
        moderation: moderation!,
        svg: orNull({ type: "object", description: 'Who writes the vector image, with `output_format: "svg"`.' }),
        style: orNull(text("Only retired models had it.")),
        response_format: orNull(text("Only retired models had it.")),
      },
      ["prompt"],
      true,
    ),
    EditForm: object(
      {
        image: { ...list(file, "The pictures, the first of them the one that is edited.", { maxItems: 16 }) },
        mask: { ...file, description: "A png of the first picture's size; its clear pixels mark what may change." },
        markup: { ...file, description: "A clear png with what was drawn over the first picture. Not with `mask`." },
        ...shared,
        input_fidelity,
      },
      ["prompt", "image"],
      true,
    ),
    EditByReferenceRequest: object(
      {
        images: list(ref("ImageReference"), "The pictures.", { minItems: 1, maxItems: 16 }),
        mask: ref("ImageReference"),
        ...shared,
        moderation: moderation!,
        input_fidelity,
      },
      ["prompt", "images"],
      true,
    ),
    ImageReference: {
      oneOf: [
        object({ image_url: text("An https address, or a data URL of an image.") }, ["image_url"], true),
        object({ file_id: text("A file of the Files API.") }, ["file_id"], true),
      ],
    },
    ImagesResponse: object(
      {
        created: integer("Seconds since 1970."),
        data: list(object({ b64_json: text("The picture.", { contentEncoding: "base64" }) }), "The pictures."),
        usage,
        ...resolved,
      },
      ["created", "data"],
    ),
    ImageStreamEvent: object(
      {
        type: text("`image_generation.partial_image`, `image_edit.completed`, `error` and so on."),
        b64_json: text("The picture.", { contentEncoding: "base64" }),
        partial_image_index: integer("From 0; of partial images."),
        usage,
        ...resolved,
      },
      ["type"],
    ),
    ResponseRequest: object(
      {
        model: text("A language model that can use the image tool."),
        input: { description: "What to draw, or the turns so far.", oneOf: [text(""), list({ type: "object" })] },
        tools: list(ref("ImageTool"), "The image tool.", { minItems: 1, maxItems: 1 }),
        tool_choice: { description: '`{ "type": "image_generation" }` makes the model draw.' },
        previous_response_id: orNull(text("The response that this one goes on from.")),
        stream: orNull(flag("Whether the answer is an event stream.")),
        max_tool_calls: orNull(integer("How often the tool may be called.", { minimum: 1, maximum: 1, default: 1 })),
        service_tier: orNull({ type: "string", enum: ["auto", "default", "flex"] }),
      },
      ["model", "input", "tools"],
    ),
    ImageTool: object(
      {
        type: { const: "image_generation" },
        action: orNull({ type: "string", enum: ["auto", "generate", "edit"] }),
        input_image_mask: ref("ImageReference"),
        ...Object.fromEntries(Object.entries(shared).filter(([name]) => !NOT_OF_THE_TOOL.includes(name))),
        moderation: moderation!,
        input_fidelity,
      },
      ["type"],
      true,
    ),
    Response: object(
      {
        id: text("What the next turn names as its previous."),
        object: { const: "response" },
        status: text("`completed`, `failed` and so on."),
        output: list({ type: "object" }, "What came out; the picture is the `result` of an `image_generation_call`."),
        usage: object({ input_tokens: integer(""), output_tokens: integer("") }),
        tool_usage: object({ image_gen: usage }),
      },
      ["id", "object", "status", "output"],
    ),
    ResponseStreamEvent: object({ type: text("`response.created` and so on."), sequence_number: integer("From 0.") }, [
      "type",
    ]),
    Model: object(
      {
        id: text("What requests name it by."),
        object: { const: "model" },
        created: integer("When it came out, in seconds since 1970; 0 where that is not known."),
        owned_by: text("Whose it is."),
        shutdown_date: orNull(text("The first day on which calls fail.", { format: "date" })),
      },
      ["id", "object", "created", "owned_by", "shutdown_date"],
      true,
    ),
    ModelList: object({ object: { const: "list" }, data: list(ref("Model")) }, ["object", "data"], true),
    Question: object(
      {
        operation: { type: "string", enum: [...OPERATIONS], description: "What the request is for." },
        request: { type: "object", description: "The request as it would be sent, without files." },
        context: orNull({
          type: "object",
          description: "What is known beside it: sizes of the pictures, the day, whether it goes in a batch.",
        }),
      },
      ["operation", "request"],
      true,
    ),
    Report: object({ ok: flag("Whether the API would take it."), issues: list(ref("Issue")) }, ["ok", "issues"], true),
    Issue: object(
      {
        severity: { type: "string", enum: ["error", "warning"] },
        code: text("Which rule was broken."),
        param: text("The field, as OpenAI spells it."),
        path: list({ type: ["string", "integer"] }, "The same as keys and indices."),
        message: text("What is wrong, for a person."),
        given: { description: "What was given." },
        allowed: { description: "What would be accepted." },
        fix: object({ applicability: { type: "string", enum: ["safe", "unsafe", "display_only"] } }, ["applicability"]),
        source: text("Where the rule comes from."),
      },
      ["severity", "code", "param", "path", "message", "source"],
      true,
    ),
    CostEstimate: {
      ...bounds,
      properties: {
        ...(bounds["properties"] as Schema),
        currency: { const: "USD" },
        model: text("The model whose prices were taken."),
        basis: { type: "string", enum: ["tokens", "table", "unknown"] },
        notes: list(text("What is unknown, and what was assumed.")),
        items: list(object({ kind: text("What the tokens are for."), tokens: bounds, usd: bounds }, ["kind", "usd"])),
      },
      required: ["currency", "basis", "min", "expected", "max", "notes", "items"],
    },
    Health: object(
      {
        ok: flag("Whether it serves."),
        upstream: text("Where requests go."),
        version: text("The worker's."),
        faults: list(text("What to mend.")),
      },
      ["ok", "upstream", "version"],
      true,
    ),
    PageConfig: object(
      {
        baseURL: text("Where the API is."),
        upstream: text("Where requests go."),
        requires_price_bound: flag("True where calls are refused of which nothing bounds the price."),
        unpriced_call_usd: usd("What such a call takes off the budget where it is not refused"),
        token: text("Only on one's own machine."),
        turnstile: object(
          {
            site_key: text("Of the widget for callers without an account."),
            action: text("What the widget says it is for."),
          },
          ["site_key", "action"],
        ),
      },
      ["baseURL", "upstream"],
    ),
    ...accountSchemas,
    ErrorResponse: object(
      {
        error: object(
          {
            message: text("What is wrong, for a person."),
            type: text("The kind of error."),
            param: orNull(text("The field it is about.")),
            code: orNull(text("The error's name.")),
            issues: list(ref("Issue"), "Every problem of the request."),
            ahead: integer("Of a call that may not wait for its turn: how many images would leave before it."),
          },
          ["message", "type", "param", "code"],
        ),
      },
      ["error"],
      true,
    ),
  } satisfies Record<string, Schema>;
}

export type SchemaName = keyof ReturnType<typeof schemas>;

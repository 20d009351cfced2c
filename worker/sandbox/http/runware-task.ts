// One imageInference task, drawn.

import { Draft, runware as read, type Opened } from "../../../target/sandbox/gpt_image_edge_sandbox.js";
import { faultOf, RunwareFault, type RunwareError } from "./runware-faults.ts";
import { now, type Scene } from "./scene.ts";
import { isObject, type Fields } from "./turns.ts";

/** Results and errors of one task: both may be there. */
export interface Drawn {
  data: Fields[];
  errors: RunwareError[];
}

const DOCUMENTATION = "https://runware.ai/docs/models/openai-gpt-image-1-mini";
const SUFFIX: Record<string, string> = { jpeg: "jpg", png: "png", webp: "webp" };

/** Draws a task, or says what is wrong with it. Throws a {@link RunwareFault} that ends the whole reply. */
export async function draw(scene: Scene, task: Fields): Promise<Drawn> {
  const { taskType, taskUUID } = task;
  const about = { taskType, taskUUID };
  const refuse = (errors: Omit<RunwareError, "taskType">[]): Drawn => ({
    data: [],
    errors: errors.map((error) => ({ ...error, ...about, documentation: DOCUMENTATION })),
  });
  const fault = faultOf(scene, [task], true);
  if (fault) {
    const reply = RunwareFault.of(fault, about);
    if (reply) throw reply;
  }
  const prepared = { ...task, ...inline(scene, task) };
  const judged = JSON.parse(read(JSON.stringify(prepared), now(scene.options))) as {
    problems?: { code: string; message: string; parameter: string }[];
    edit: boolean;
    request: Fields;
    usd: number | null;
  };
  if (judged.problems) return refuse(judged.problems);
  const draft = new Draft(judged.edit);
  draft.json(JSON.stringify(judged.request));
  const call = draft.open(now(scene.options));
  try {
    const summary = JSON.parse(call.summary()) as { output_format: string; error?: { message: string } };
    if (call.status !== 200)
      return refuse([{ code: "invalidParameter", message: summary.error?.message ?? "", parameter: "inputs" }]);
    const count = Number(task["numberResults"] ?? 1);
    const drawn = fault?.name === "partial" ? count - 1 : fault?.name === "empty" ? 0 : count;
    const data = Array.from({ length: drawn }, (_, index) =>
      item(scene, task, call, index, summary.output_format, judged.usd),
    );
    const { errors } =
      fault?.name === "partial"
        ? refuse([{ code: "providerError", message: "The provider failed to draw one of the pictures." }])
        : { errors: [] };
    return { data, errors };
  } finally {
    call.free();
  }
}

function item(scene: Scene, task: Fields, call: Opened, index: number, format: string, usd: number | null): Fields {
  const picture = call.draw(index)!;
  let bytes: Uint8Array;
  try {
    bytes = call.base64(picture);
  } finally {
    picture.free();
  }
  const imageUUID = crypto.randomUUID();
  scene.memory.keepPicture(imageUUID, bytes);
  const base64 = () => new TextDecoder().decode(bytes);
  const output: Fields =
    task["outputType"] === "base64Data"
      ? { imageBase64Data: base64() }
      : task["outputType"] === "dataURI"
        ? { imageDataURI: `data:image/${format};base64,${base64()}` }
        : { imageURL: `https://im.runware.invalid/image/ii/${imageUUID}.${SUFFIX[format]}` };
  return {
    taskType: task["taskType"],
    taskUUID: task["taskUUID"],
    imageUUID,
    ...output,
    seed: index,
    ...(isObject(task["safety"]) && task["safety"]["checkContent"] === true && { NSFWContent: false }),
    ...(task["includeCost"] === true && usd !== null && { cost: usd }),
  };
}

/** Pictures that were uploaded or drawn before, and bare base64, as data URLs: what the checks can look into. */
function inline({ memory }: Scene, task: Fields): Fields {
  const { inputs } = task;
  if (!isObject(inputs) || !Array.isArray(inputs["referenceImages"])) return {};
  const referenceImages = (inputs["referenceImages"] as unknown[]).map((reference) => {
    if (typeof reference !== "string" || /^(data|https?):/.test(reference)) return reference;
    const known = memory.picture(reference);
    const base64 = known ? new TextDecoder().decode(known) : reference;
    const type = base64.startsWith("/9j/") ? "jpeg" : base64.startsWith("UklGR") ? "webp" : "png";
    return base64.length > 100 ? `data:image/${type};base64,${base64}` : reference;
  });
  return { inputs: { ...inputs, referenceImages } };
}

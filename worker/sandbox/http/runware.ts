// POST /v1 as Runware's API has it: an array of tasks in, results and errors of each out.
// https://runware.ai/docs/platform/introduction, https://runware.ai/docs/platform/task-polling (2026-11-20)

import { readBytes } from "./delivery.ts";
import { json } from "./errors.ts";
import { randomHex } from "./memory.ts";
import { cut, streamOf } from "./replies.ts";
import { faultOf, RunwareFault, type RunwareError } from "./runware-faults.ts";
import { draw, type Drawn } from "./runware-task.ts";
import type { Scene } from "./scene.ts";
import { isObject, type Fields } from "./turns.ts";

/** An asynchronous task, until it is asked for. */
interface Running {
  readyAt: number;
  outcome: () => Promise<Drawn>;
}

/** The oldest is forgotten when there are more. */
const MOST_TASKS = 64;
const running = new WeakMap<object, Map<string, Running>>();

export async function runware(scene: Scene): Promise<Response> {
  const headers = () => new Headers({ "content-type": "application/json", "x-request-id": scene.requestId });
  const fail = (status: number, error: RunwareError) => json({ errors: [error] }, status, headers());
  if (scene.request.method !== "POST")
    return fail(405, { code: "invalidMethod", message: "Only POST requests are accepted." });
  let tasks: unknown;
  try {
    tasks = JSON.parse(new TextDecoder().decode(await readBytes(scene)));
  } catch {
    tasks = undefined;
  }
  if (!Array.isArray(tasks) || tasks.length === 0 || !tasks.every(isObject))
    return fail(400, { code: "invalidPayload", message: "The payload must be an array of task objects." });
  const key = keyOf(scene.request, tasks);
  if (scene.options.apiKey !== undefined && key !== scene.options.apiKey)
    return fail(401, { code: "invalidApiKey", message: "Invalid API key.", taskType: "authentication" });

  const data: Fields[] = [];
  const errors: RunwareError[] = [];
  for (const task of tasks) {
    try {
      data.push(...(await perform(scene, task, errors)));
    } catch (error) {
      if (error instanceof RunwareFault) return error.toResponse(headers(), key);
      throw error;
    }
  }
  const status = data.length > 0 || errors.length === 0 ? 200 : statusOf(errors);
  const body = { ...((data.length > 0 || errors.length === 0) && { data }), ...(errors.length > 0 && { errors }) };
  const broken = faultOf(scene, tasks)?.name;
  if (broken !== "cut" && broken !== "cut-base64" && broken !== "cut-start" && broken !== "badjson")
    return json(body, status, headers());
  const bytes = new TextEncoder().encode(JSON.stringify(body));
  async function* half(): AsyncGenerator<Uint8Array> {
    if (broken !== "cut-start") yield bytes.subarray(0, bytes.length >> 1);
    if (broken !== "badjson") await cut();
  }
  return new Response(
    streamOf(half(), () => undefined),
    { status, headers: headers() },
  );
}

async function perform(scene: Scene, task: Fields, errors: RunwareError[]): Promise<Fields[]> {
  const { taskType, taskUUID } = task;
  const about = { taskType, taskUUID };
  switch (taskType) {
    case "authentication":
      return [{ taskType, connectionSessionUUID: crypto.randomUUID() }];
    case "ping":
      return [{ taskType, pong: true }];
    case "imageUpload":
      return upload(scene, task, errors);
    case "imageInference":
      if (task["deliveryMethod"] === "async" && typeof taskUUID === "string") {
        const ms = faultOf(scene, [task])?.name === "slow" ? (faultOf(scene, [task])?.ms ?? 3000) : undefined;
        keep(scene, taskUUID, {
          readyAt: Date.now() + (ms ?? scene.options.asyncMs ?? 1500),
          outcome: () => draw(scene, task),
        });
        return [about];
      }
      return collect(await draw(scene, task), errors);
    case "getResponse":
      return poll(scene, task, errors);
    default:
      errors.push({
        code: "unsupportedTaskType",
        message: "The task type is not served here.",
        parameter: "taskType",
        ...about,
      });
      return [];
  }
}

/** What has come of an asynchronous task. */
async function poll(scene: Scene, task: Fields, errors: RunwareError[]): Promise<Fields[]> {
  const taskUUID = String(task["taskUUID"]);
  const found = running.get(scene.memory)?.get(taskUUID);
  if (!found) {
    const message = "No task of this taskUUID was found.";
    errors.push({ code: "taskNotFound", message, parameter: "taskUUID", taskType: "getResponse", taskUUID });
    return [];
  }
  if (Date.now() < found.readyAt) return [{ taskType: "imageInference", taskUUID, status: "processing" }];
  const before = errors.length;
  const done = collect(await found.outcome(), errors);
  for (const error of errors.slice(before)) error.status = "error";
  return done.map((item) => ({ ...item, status: "success" }));
}

function keep(scene: Scene, uuid: string, task: Running): void {
  let tasks = running.get(scene.memory);
  if (!tasks) running.set(scene.memory, (tasks = new Map()));
  tasks.set(uuid, task);
  for (const oldest of tasks.keys()) if (tasks.size > MOST_TASKS) tasks.delete(oldest);
}

function collect({ data, errors: found }: Drawn, errors: RunwareError[]): Fields[] {
  errors.push(...found);
  return data;
}

/** Keeps a picture for tasks that name it. */
function upload({ memory }: Scene, task: Fields, errors: RunwareError[]): Fields[] {
  const { taskType, taskUUID, image } = task;
  const base64 = typeof image === "string" ? image.replace(/^data:[^,]*;base64,/, "") : "";
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(base64)) {
    const message = "image must be base64 or a data URI; there is no network here.";
    errors.push({ code: "invalidImage", message, parameter: "image", taskType, taskUUID });
    return [];
  }
  const imageUUID = crypto.randomUUID();
  memory.keepPicture(imageUUID, new TextEncoder().encode(base64));
  return [
    { taskType, taskUUID, imageUUID, imageURL: `https://im.runware.invalid/image/${randomHex(4)}/${imageUUID}.png` },
  ];
}

function keyOf(request: Request, tasks: Fields[]): string | undefined {
  const [first] = tasks;
  if (first?.["taskType"] === "authentication") return String(first["apiKey"]);
  return /^Bearer\s+(.+)$/i.exec(request.headers.get("authorization") ?? "")?.[1];
}

/** No table of statuses is published; each is what its kind of error has in HTTP. */
const statusOf = ([first]: RunwareError[]): number => (first?.code === "taskNotFound" ? 404 : 400);

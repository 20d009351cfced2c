// How a route buys a call: it names the operation, and hands the order to the object that owns it.

import { digestOf, type Caller } from "../auth/caller.ts";
import { allowModel } from "../auth/token.ts";
import type { Env, ObjectId, Settings } from "../env.ts";
import { badRequest, Refusal } from "../errors.ts";
import { boundOf, type Bound } from "../ledger/bound.ts";
import type { Context } from "gpt-image-edge";
import { inTurn, type Asked } from "../limiter/turn.ts";
import type { Call } from "../upstream/upstream.ts";
import type { Operation } from "./object.ts";
import type { SameRequest } from "./same.ts";
import type { Sharing } from "./settings.ts";
import { ORDER_HEADER, written, type Order, type Purchase } from "./order.ts";

/** An operation from afar. Written out, for the runtime's own types of stubs take unions apart. */
export type OperationStub = Pick<
  Operation,
  "isKnown" | "shares" | "counted" | "commit" | "status" | "result" | "reconcile"
> & {
  fetch(address: string, init: RequestInit): Promise<Response>;
};

type SameStub = Pick<SameRequest, "join" | "replace">;

/** Who asks, and on what request of theirs. */
export interface Ask {
  env: Env;
  settings: Settings;
  caller: Caller;
  request: Request;
}

/** What is asked for, as the package's checks and prices take it. */
export interface Wanted {
  operation: "generate" | "edit" | "respond" | "runware";
  request: unknown;
  context?: Context | undefined;
}

/** The language model that an `svg` names. */
export const authorOf = (svg: unknown): unknown =>
  typeof svg === "object" && svg !== null ? (svg as { model?: unknown }).model : undefined;

/** Refuses what the caller's token does not allow; what names no model is left to the checks. */
export function allowModels(caller: Caller, models: unknown[]): void {
  for (const model of models) if (typeof model === "string") allowModel(caller, model);
}

/** The price's bound, after everything that the caller's token forbids was refused. */
export function priced({ settings, caller }: Ask, { operation, request, context }: Wanted): Bound {
  const { model, svg } = request as Record<string, unknown>;
  allowModels(caller, [model, authorOf(svg)]);
  return boundOf(operation, request, context, { caps: settings.caps, caller });
}

export function purchaseOf(
  { settings, caller }: Ask,
  bound: Bound,
  request: Record<string, unknown>,
  fingerprint: string,
): Purchase {
  const word = (name: string) => (typeof request[name] === "string" ? request[name].slice(0, 32) : null);
  const { caps } = settings;
  return {
    reservation: {
      caller: caller.id,
      person: caller.person,
      token: caller.token,
      tenant: caller.tenant,
      model: bound.model,
      amount: bound.amount,
      prices: bound.prices,
      caps: { caller: caller.budget, tenant: caller.pool ?? caps.tenant, organization: caps.organization },
      concurrency: caller.concurrency,
    },
    bound,
    size: word("size"),
    quality: word("quality"),
    fingerprint,
  };
}

/** The object of an operation, and an order to it that lacks only what is bought. */
export class Ticket {
  readonly stub: OperationStub;
  readonly order: Order;

  private constructor(env: Env, id: ObjectId, order: Omit<Order, "operation">) {
    this.stub = env.OPERATIONS!.get(id) as OperationStub;
    this.order = { operation: `op_${id.toString()}`, ...order };
  }

  /**
   * The same key of the same caller names the same object; without a key each call is an object of its own, unless the operator
   * lets the same request (`fingerprint`) of a caller share one.
   */
  static async draw(
    { env, settings, caller, request }: Ask,
    call: Pick<Call, "path" | "contentType">,
    fingerprint?: string,
  ): Promise<Ticket> {
    const key = request.headers.get("idempotency-key");
    if (key !== null && !/^[\x21-\x7e]{1,255}$/.test(key))
      throw badRequest(
        "Idempotency-Key: must be 1 to 255 visible ASCII characters, such as a UUID.",
        null,
        "invalid_value",
      );
    const objects = env.OPERATIONS!;
    const fault = request.headers.get("x-sandbox-fault");
    const order = { caller: caller.id, keyed: key !== null, call: { ...call, fault } };
    if (key !== null) {
      const id = objects.idFromName(await digestOf([caller.id, key]));
      return new Ticket(env, id, { ...order, same: false });
    }
    const anew = fault !== null || /\bno-(cache|store)\b/i.test(request.headers.get("cache-control") ?? "");
    const { sharing } = settings;
    const share = sharing && fingerprint !== undefined && !anew;
    const id = share ? await sharedId(env, settings, sharing, [caller.id, fingerprint]) : objects.newUniqueId();
    return new Ticket(env, id, { ...order, same: Boolean(share) });
  }

  /** The same when its turn has come. An order that was given before is not sent again, so it waits for nothing. */
  async inTurn(ask: Ask, asked: Asked, send: () => Promise<Response>): Promise<Response> {
    if ((this.order.keyed || this.order.same) && (await this.stub.isKnown())) return send();
    return inTurn(ask, this.asked(asked), send);
  }

  /** The same, and what its operation knows of it in the end. */
  asked(asked: Asked): Asked {
    return { ...asked, counted: () => this.stub.counted() };
  }

  /** Hands over an order with its body. */
  async send(purchase: Purchase | undefined, body: BodyInit, signal?: AbortSignal): Promise<Response> {
    const order = purchase ? { ...this.order, purchase } : this.order;
    try {
      const reply = await this.stub.fetch("https://operation.invalid/", {
        method: "POST",
        headers: { [ORDER_HEADER]: written(order) },
        body,
        ...(signal && { signal }),
      });
      // Errors are short. Read here, they outlive an upload that is given up because of them.
      return reply.ok ? reply : new Response(await reply.text(), reply);
    } catch (error) {
      console.error(JSON.stringify({ event: "operation_lost", operation: order.operation, message: String(error) }));
      throw new Refusal(
        502,
        {
          message: `The worker lost this call; GET /v1/operations/${order.operation} tells what became of it.`,
          type: "server_error",
          code: "operation_lost",
        },
        // Nobody knows whether it was sent.
        { "x-should-retry": "false", "x-operation-id": order.operation },
      );
    }
  }
}

/** How often a call looks for another to share; then it is one of its own. */
const LOOKS = 3;

/** The object whose call answers this request: one that is running or kept, or a new one that others may then share. */
async function sharedId(env: Env, { callTimeoutMs }: Settings, sharing: Sharing, name: string[]): Promise<ObjectId> {
  const [objects, same] = [env.OPERATIONS!, env.SAME_REQUESTS!];
  const stub = same.get(same.idFromName(await digestOf(name))) as SameStub;
  const fresh = objects.newUniqueId();
  const keepMs = Math.max(sharing.flightMs, callTimeoutMs + sharing.cacheMs);
  let found = await stub.join(fresh.toString(), keepMs);
  for (let look = 0; look < LOOKS; look++) {
    if (found === fresh.toString()) return fresh;
    const id = objects.idFromString(found);
    if (await (objects.get(id) as OperationStub).shares(sharing)) return id;
    found = await stub.replace(found, fresh.toString(), keepMs);
  }
  return fresh;
}

/** The object that a caller names; undefined when that is no name of ours. Made-up names reach no object. */
export function operationOf(env: Env, name: string): OperationStub | undefined {
  const digits = /^op_([0-9a-f]{64})$/.exec(name)?.[1];
  if (digits === undefined) return undefined;
  try {
    return env.OPERATIONS!.get(env.OPERATIONS!.idFromString(digits)) as OperationStub;
  } catch {
    // The runtime tells its own ids from others by a digest inside them.
    return undefined;
  }
}

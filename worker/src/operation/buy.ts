// How an operation is paid for: held back, noted, marked as sent. Only then may anything leave.

import { settingsOf, type Env } from "../env.ts";
import { Refusal } from "../errors.ts";
import { ask, refusal } from "../ledger/client.ts";
import type { Order, Purchase } from "./order.ts";
import type { RecordStore } from "./record.ts";

/** Throws the refusal where there is no room, and where the ledger does not say in time that it may be sent. */
export async function buy(env: Env, records: RecordStore, order: Order, purchase: Purchase): Promise<void> {
  const { operation, caller, keyed } = order;
  const entry = `${operation}.${crypto.randomUUID().slice(0, 8)}`;
  const { reservedTtlMs, sentTtlMs } = settingsOf(env);
  const reservation = { ...purchase.reservation, id: entry, ttlMs: reservedTtlMs };
  const answer = await ask(env, (ledger) => ledger.reserve(reservation));
  if (!answer.ok) throw refusal(answer, purchase.bound.amount);
  // On disk before the ledger hears that it is sent: after a crash this object knows that it may have been.
  records.begin({ operation, caller, keyed, entry, purchase, left: answer.left, path: order.call.path });
  try {
    if (!(await ask(env, (ledger) => ledger.send(entry, sentTtlMs)))) throw expired();
  } catch (error) {
    // Nothing has left, and nothing will: whatever the ledger has heard, it costs nothing.
    await ask(env, (ledger) => ledger.resolve(entry, { kind: "void" }));
    records.delete();
    throw error;
  }
}

const expired = () =>
  new Refusal(503, { message: "The reservation has expired.", type: "server_error", code: "expired" });

// A TCP proxy between two programs that breaks connections where a test says: it knows nothing of HTTP, as networks do not.

import { createServer, connect, type AddressInfo, type Socket } from "node:net";

/** What happens to the bytes of one direction. */
export interface Fault {
  /** The connection is reset when so many bytes have passed; 0 is before the first. */
  cutAfter?: number;
  /** So many bytes pass at a time, with a pause behind each. */
  dribble?: { bytes: number; ms: number };
}

/** The faults of a connection: of what goes to the server, and of what comes back. */
export interface Faults {
  up?: Fault;
  down?: Fault;
}

export interface FaultProxy {
  address: string;
  /** What happens to connections that are made from now on; nothing, until it is said. A function is asked for each. */
  break(faults: Faults | (() => Faults)): void;
  /** Connections that were made since. */
  connections: number;
  close(): Promise<void>;
}

/** A server that starts again elsewhere is named by a function. */
export async function startFaultProxy(target: string | (() => string)): Promise<FaultProxy> {
  const sockets = new Set<Socket>();
  let faults: Faults | (() => Faults) = {};
  const server = createServer((client) => {
    proxy.connections++;
    const { up, down } = typeof faults === "function" ? faults() : faults;
    const { hostname, port } = new URL(typeof target === "function" ? target() : target);
    const upstream = connect({ host: hostname, port: Number(port) });
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.setNoDelay(true);
      socket.on("error", () => undefined);
      socket.on("close", () => sockets.delete(socket));
    }
    const reset = () => {
      client.resetAndDestroy();
      upstream.destroy();
    };
    void pass(client, upstream, up, reset);
    void pass(upstream, client, down, reset);
  });
  const proxy: FaultProxy = {
    address: "",
    connections: 0,
    break(next) {
      faults = next;
      proxy.connections = 0;
      // Connections that are kept alive would go on under the faults of before.
      for (const socket of sockets) socket.destroy();
    },
    close: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => resolve());
      }),
  };
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  proxy.address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return proxy;
}

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** Moves the bytes of one direction, as fast as the other side takes them, until its fault. */
async function pass(from: Socket, to: Socket, { cutAfter = Infinity, dribble }: Fault = {}, reset: () => void) {
  let passed = 0;
  const write = async (bytes: Buffer) => {
    if (bytes.length > 0 && !to.write(bytes) && !to.destroyed)
      await new Promise((resolve) => to.once("drain", resolve).once("close", resolve));
  };
  try {
    for await (const chunk of from as AsyncIterable<Buffer>) {
      const left = chunk.subarray(0, Math.max(0, cutAfter - passed));
      passed += chunk.length;
      const step = dribble?.bytes ?? left.length;
      for (let at = 0; at < left.length; at += step) {
        await write(left.subarray(at, at + step));
        if (dribble) await sleep(dribble.ms);
      }
      // What was written is on its way before the reset takes what still waits.
      if (passed >= cutAfter) return void setTimeout(reset, 20);
    }
    to.end();
  } catch {
    to.destroy();
  }
}

import { once } from "node:events";
import { connect, createServer, type Server, type Socket } from "node:net";

/** A TCP proxy in front of a server, which can misbehave. */
export interface Proxy {
  /** The URL, by way of the proxy. */
  readonly url: string;
  /** `hold`: nothing passes any more, nor do connections break, a black hole; `pass`: what was held passes. */
  set(mode: "pass" | "hold"): void;
  /** Breaks all connections, and refuses new ones as a port does where nobody listens. */
  refuse(): Promise<void>;
  /** Takes connections again. */
  accept(): Promise<void>;
  /** Breaks all connections. */
  reset(): void;
  /** Breaks all connections once so many bytes have come from the server; infinity: never. */
  resetAfter(bytes: number): void;
  /** What comes from the server from now on comes so much later. */
  delay(latencyMs: number): void;
  /** So much comes from the server in a second, over each connection. */
  throttle(bytesPerSecond: number): void;
  readonly connections: number;
  close(): Promise<void>;
}

/** @param target URL of the server, with its port. */
export async function startProxy(target: string): Promise<Proxy> {
  const { hostname, port } = new URL(target);
  const pairs = new Set<readonly [Socket, Socket]>();
  let isHolding = false;
  let bytesLeft = Number.POSITIVE_INFINITY;
  let latencyMs = 0;
  let bytesPerSecond = Number.POSITIVE_INFINITY;
  const reset = () => pairs.forEach((pair) => pair.forEach((socket) => socket.resetAndDestroy()));
  const open = (client: Socket): void => {
    const upstream = connect(Number(port), hostname);
    const pair = [client, upstream] as const;
    pairs.add(pair);
    const later = inOrder((chunk) => client.destroyed || client.write(chunk));
    /** When the line from the server is free again, by the monotonic clock. */
    let freeAt = 0;
    upstream.on("data", (chunk) => {
      if ((bytesLeft -= chunk.length) < 0) return reset();
      freeAt = Math.max(freeAt, performance.now()) + (chunk.length / bytesPerSecond) * 1_000;
      later(chunk, freeAt + latencyMs);
      if (bytesPerSecond === Number.POSITIVE_INFINITY) return;
      upstream.pause();
      setTimeout(() => isHolding || upstream.resume(), freeAt - performance.now());
    });
    client.on("data", (chunk) => upstream.write(chunk));
    for (const [from, to] of [pair, [upstream, client] as const]) {
      if (isHolding) from.pause();
      from.on("error", () => to.destroy());
      from.on("close", () => {
        to.destroy();
        pairs.delete(pair);
      });
    }
  };
  let server: Server | null = await listening(open, 0);
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("A TCP server has no port.");
  const url = new URL(target);
  url.port = String(address.port);
  const refuse = async () => {
    const stopped = server;
    server = null;
    if (!stopped) return;
    const closed = once(stopped, "close");
    stopped.close();
    reset();
    await closed;
  };
  return {
    url: url.href,
    set(mode) {
      isHolding = mode === "hold";
      for (const socket of [...pairs].flat()) {
        if (isHolding) socket.pause();
        else socket.resume();
      }
    },
    refuse,
    async accept() {
      server ??= await listening(open, address.port);
    },
    reset,
    resetAfter(bytes) {
      bytesLeft = bytes;
    },
    delay(ms) {
      latencyMs = ms;
    },
    throttle(bytes) {
      bytesPerSecond = bytes;
    },
    get connections() {
      return pairs.size;
    },
    close: refuse,
  };
}

async function listening(open: (client: Socket) => void, port: number): Promise<Server> {
  const server = createServer(open).listen(port, "127.0.0.1");
  await once(server, "listening");
  return server;
}

/** Hands on each chunk at its time, and never before the one that came before it. */
function inOrder(write: (chunk: Buffer) => void): (chunk: Buffer, at: number) => void {
  const waiting: { readonly chunk: Buffer; readonly at: number }[] = [];
  const next = (): void => {
    const [first] = waiting;
    if (!first) return;
    const waitMs = first.at - performance.now();
    if (waitMs >= 1) return void setTimeout(next, waitMs);
    waiting.shift();
    write(first.chunk);
    next();
  };
  return (chunk, at) => {
    waiting.push({ chunk, at });
    if (waiting.length === 1) next();
  };
}

import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";

/** A TCP proxy in front of a database, which can misbehave. */
export interface Proxy {
  /** The URL, by way of the proxy. */
  readonly url: string;
  /** `hold`: nothing passes any more, nor do connections break; `pass`: what was held passes. */
  set(mode: "pass" | "hold"): void;
  /** Breaks all connections. */
  reset(): void;
  /** Breaks connections once they carried so many bytes from the server. */
  resetAfter(bytes: number): void;
  readonly connections: number;
  close(): Promise<void>;
}

export async function startProxy(target: string): Promise<Proxy> {
  const { hostname, port } = new URL(target);
  const pairs = new Set<readonly [Socket, Socket]>();
  let isHolding = false;
  let bytesLeft = Number.POSITIVE_INFINITY;
  const reset = () => pairs.forEach((pair) => pair.forEach((socket) => socket.resetAndDestroy()));
  const server = createServer((client) => {
    const upstream = connect(Number(port), hostname);
    const pair = [client, upstream] as const;
    pairs.add(pair);
    for (const [from, to] of [pair, [upstream, client] as const]) {
      if (isHolding) from.pause();
      from.on("data", (chunk) => {
        if (from === upstream && (bytesLeft -= chunk.length) < 0) return reset();
        to.write(chunk);
      });
      from.on("error", () => to.destroy());
      from.on("close", () => {
        to.destroy();
        pairs.delete(pair);
      });
    }
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("A TCP server has no port.");
  const url = new URL(target);
  url.port = String(address.port);
  return {
    url: url.href,
    set(mode) {
      isHolding = mode === "hold";
      for (const socket of [...pairs].flat()) {
        if (isHolding) socket.pause();
        else socket.resume();
      }
    },
    reset,
    resetAfter(bytes) {
      bytesLeft = bytes;
    },
    get connections() {
      return pairs.size;
    },
    async close() {
      reset();
      server.close();
      await once(server, "close");
    },
  };
}

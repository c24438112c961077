import { once } from "node:events";
import { connect, type Socket } from "node:net";

/** One kept connection, on which one request is asked after the other. */
export interface Connection {
  /** The body of the answer. @throws Error for any status but 200 */
  ask(request: Buffer): Promise<Buffer>;
  close(): void;
}

/** Where a side listens, and what it is sent with each request. */
export interface Door {
  readonly url: string;
  readonly authorization: string | null;
}

/** A whole request, made once, so that the client costs next to nothing beside the server. */
export function post({ url, authorization }: Door, body: string): Buffer {
  const { host, pathname } = new URL(url);
  const lines = [
    `POST ${pathname} HTTP/1.1`,
    `host: ${host}`,
    "content-type: application/json",
    `content-length: ${Buffer.byteLength(body)}`,
    ...(authorization === null ? [] : [`authorization: ${authorization}`]),
  ];
  return Buffer.from(`${lines.join("\r\n")}\r\n\r\n${body}`);
}

/**
 * A server that is kept busy for longer than it keeps connections may close one on which a request is on its way: that
 * is asked again on another, as any client does.
 */
export async function connectTo(door: Door): Promise<Connection> {
  let socket = await open(door);
  return {
    async ask(request) {
      try {
        return await askOn(socket, request);
      } catch (thrown) {
        if (!socket.destroyed) throw thrown;
        socket = await open(door);
        return askOn(socket, request);
      }
    },
    close: () => socket.destroy(),
  };
}

async function open({ url }: Door): Promise<Socket> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname).setNoDelay(true);
  await once(socket, "connect");
  socket.on("error", () => socket.destroy());
  return socket;
}

function askOn(socket: Socket, request: Buffer): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    let chunks: Buffer[] = [];
    let received = 0;
    let head: Head | null = null;
    const take = (chunk: Buffer): void => {
      chunks.push(chunk);
      received += chunk.length;
      if (head === null) {
        chunks = [Buffer.concat(chunks)];
        head = headOf(chunks[0] ?? chunk);
      }
      if (head === null || received < head.end + head.length) return;
      socket.off("data", take).off("close", fail);
      const body = Buffer.concat(chunks).subarray(head.end);
      if (head.status === 200) resolve(body);
      else reject(new Error(`Status ${head.status}: ${body.toString().slice(0, 300)}`));
    };
    const fail = (): void => reject(new Error("The server closed the connection."));
    if (socket.destroyed) return fail();
    socket.on("data", take).on("close", fail);
    socket.write(request);
  });
}

interface Head {
  readonly status: number;
  /** Where the body begins. */
  readonly end: number;
  readonly length: number;
}

/** null: it is not whole yet. */
function headOf(received: Buffer): Head | null {
  const end = received.indexOf("\r\n\r\n");
  if (end < 0) return null;
  const text = received.toString("latin1", 0, end);
  const length = /\r\ncontent-length: *(\d+)/i.exec(text)?.[1];
  if (length === undefined) throw new Error(`An answer without its length: ${text}`);
  return { status: Number(text.slice(9, 12)), end: end + 4, length: Number(length) };
}

export interface Load {
  readonly requests: number;
  readonly seconds: number;
}

/** So many clients ask for so long, each the next request as soon as the last is answered. */
export async function load(door: Door, clients: number, milliseconds: number, next: () => Buffer): Promise<Load> {
  const connections = await Promise.all(Array.from({ length: clients }, () => connectTo(door)));
  const begun = performance.now();
  let requests = 0;
  await Promise.all(
    connections.map(async (connection) => {
      do {
        await connection.ask(next());
        requests++;
      } while (performance.now() - begun < milliseconds);
      connection.close();
    }),
  );
  return { requests, seconds: (performance.now() - begun) / 1_000 };
}

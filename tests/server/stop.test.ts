import { once } from "node:events";
import { createServer, type Server } from "node:http";
import { connect } from "node:net";
import { expect, test } from "vitest";
import { drain } from "../../src/server/index.ts";

const DELAY_MS = 200;

test("a request that had come when the delay was over is answered, though the process was too busy to see it", async () => {
  const server = createServer((_, res) => void res.end("answered"));
  const socket = connect(await listening(server), "127.0.0.1");
  await once(socket, "connect");
  socket.write(REQUEST);
  expect(String(await once(socket, "data"))).toContain("answered");
  const drained = drain(server, { delayMs: DELAY_MS, graceMs: 60_000 });
  // What comes next in the loop is the timer of the delay; sockets are read after it.
  const busy = (): void => {
    socket.write(REQUEST);
    const until = performance.now() + 2 * DELAY_MS;
    while (performance.now() < until);
  };
  setTimeout(() => setImmediate(busy), DELAY_MS / 2);
  const answer = await Promise.race([once(socket, "data"), once(socket, "close")]);
  expect(String(answer)).toContain("HTTP/1.1 200 OK");
  expect(String(answer).toLowerCase()).toContain("connection: close");
  expect(await drained).toBe(0);
});

const REQUEST = "GET / HTTP/1.1\r\nhost: it\r\n\r\n";

async function listening(server: Server): Promise<number> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("It does not listen to a port.");
  return address.port;
}

import { once } from "node:events";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import { setImmediate as turn } from "node:timers/promises";

/** How a server ends. */
export interface StopOptions {
  /** How long it goes on answering, not ready any more, so that whoever sends it requests can notice. */
  readonly delayMs: number;
  /** How long requests under way may take after that, before they are cut off. */
  readonly graceMs: number;
}

/**
 * Takes no more requests, and lets those under way end: for a while it still answers, each time saying that the
 * connection ends with the answer; then it stops to listen.
 *
 * @returns how many connections had to be cut off
 */
export async function drain(server: Server, { delayMs, graceMs }: StopOptions): Promise<number> {
  const lastAnswer = (_: IncomingMessage, res: ServerResponse): void => void res.setHeader("connection", "close");
  server.prependListener("request", lastAnswer);
  await new Promise((resolve) => setTimeout(resolve, delayMs));
  // A busy process is late: what has come by now (a connection, then its request) is taken before idle connections are closed.
  for (let i = 0; i < 3; i += 1) await turn();
  const closed = once(server, "close");
  server.close();
  let cut = 0;
  const impatience = setTimeout(() => {
    server.getConnections((_, count) => {
      cut = count;
      server.closeAllConnections();
    });
  }, graceMs);
  await closed;
  clearTimeout(impatience);
  return cut;
}

/**
 * Resolves with the first SIGINT or SIGTERM. One key press may come twice, from the terminal and handed on by npm, so
 * more of them count only after a second: then they end the process at once, as Node does by itself.
 */
export function stopSignal(): Promise<"SIGINT" | "SIGTERM"> {
  const signals = ["SIGINT", "SIGTERM"] as const;
  return new Promise((resolve) => {
    const stop = (signal: NodeJS.Signals) => {
      resolve(signal === "SIGINT" ? "SIGINT" : "SIGTERM");
      setTimeout(() => signals.forEach((name) => process.off(name, stop)), ECHO_MS).unref();
    };
    for (const signal of signals) process.on(signal, stop);
  });
}

const ECHO_MS = 1_000;

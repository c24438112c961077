import type { Server } from "node:http";
import type { Engine } from "../engine/index.ts";
import { drain, type StopOptions } from "../server/index.ts";
import type { Log } from "../telemetry/index.ts";

/**
 * Ends a server that was told to, and says so in the log: at once, when it takes no connection any more, and what came of it.
 *
 * @returns to be called when all is closed
 */
export async function drainAloud(
  server: Server,
  { engine, log }: { readonly engine: Pick<Engine, "catalog" | "running">; readonly log: Log },
  { signal, ...options }: StopOptions & { readonly signal: string },
): Promise<() => void> {
  const began = performance.now();
  const tell = (message: string, fields: object): void =>
    log.write("info", message, { catalogVersion: engine.catalog.version, signal, ...fields });
  tell("The server was told to stop, and answers for a while yet.", { ...options, questions: engine.running });
  const closing = setTimeout(
    () => tell("The server takes no more connections, and lets requests under way end.", { questions: engine.running }),
    options.delayMs,
  );
  const cut = await drain(server, options);
  clearTimeout(closing);
  return () => tell("The server has ended.", { cut, ms: Math.round(performance.now() - began) });
}

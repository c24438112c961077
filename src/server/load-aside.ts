import { once } from "node:events";
import { extname } from "node:path";
import { setImmediate as turn } from "node:timers/promises";
import { Worker } from "node:worker_threads";
import type { Compiled } from "../compile/index.ts";
import { compiledOf, type Piece } from "./pieces.ts";

/**
 * Definitions and what they are worth at a moment, read in a thread of its own: reading thousands of definitions takes seconds,
 * in which a server has others to answer. What comes back is a copy, so nothing in a catalog may be a function.
 *
 * @throws Error when the thread breaks: our mistake, never the author's
 */
export async function loadAside(folder: string, now = new Date()): Promise<Compiled> {
  const file = new URL(`./load-worker${extname(import.meta.filename)}`, import.meta.url);
  const worker = new Worker(file, { workerData: { folder, now } });
  const broken = Promise.withResolvers<never>();
  worker.once("error", broken.reject);
  worker.once("exit", (code) => broken.reject(new Error(`The thread that reads definitions ended with ${code}.`)));
  const next = async (): Promise<Piece> => {
    const told = once(worker, "message");
    worker.postMessage("next");
    const [piece]: Piece[] = await Promise.race([told, broken.promise]);
    // Whoever else waits for this thread comes between two pieces.
    await turn();
    if (!piece) throw new Error("The thread that reads definitions told nothing.");
    return piece;
  };
  try {
    return await compiledOf(next);
  } finally {
    await worker.terminate();
  }
}

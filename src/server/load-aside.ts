import { extname } from "node:path";
import { Worker } from "node:worker_threads";
import type { Compiled } from "../compile/index.ts";

/**
 * Definitions and what they are worth at a moment, read in a thread of its own: reading thousands of definitions takes seconds,
 * in which a server has others to answer. What comes back is a copy, so nothing in a catalog may be a function.
 *
 * @throws Error when the thread breaks: our mistake, never the author's
 */
export async function loadAside(folder: string, now = new Date()): Promise<Compiled> {
  const file = new URL(`./load-worker${extname(import.meta.filename)}`, import.meta.url);
  const worker = new Worker(file, { workerData: { folder, now } });
  try {
    return await new Promise<Compiled>((resolve, reject) => {
      worker.once("message", resolve);
      worker.once("error", reject);
      worker.once("exit", (code) => reject(new Error(`The thread that reads definitions ended with ${code}.`)));
    });
  } finally {
    await worker.terminate();
  }
}

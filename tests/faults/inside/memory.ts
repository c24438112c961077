/**
 * Loaded into a server by `--import`, with `--expose-gc`: on SIGUSR2 it collects its garbage and writes what is left to
 * `memory.json` of its folder.
 */
import { renameSync, writeFileSync } from "node:fs";

process.on("SIGUSR2", () => {
  // The second one takes what finalizers of the first have let go.
  globalThis.gc?.();
  setTimeout(() => {
    globalThis.gc?.();
    const { heapUsed, external, arrayBuffers, rss } = process.memoryUsage();
    const listeners = process.eventNames().reduce((sum, name) => sum + process.listenerCount(name), 0);
    const resources = process.getActiveResourcesInfo().length;
    writeFileSync("memory.part", JSON.stringify({ heapUsed, external, arrayBuffers, rss, listeners, resources }));
    renameSync("memory.part", "memory.json");
  }, 50);
});

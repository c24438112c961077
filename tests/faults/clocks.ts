import { writeFileSync } from "node:fs";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { Assay } from "./support.ts";

/** For `nodeFlags` of a server whose clocks are to be moved. */
export const MOVABLE_CLOCKS = ["--import", path.join(import.meta.dirname, "inside/clock.ts")];

/** Milliseconds beside the true time. */
export interface Offsets {
  /** Of the clock that somebody may set. */
  readonly wall?: number;
  /** Of the clock that only grows. */
  readonly monotonic?: number;
}

export async function moveClocks({ folder, child }: Assay, { wall = 0, monotonic = 0 }: Offsets): Promise<void> {
  writeFileSync(path.join(folder, "clock.json"), JSON.stringify({ wall, monotonic }));
  child.kill("SIGUSR2");
  await delay(100); // until the signal is there
}

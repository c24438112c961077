import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { type Line, linesOf, readLine } from "./line.ts";
import { partsIn } from "./parts.ts";

/**
 * Every line of a log, chain by chain, each in its order. Nothing is checked but each line's own hash: `verifyAuditLog` tells
 * whether they are all there.
 *
 * @throws what the file system says
 */
export async function* auditLines(folder: string): AsyncGenerator<{ readonly slot: string; readonly line: Line }> {
  for (const [slot, parts] of Map.groupBy(await partsIn(folder), (part) => part.slot)) {
    for (const { file } of parts) {
      for (const { bytes } of linesOf(await readFile(join(folder, file)))) {
        const line = readLine(bytes);
        if (line) yield { slot, line };
      }
    }
  }
}

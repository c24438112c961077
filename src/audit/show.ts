import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { type Line, linesOf, readLine } from "./line.ts";
import { partsIn } from "./parts.ts";

/** The last lines of all chains in a folder by time, oldest first. Nothing is checked but each line's own hash. */
export async function lastAuditLines(folder: string, count: number): Promise<readonly Line[]> {
  const last: Line[] = [];
  for (const parts of Map.groupBy(await partsIn(folder), ({ slot }) => slot).values()) {
    const own: Line[] = [];
    for (const { file } of parts.toReversed()) {
      if (own.length >= count) break;
      const lines = [...linesOf(await readFile(join(folder, file)))].flatMap(({ bytes }) => readLine(bytes) ?? []);
      own.unshift(...lines);
    }
    last.push(...own);
  }
  return last.sort((a, b) => Date.parse(a.time) - Date.parse(b.time)).slice(Math.max(0, last.length - count));
}

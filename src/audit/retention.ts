import { readdir, readFile, unlink } from "node:fs/promises";
import { join } from "node:path";
import { lastLine } from "./line.ts";
import { type Part, partsIn } from "./parts.ts";
import type { RemovedRecord } from "./record.ts";

/** No setting makes it less. */
export const LEAST_KEEP_DAYS = 400;

export const DAY_MS = 86_400_000;

/**
 * The oldest files of a chain, whose every line is older than `keepDays`. Never one whose end cannot be read: what it
 * holds is not known, so it is not thrown away.
 */
export async function agedParts(
  folder: string,
  current: Part,
  keepDays: number,
  now: Date,
): Promise<readonly RemovedRecord[]> {
  const aged: RemovedRecord[] = [];
  const isAged = (time: string) => Date.parse(time) + keepDays * DAY_MS <= now.getTime();
  for (const part of (await partsIn(folder)).filter(({ slot, number }) => isBefore(current, slot, number))) {
    if (!isAged(part.day)) break;
    const last = lastLine(await readFile(join(folder, part.file)));
    if (!last || !isAged(last.line.time)) break;
    const { seq: lastSeq, hash: lastHash, time: lastTime } = last.line;
    aged.push({ file: part.file, keepDays, lastSeq, lastHash, lastTime });
  }
  return aged;
}

function isBefore(current: Part, slot: string, number: number): boolean {
  return slot === current.slot && number < current.number;
}

/** Oldest first, so that what is left is one piece whenever this ends. */
export async function removeParts(folder: string, removed: readonly RemovedRecord[]): Promise<void> {
  const files = await readdir(folder);
  for (const { file } of removed) {
    for (const torn of files.filter((name) => name.startsWith(`${file}.torn-`))) await unlink(join(folder, torn));
    await unlink(join(folder, file));
  }
}

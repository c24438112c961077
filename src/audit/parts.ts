import { readdir } from "node:fs/promises";

/** One file of a chain: `assay.000042.2026-11-21.jsonl`. */
export interface Part {
  /** Who writes the chain: the writer's name; `name~2` for a second process at the same time. */
  readonly slot: string;
  /** Counts from 1 over the whole chain. */
  readonly number: number;
  /** Of its first line, UTC. */
  readonly day: string;
  readonly file: string;
}

export const WRITER_NAME = /^[a-z0-9][a-z0-9_-]{0,39}$/;
const PART = /^([a-z0-9][a-z0-9_-]{0,39}(?:~[1-9]\d*)?)\.(\d{6,})\.(\d{4}-\d{2}-\d{2})\.jsonl$/;

export function partOf(slot: string, number: number, day: string): Part {
  return { slot, number, day, file: `${slot}.${String(number).padStart(6, "0")}.${day}.jsonl` };
}

/** In the order of their chains. */
export async function partsIn(folder: string): Promise<readonly Part[]> {
  const parts = (await readdir(folder)).flatMap((file) => {
    const [, slot, number, day] = PART.exec(file) ?? [];
    return slot && number && day ? [{ slot, number: Number(number), day, file }] : [];
  });
  return parts.sort((a, b) => a.number - b.number);
}

export function dayOf(time: string): string {
  return time.slice(0, "2026-11-21".length);
}

import type { StatementRun } from "../warehouse/index.ts";
import type { ReadResult } from "./question.ts";
import type { Share } from "./share.ts";

/** How an answer was come by: from the warehouse, or from what it has said to somebody before or at this moment. */
export type CacheUse = "miss" | "hit" | "stale" | "coalesced";

/** The rows of one statement, for every question that is equal. No names: each question describes its own columns. */
export interface KeptResult {
  /** Of each cell of a row, what it is. */
  readonly columns: Share["columns"];
  readonly read: ReadResult;
  readonly run: StatementRun & { readonly dataAsOf: string };
  /** How many questions the statement has answered. */
  readonly questions: number;
  /** When it was asked for, by the clock of the cache. */
  readonly readAtMs: number;
}

/** The cells of a question in its own order. @throws Error where one is not there: keys of different questions were equal. */
export function readAs({ columns, read }: KeptResult, wanted: Share["columns"]): ReadResult {
  const places = wanted.map((column) => columns.indexOf(column));
  if (places.includes(-1)) throw new Error("A kept result lacks a column of the question.");
  if (places.length === columns.length && places.every((place, i) => place === i)) return read;
  return {
    columns: places.flatMap((place) => read.columns[place] ?? []),
    rows: read.rows.map((row) => places.map((place) => row[place] ?? null)),
  };
}

/** In memory, rather too many: V8 holds a list of pointers a row, and texts beside them, in two bytes a character where one is beyond Latin. */
export function memoryOf({ columns, rows }: ReadResult): number {
  let bytes = 64 + columns.length * COLUMN_BYTES + rows.length * (32 + 16);
  for (const row of rows) {
    bytes += row.length * 8;
    for (const cell of row) {
      if (typeof cell === "string") bytes += 24 + (isLatin(cell) ? cell.length : cell.length * 2);
      else if (typeof cell === "number") bytes += 16;
    }
  }
  return bytes;
}

/** Its name and type, and what its cells are. */
const COLUMN_BYTES = 384;

function isLatin(text: string): boolean {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > 0xff) return false;
  return true;
}

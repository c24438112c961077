import { Refusal } from "../diagnostics/index.ts";
import type { Cell } from "../warehouse/index.ts";

/**
 * The place after a row of one frame: the values that the order sorts by, in its order. Opaque to callers; it holds the
 * frame's digest, so it fits nowhere else.
 */
export function cursorAt(digest: string, values: readonly Cell[]): string {
  return Buffer.from(JSON.stringify([digest.slice(0, 16), ...values])).toString("base64url");
}

/**
 * The values that a cursor holds.
 *
 * @param count How many columns the order has.
 * @throws Refusal CURSOR_MISMATCH when the cursor is not one of this frame's.
 */
export function valuesAfter(cursor: string, digest: string, count: number): readonly Cell[] {
  const [of, ...values] = decode(cursor);
  if (of === digest.slice(0, 16) && values.length === count && values.every(isCell)) return values;
  throw new Refusal(
    "CURSOR_MISMATCH",
    "This cursor belongs to other arguments; a cursor continues the very question it came from.",
    { path: ["after"] },
  );
}

function decode(cursor: string): readonly unknown[] {
  try {
    const parts: unknown = JSON.parse(Buffer.from(cursor, "base64url").toString());
    return Array.isArray(parts) ? parts : [];
  } catch {
    return [];
  }
}

function isCell(value: unknown): value is Cell {
  return value === null || ["string", "number", "boolean"].includes(typeof value);
}

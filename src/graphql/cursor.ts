import { Refusal } from "../diagnostics/index.ts";

/** A place between two rows of one frame. Opaque to callers; it holds the frame's digest, so it fits nowhere else. */
export function cursorAt(digest: string, offset: number): string {
  return Buffer.from(JSON.stringify([digest.slice(0, 16), offset])).toString("base64url");
}

/** @throws Refusal CURSOR_MISMATCH when the cursor is not one of this frame's. */
export function offsetAfter(cursor: string, digest: string): number {
  const parts = decode(cursor);
  if (Array.isArray(parts) && parts.length === 2) {
    const [of, offset]: readonly unknown[] = parts;
    if (of === digest.slice(0, 16) && typeof offset === "number" && Number.isSafeInteger(offset) && offset >= 0)
      return offset;
  }
  throw new Refusal(
    "CURSOR_MISMATCH",
    "This cursor belongs to other arguments; a cursor continues the very question it came from.",
    {
      path: ["after"],
    },
  );
}

function decode(cursor: string): unknown {
  try {
    return JSON.parse(Buffer.from(cursor, "base64url").toString());
  } catch {
    return null;
  }
}

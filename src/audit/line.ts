import { createHash } from "node:crypto";
import { sha256 } from "../std/index.ts";

/** One line of the log, as read back. `record` is what its kind says, from a line whose hash is right. */
export interface Line {
  /** Counts from 1 over the whole chain, whichever file a line is in. */
  readonly seq: number;
  readonly time: string;
  /** Names the chain: lines of another do not fit in. */
  readonly chain: string;
  /** `hash` of the line before; 64 zeros for the first. */
  readonly prev: string;
  readonly kind: string;
  readonly record: Readonly<Record<string, unknown>>;
  /** SHA-256 of the bytes of this line before `,"hash":`. */
  readonly hash: string;
}

export const NOTHING_BEFORE = "0".repeat(64);

/**
 * The text of a line without its end, and its hash. A line carries its own hash, so that a changed one is told from one
 * whose neighbour is gone, and the last one is covered too.
 */
export function writeLine({ seq, time, chain, prev, kind, record }: Unhashed): {
  readonly text: string;
  readonly hash: string;
} {
  const json = JSON.stringify({ seq, time, chain, prev, kind, record });
  const body = json.slice(0, -1).replace(UNSEEN, escaped);
  const hash = sha256(body);
  return { text: `${body},"hash":"${hash}"}`, hash };
}

type Unhashed = Omit<Line, "hash" | "record"> & { readonly record: object };

/**
 * Control and format characters (ESC, bidi and zero-width ones), line and paragraph separators: outside strings JSON has
 * none of them, so each stands in a string, where `\u` means the same.
 */
const UNSEEN = /[\p{C}\p{Zl}\p{Zp}]/gu;

function escaped(character: string): string {
  return character
    .split("")
    .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`)
    .join("");
}

const HASH_BYTES = ',"hash":"'.length + 64 + '"}'.length;

/** null: not a line as it was written. */
export function readLine(bytes: Buffer): Line | null {
  const body = bytes.subarray(0, -HASH_BYTES);
  const [, hash] = /^,"hash":"([0-9a-f]{64})"\}$/.exec(bytes.subarray(body.length).toString("latin1")) ?? [];
  if (hash === undefined || createHash("sha256").update(body).digest("hex") !== hash) return null;
  const data = parsed(`${body.toString("utf8")}}`);
  const { seq, time, chain, prev, kind, record } = data;
  if (typeof seq !== "number" || !isRecord(record)) return null;
  if (typeof time !== "string" || typeof chain !== "string" || typeof prev !== "string") return null;
  return typeof kind === "string" ? { seq, time, chain, prev, kind, record, hash } : null;
}

function parsed(json: string): Readonly<Record<string, unknown>> {
  try {
    const data: unknown = JSON.parse(json);
    return isRecord(data) ? data : {};
  } catch {
    return {};
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

const LINE_END = 10;

/** Each line of a file with its number, from 1; `isWhole` false: the last one has no end. */
export function* linesOf(
  bytes: Buffer,
): Generator<{ readonly number: number; readonly bytes: Buffer; readonly isWhole: boolean }> {
  let number = 1;
  for (let start = 0; start < bytes.length; number++) {
    const end = bytes.indexOf(LINE_END, start);
    yield { number, bytes: bytes.subarray(start, end < 0 ? bytes.length : end), isWhole: end >= 0 };
    start = end < 0 ? bytes.length : end + 1;
  }
}

/** The last line that is as it was written, and where it ends; null: there is none. */
export function lastLine(bytes: Buffer): { readonly line: Line; readonly end: number } | null {
  let end = bytes.length;
  while (end > 0) {
    const start = end < 2 ? 0 : bytes.lastIndexOf(LINE_END, end - 2) + 1;
    const line = bytes[end - 1] === LINE_END ? readLine(bytes.subarray(start, end - 1)) : null;
    if (line) return { line, end };
    end = start;
  }
  return null;
}

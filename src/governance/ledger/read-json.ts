import {
  checkData,
  type DocumentSchema,
  readDocument,
  type ShapeOf,
  validateDocument,
} from "../../definition/index.ts";
import { type Diagnostic, positionOf, type SourceFile } from "../../diagnostics/index.ts";
import { canonicalJson } from "../../std/index.ts";

/** In UTF-16 code units. */
const MAX_LENGTH = 256 * 1024;

export type ReadRecord<T> =
  | { readonly ok: true; readonly value: T }
  /** In words, with its place in the file where there is one. */
  | { readonly ok: false; readonly problem: string };

/**
 * A file of JSON that has exactly this shape. What two readers could take for two things is refused: keys written twice,
 * text that is no Unicode, numbers that are not whole.
 *
 * @param owner The document in words: `A certification event`.
 * @param maxLength Longer files are refused, in UTF-16 code units.
 */
export function readRecord<S extends DocumentSchema>(
  file: SourceFile,
  schema: S,
  owner: string,
  maxLength = MAX_LENGTH,
): ReadRecord<ShapeOf<S>> {
  const { text } = file;
  if (text.length > maxLength) return { ok: false, problem: `it has more than ${maxLength} characters` };
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch {
    return { ok: false, problem: wordsOf(file, owner, null) ?? "it is not JSON" };
  }
  const checked = checkData(schema, data);
  if (!checked.ok) return { ok: false, problem: wordsOf(file, owner, schema) ?? `it must be ${checked.expected}` };
  // From here on the data is as deep as its shape.
  if (canonicalJson(checked.value) !== canonicalJson(data)) return { ok: false, problem: "a key in it is not allowed" };
  if (keysWritten(text) !== keysOf(data)) {
    return { ok: false, problem: wordsOf(file, owner, schema) ?? "a key is written twice in one mapping" };
  }
  return isWellFormed(data) ? checked : { ok: false, problem: "a text in it is not Unicode" };
}

/** JSON is YAML, whose reader knows the places of things; it is slower, and only asked what is wrong. */
function wordsOf(file: SourceFile, owner: string, schema: DocumentSchema | null): string | null {
  // Which takes seconds for what is nested a hundred thousand levels deep.
  if (isDeep(file.text)) return null;
  const diagnostics: Diagnostic[] = [];
  const tree = readDocument(file, owner, diagnostics);
  if (tree && schema) validateDocument(schema, tree, owner, diagnostics);
  const [first] = diagnostics;
  if (!first) return null;
  const message = `${first.message.charAt(0).toLowerCase()}${first.message.slice(1)}`.replace(/\.$/, "");
  if (!first.span) return message;
  const { line, column } = positionOf(first.span);
  return `line ${line}, column ${column}: ${message}`;
}

/** Brackets in texts count too: it decides about words only. */
function isDeep(text: string): boolean {
  let depth = 0;
  for (const [bracket] of text.matchAll(/[[\]{}]/g)) {
    depth += bracket === "[" || bracket === "{" ? 1 : -1;
    if (depth > 16) return true;
  }
  return false;
}

/** In valid JSON only a key is followed by a colon. */
function keysWritten(text: string): number {
  let count = 0;
  for (const [, colon] of text.matchAll(/"(?:[^"\\]|\\.)*"\s*(:?)/g)) if (colon) count++;
  return count;
}

function keysOf(data: unknown): number {
  if (typeof data !== "object" || data === null) return 0;
  const values = Object.values(data);
  return values.reduce<number>((sum, value) => sum + keysOf(value), Array.isArray(data) ? 0 : values.length);
}

function isWellFormed(data: unknown): boolean {
  if (typeof data === "string") return data.isWellFormed();
  if (typeof data !== "object" || data === null) return true;
  return Object.entries(data).every(([key, value]) => key.isWellFormed() && isWellFormed(value));
}

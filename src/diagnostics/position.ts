import type { SourceFile, Span } from "./diagnostic.ts";

/** Lines and columns count from 1, columns in UTF-16 code units; the end is exclusive. */
export interface Position {
  readonly line: number;
  readonly column: number;
  readonly endLine: number;
  readonly endColumn: number;
}

export function positionOf(span: Span): Position {
  const starts = lineStarts(span.file);
  const line = lineAt(starts, span.start);
  const endLine = lineAt(starts, span.end);
  return {
    line: line + 1,
    column: span.start - (starts[line] ?? 0) + 1,
    endLine: endLine + 1,
    endColumn: span.end - (starts[endLine] ?? 0) + 1,
  };
}

/** `metrics/orders.yaml:21:13` */
export function placeOf(span: Span): string {
  const { line, column } = positionOf(span);
  return `${span.file.path}:${line}:${column}`;
}

/** One line of a file, counted from 1, without its line break. */
export function lineText(file: SourceFile, line: number): string {
  const starts = lineStarts(file);
  return file.text.slice(starts[line - 1] ?? 0, starts[line] ?? file.text.length).replace(/\r?\n$/, "");
}

const known = new WeakMap<SourceFile, readonly number[]>();

function lineStarts(file: SourceFile): readonly number[] {
  let starts = known.get(file);
  if (!starts) {
    const found = [0];
    for (let at = file.text.indexOf("\n"); at >= 0; at = file.text.indexOf("\n", at + 1)) found.push(at + 1);
    starts = found;
    known.set(file, starts);
  }
  return starts;
}

/** Index of the last line that starts at or before the offset. */
function lineAt(starts: readonly number[], offset: number): number {
  let low = 0;
  let high = starts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((starts[middle] ?? 0) <= offset) low = middle;
    else high = middle - 1;
  }
  return low;
}

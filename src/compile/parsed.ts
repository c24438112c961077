import type { Located } from "../definition/index.ts";
import type { Diagnostic, Span } from "../diagnostics/index.ts";
import type { Literal, Parsed, Problem, TextRange } from "../expression/index.ts";

/** Takes a finding; building goes on, so that the author sees all of them at once. */
export type Report = (diagnostic: Diagnostic) => void;

/** Stands where text could not be read: its type is unknown, so no check stumbles over it a second time. */
export const UNREADABLE: Literal = { kind: "literal", type: "unknown", value: null };

/** What the text says; null, with its problems reported, where it says nothing that can be read. */
export function parsed<T>(parse: (text: string) => Parsed<T>, text: Located, report: Report): T | null {
  const result = parse(text.value);
  if (result.ok) return result.value;
  for (const problem of result.problems) report(problemIn(text, problem));
  return null;
}

export function problemIn(text: Located, { code, message, help, at }: Problem): Diagnostic {
  return { code, severity: "error", message, help, span: text.within(at.start, at.end), related: [] };
}

/** Where a part of a text was written; all of it for parts that the shorthand left out. */
export function placeIn(text: Located, at: TextRange | undefined): Span {
  return at ? text.within(at.start, at.end) : text.span;
}

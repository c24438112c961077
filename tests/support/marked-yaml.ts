import { expect } from "vitest";
import { parseDefinitions } from "../../src/definition/index.ts";
import type { Diagnostic, SourceFile } from "../../src/diagnostics/index.ts";

/** A file whose text marks its wrong part «like this»; the marks are taken out and their place remembered. */
export interface MarkedFile extends SourceFile {
  readonly start: number;
  readonly end: number;
}

export function marked(text: string, path = "metrics/test.yaml"): MarkedFile {
  const start = text.indexOf("«");
  const end = text.indexOf("»") - 1;
  if (start < 0 || end < start || text.split(/[«»]/).length !== 3) throw new Error("Mark one part «like this»");
  return { path, text: text.replace("«", "").replace("»", ""), start, end };
}

/** Asserts that exactly one thing is wrong with the text, with that code and at the marked place; returns it. */
export function expectProblem(code: string, text: string, others: readonly SourceFile[] = []): Diagnostic {
  const file = marked(text);
  const { diagnostics } = parseDefinitions([...others, file]);
  expect(diagnostics.map(placed)).toEqual([{ code, part: file.text.slice(file.start, file.end), at: file.start }]);
  const [diagnostic] = diagnostics;
  if (!diagnostic) throw new Error("unreachable: one diagnostic was asserted");
  return diagnostic;
}

/** Code, marked letters and place of a diagnostic, for comparing. */
export function placed({ code, span }: Diagnostic): { code: string; part: string | null; at: number | null } {
  return { code, part: span?.file.text.slice(span.start, span.end) ?? null, at: span?.start ?? null };
}

import type { Expr, Parsed, Problem } from "../../src/expression/index.ts";
import { parseColumnExpression, parseFilter, print, printFilterName, printName } from "../../src/expression/index.ts";

/** The canonical text of a column expression; its problems where it is refused. */
export function column(text: string): string {
  const parsed = parseColumnExpression(text);
  return parsed.ok ? print(parsed.value, printName) : complaints(parsed.problems);
}

/** The same of a filter. */
export function filter(text: string): string {
  const parsed = parseFilter(text);
  return parsed.ok ? print(parsed.value, printFilterName) : complaints(parsed.problems);
}

function complaints(problems: readonly Problem[]): string {
  return problems.map(({ code, message }) => `${code}: ${message}`).join("\n");
}

export function valueOf<T>(parsed: Parsed<T>): T {
  if (!parsed.ok) throw new Error(complaints(parsed.problems));
  return parsed.value;
}

export function problemsOf<T>(parsed: Parsed<T>): readonly Problem[] {
  return parsed.ok ? [] : parsed.problems;
}

/** `code: the marked text`, one a problem: where the finger points. */
export function fingers(text: string, problems: readonly Problem[]): readonly string[] {
  return problems.map(({ code, at }) => `${code.replace("expression/", "")}: ${text.slice(at.start, at.end)}`);
}

/** The tree without its places, which take no part in meaning. */
export function bare<R>(expr: Expr<R>): unknown {
  return JSON.parse(JSON.stringify(expr, (key, value: unknown) => (key === "at" ? undefined : value)));
}

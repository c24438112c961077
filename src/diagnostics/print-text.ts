import type { Diagnostic, Severity, Span } from "./diagnostic.ts";
import { lineText, placeOf, positionOf } from "./position.ts";
import { sortDiagnostics } from "./sort.ts";

/**
 * For people: place, severity, code, message, the line with carets under the wrong part, the way out; then one line
 * that counts. Control characters of the author's text are shown as `�`, so that no file can steer a terminal.
 */
export function printText(diagnostics: readonly Diagnostic[], options: { readonly color: boolean }): string {
  const paint = options.color ? painted : plain;
  const blocks = sortDiagnostics(diagnostics).map((diagnostic) => block(diagnostic, paint));
  return `${[...blocks, countLine(diagnostics)].join("\n\n")}\n`;
}

function block({ code, severity, message, help, span, related }: Diagnostic, paint: Paint): string {
  const head = [...(span ? [paint(visible(placeOf(span)), "bold")] : []), paint(severity, COLORS[severity]), code];
  return [
    head.join("  "),
    `  ${indented(message)}`,
    ...(span && !span.file.isConfidential ? frame(span, paint) : []),
    ...related.map((other) => `  ${indented(other.message)}: ${visible(placeOf(other.span))}`),
    ...(help === null ? [] : [`  help: ${indented(help)}`]),
  ].join("\n");
}

/** The first line of the span, cut to what fits, and carets under the wrong part of it. */
function frame(span: Span, paint: Paint): readonly string[] {
  const { line, column, endLine, endColumn } = positionOf(span);
  const text = lineText(span.file, line);
  const cut = column > MAX_COLUMNS ? column - MAX_COLUMNS / 2 : 0;
  const shown = visible(text.slice(cut, cut + MAX_COLUMNS));
  const from = column - 1 - cut;
  const to = Math.min(endLine === line ? endColumn - 1 - cut : shown.length, shown.length);
  const gutter = String(line);
  const before = shown.slice(0, from).replace(/[^\t]/g, " ");
  return [
    `  ${paint(`${gutter} |`, "dim")} ${shown}`.trimEnd(),
    `  ${paint(`${" ".repeat(gutter.length)} |`, "dim")} ${before}${paint("^".repeat(Math.max(1, to - from)), "red")}`,
  ];
}

function countLine(diagnostics: readonly Diagnostic[]): string {
  const counts = SEVERITIES.map((severity) => {
    const count = diagnostics.filter((diagnostic) => diagnostic.severity === severity).length;
    return count === 0 ? [] : [`${count} ${severity}${count === 1 || severity === "info" ? "" : "s"}`];
  }).flat();
  return counts.length === 0 ? "no problems found" : counts.join(", ");
}

/** Longest part of a source line that is shown. */
const MAX_COLUMNS = 160;

const SEVERITIES: readonly Severity[] = ["error", "warning", "info"];

type Style = "bold" | "dim" | "red" | "yellow" | "cyan";
type Paint = (text: string, style: Style) => string;

const COLORS: Record<Severity, Style> = { error: "red", warning: "yellow", info: "cyan" };
const ANSI: Record<Style, number> = { bold: 1, dim: 2, red: 31, yellow: 33, cyan: 36 };

const plain: Paint = (text) => text;
const painted: Paint = (text, style) => `\u001b[${ANSI[style]}m${text}\u001b[0m`;

function indented(text: string): string {
  return text.split("\n").map(visible).join("\n  ");
}

/** One mark for one code unit, so that columns stay where they are. */
function visible(text: string): string {
  return text.replace(/[\0-\x08\x0a-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g, "�");
}

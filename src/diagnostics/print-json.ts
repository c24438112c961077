import type { Diagnostic } from "./diagnostic.ts";
import { positionOf } from "./position.ts";
import { sortDiagnostics } from "./sort.ts";

/** For programs: a JSON array in the order of the text. File, lines and columns are null where no place is known. */
export function printJson(diagnostics: readonly Diagnostic[]): string {
  const records = sortDiagnostics(diagnostics).map(({ code, severity, message, help, span }) => ({
    file: span?.file.path ?? null,
    ...(span ? positionOf(span) : { line: null, column: null, endLine: null, endColumn: null }),
    code,
    severity,
    message,
    help,
  }));
  return `${JSON.stringify(records, null, 2)}\n`;
}

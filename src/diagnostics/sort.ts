import { compareText } from "../std/index.ts";
import type { Diagnostic } from "./diagnostic.ts";

/** By file, then by place in it; what has no place comes first. */
export function sortDiagnostics(diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  return diagnostics.toSorted(
    (a, b) =>
      compareText(a.span?.file.path ?? "", b.span?.file.path ?? "") || (a.span?.start ?? -1) - (b.span?.start ?? -1),
  );
}

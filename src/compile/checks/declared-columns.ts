import type { Diagnostic } from "../../diagnostics/index.ts";
import { report } from "../../diagnostics/index.ts";
import type { Draft } from "../draft.ts";

/** Without declared columns, misspelt names and wrong types show only when a query runs. */
export function* adviseDeclaredColumns({ models }: Draft): Iterable<Diagnostic> {
  for (const { model } of models) {
    if (!model.columns) yield report("model/no-columns", { model: model.name }, model.span);
  }
}

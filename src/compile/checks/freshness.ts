import type { Model } from "../../catalog/index.ts";
import type { FreshnessDefinition } from "../../definition/index.ts";
import type { Diagnostic } from "../../diagnostics/index.ts";
import { report } from "../../diagnostics/index.ts";
import type { Draft } from "../draft.ts";

/** How current rows are can be found out, and people are warned before it is an error. */
export function* checkFreshness({ models }: Draft): Iterable<Diagnostic> {
  for (const { definition, model } of models) {
    if (definition.freshness) yield* freshness(definition.freshness, model);
  }
}

function* freshness({ column, warnAfter, errorAfter }: FreshnessDefinition, model: Model): Iterable<Diagnostic> {
  if (column && model.columns && !model.columns.has(column.value)) {
    const names = { owner: `Freshness of model "${model.name}"`, column: column.value, model: model.name };
    yield report("model/unknown-column", { ...names, known: model.columns.keys() }, column.span);
  }
  if (!column && model.source.kind === "sql") {
    yield report(
      "model/freshness-without-column",
      { model: model.name },
      (warnAfter ?? errorAfter ?? null)?.span ?? model.span,
    );
  }
  const { warnAfterMs = null, errorAfterMs = null } = model.freshness ?? {};
  if (!warnAfter || !errorAfter || warnAfterMs === null || errorAfterMs === null || warnAfterMs <= errorAfterMs) return;
  const words = { model: model.name, warnAfter: warnAfter.value, errorAfter: errorAfter.value };
  yield report("model/freshness-never-warns", words, warnAfter.span);
}

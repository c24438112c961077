import type { Diagnostic } from "../../diagnostics/index.ts";
import { typeOf } from "../../expression/index.ts";
import type { Draft } from "../draft.ts";
import { problemIn } from "../parsed.ts";
import { typeOfColumn, valuesOf } from "../written.ts";

/** The parts of every expression fit together: no text is added to a number. */
export function* checkExpressionTypes(draft: Draft): Iterable<Diagnostic> {
  for (const { model, value, text } of valuesOf(draft)) {
    if (value.kind === "opaque") continue;
    for (const problem of typeOf(value.expr, typeOfColumn(model)).problems) yield problemIn(text, problem);
  }
  for (const { definition, metric } of draft.metrics) {
    if (definition.type !== "derived" || metric.type !== "derived") continue;
    for (const problem of typeOf(metric.expr, () => "unknown").problems) yield problemIn(definition.expr, problem);
  }
}

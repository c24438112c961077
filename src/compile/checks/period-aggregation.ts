import type { Diagnostic } from "../../diagnostics/index.ts";
import { report } from "../../diagnostics/index.ts";
import type { Draft } from "../draft.ts";

/** A running value by a coarser grain is rarely meant to be that of the period's first day. */
export function* advisePeriodAggregation({ metrics }: Draft): Iterable<Diagnostic> {
  for (const { definition, metric } of metrics) {
    if (definition.type !== "cumulative" || metric.type !== "cumulative" || metric.periodAggregation !== "first")
      continue;
    const written = definition.window ?? definition.grainToDate;
    if (written) yield report("metric/first-of-period", { metric: metric.name }, written.span);
  }
}

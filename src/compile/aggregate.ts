import type { AggregateSpec } from "../catalog/index.ts";
import type { AggregateDefinition } from "../definition/index.ts";
import { report as finding } from "../diagnostics/index.ts";
import type { Aggregation } from "../expression/index.ts";
import { AGGREGATIONS, parseAggregate } from "../expression/index.ts";
import type { Report } from "./parsed.ts";
import { parsed, UNREADABLE } from "./parsed.ts";
import { buildValue } from "./value.ts";

/** The aggregate of a measure; `name` is the column that is meant where none is written. */
export function buildAggregate(definition: AggregateDefinition, name: string, report: Report): AggregateSpec {
  const { shorthand, aggregation: written, percentile, percentileKind, approximate } = definition;
  if (shorthand) {
    const aggregate = parsed(parseAggregate, shorthand, report);
    if (!aggregate) return UNREADABLE_AGGREGATE;
    return {
      aggregation: aggregate.aggregation,
      value: { kind: "expr", expr: aggregate.expr },
      percentile: aggregate.percentile && { ...aggregate.percentile, approximate },
    };
  }
  const aggregation = AGGREGATIONS.find((known) => known === written?.value);
  if (!aggregation) {
    if (written)
      report(finding("measure/unknown-aggregation", { word: written.value, known: AGGREGATIONS }, written.span));
    return UNREADABLE_AGGREGATE;
  }
  const kind = percentileKind ?? "continuous";
  return {
    aggregation,
    value: buildValue(definition.value, name, report),
    percentile:
      aggregation === "percentile" && percentile
        ? { fraction: String(percentile.value), kind, approximate }
        : medianOf(aggregation, approximate),
  };
}

/** Stands where there is no aggregate to read; it takes any value. */
export const UNREADABLE_AGGREGATE: AggregateSpec = {
  aggregation: "count",
  value: { kind: "expr", expr: UNREADABLE },
  percentile: null,
};

function medianOf(aggregation: Aggregation, approximate: boolean): AggregateSpec["percentile"] {
  return aggregation === "median" ? { fraction: "0.5", kind: "continuous", approximate } : null;
}

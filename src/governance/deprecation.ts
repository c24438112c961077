import { type Catalog, findMetric, type Metric } from "../catalog/index.ts";
import type { LedgerEvent } from "./ledger/event.ts";
import type { JudgedEvent } from "./ledger/judged.ts";

/** The promise that owners signed last for the version that is defined, until when it stays; null: none counts. */
export function deprecationOf({ version }: Metric, judged: readonly JudgedEvent[]): LedgerEvent | null {
  const counting = judged.filter(({ isEffective, file: { event } }) => isEffective && event.version === version);
  return counting.findLast(({ file }) => file.event.type === "deprecate")?.file.event ?? null;
}

/** Definitions of deprecated metrics that leave out what was signed, completed by it: until when, and what to ask for instead. */
export function withSignedDeprecations(catalog: Catalog, judged: ReadonlyMap<string, readonly JudgedEvent[]>): Catalog {
  const complete = (metric: Metric): Metric => {
    const event = deprecationOf(metric, judged.get(metric.name) ?? []);
    if (!event || metric.lifecycle === "retired") return metric;
    const signed = findMetric(catalog.metrics, event.replaced_by ?? "")?.name ?? null;
    return {
      ...metric,
      lifecycle: "deprecated",
      sunset: metric.sunset ?? event.sunset ?? null,
      replacedBy: metric.replacedBy ?? signed,
    };
  };
  return { ...catalog, metrics: new Map([...catalog.metrics].map(([name, metric]) => [name, complete(metric)])) };
}

import { refsOf } from "../expression/index.ts";
import type { Catalog } from "./catalog.ts";
import { CERTIFICATION_STATUSES, type CertificationStatus } from "./certification.ts";
import type { Filter, Metric, SimpleMetric } from "./metric.ts";
import { inputsOf } from "./metric.ts";
import { definitionsOf } from "./view.ts";

/** The metric and every metric it is computed from, inputs before what uses them, each once. */
export function metricsBelow(catalog: Catalog, metric: Metric): readonly Metric[] {
  const seen = new Set<Metric>();
  const visit = (current: Metric): void => {
    if (seen.has(current)) return;
    for (const input of inputsOf(current)) {
      const below = catalog.metrics.get(input.metric);
      if (below) visit(below);
    }
    seen.add(current);
  };
  visit(metric);
  return [...seen];
}

/** The simple metrics a metric rests on, itself when it is one. */
export function simpleMetricsBelow(catalog: Catalog, metric: Metric): readonly SimpleMetric[] {
  return metricsBelow(catalog, metric).filter((below) => below.type === "simple");
}

/** In conditions on metrics, such as `metric('orders', 'customer') > 1`. */
export function metricsNamed(filters: readonly Filter[]): readonly string[] {
  return filters.flatMap(({ expr }) => refsOf(expr)).flatMap((name) => (name.kind === "metric" ? [name.metric] : []));
}

/** Names of the metrics that a number rests on next to it: its inputs, and those that conditions on either name. */
export function restsOn(metric: Metric): readonly string[] {
  const inputs = inputsOf(metric);
  const named = metricsNamed([...metric.filters, ...inputs.flatMap(({ filters }) => filters)]);
  return [...new Set([...inputs.map((input) => input.metric), ...named])];
}

/** The worst status among the metric and all that it rests on: a number is worth no more than what it is made of. */
export function certificationOf(catalog: Catalog, metric: Metric): CertificationStatus {
  const { certifications } = catalog;
  const { metrics } = definitionsOf(catalog);
  const names = new Set([metric.name]);
  // A set tells what is added while it is gone through.
  for (const name of names) {
    const below = metrics.get(name);
    for (const next of below ? restsOn(below) : []) names.add(next);
  }
  const worst = [...names]
    .flatMap((name) => [certifications.get(name)?.status ?? "none", ...takenBack(catalog, metrics.get(name))])
    .map((status) => CERTIFICATION_STATUSES.indexOf(status))
    .reduce((a, b) => Math.max(a, b), 0);
  return CERTIFICATION_STATUSES[worst] ?? "invalid";
}

/** What is wrong by its name is wrong by a former one too, whatever was signed of that. */
function takenBack({ certifications }: Catalog, metric: Metric | undefined): readonly CertificationStatus[] {
  const status = certifications.get(metric?.aliasOf ?? "")?.status;
  return status === "suspended" || status === "revoked" || status === "invalid" ? [status] : [];
}

/** Whether values of disjoint groups add up to the value of the whole. */
export function additivityOf(metric: Metric): "additive" | "semi-additive" | "non-additive" {
  if (metric.type !== "simple") return "non-additive";
  if (metric.nonAdditive) return "semi-additive";
  const { aggregation } = metric.aggregate;
  return aggregation === "sum" || aggregation === "count" || aggregation === "sum_boolean"
    ? "additive"
    : "non-additive";
}

/** How values of disjoint groups combine into the value of their union; `none`: they do not. */
export function reaggregationOf(metric: Metric): "sum" | "min" | "max" | "none" {
  if (metric.type !== "simple" || metric.nonAdditive || !fillsAddUp(metric)) return "none";
  switch (metric.aggregate.aggregation) {
    case "sum":
    case "count":
    case "sum_boolean":
      return "sum";
    case "min":
      return "min";
    case "max":
      return "max";
    case "average":
    case "count_distinct":
    case "percentile":
    case "median":
      return "none";
  }
}

/** A fill stands in for nothing: only a sum of zeros leaves it so. */
function fillsAddUp({ fillNullsWith, aggregate }: SimpleMetric): boolean {
  const isExtreme = aggregate.aggregation === "min" || aggregate.aggregation === "max";
  return fillNullsWith === null || (fillNullsWith === 0 && !isExtreme);
}

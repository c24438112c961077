import type { Catalog, Metric } from "../catalog/index.ts";
import { Refusal } from "../diagnostics/index.ts";
import { nearest } from "../std/index.ts";
import { didYouMean } from "./outputs.ts";

/** @throws Refusal UNKNOWN_METRIC for a name that does not exist, and for a private metric. */
export function queryableMetric(catalog: Catalog, name: string, path: readonly string[]): Metric {
  const metric = catalog.metrics.get(name.toLowerCase());
  if (metric && !metric.isPrivate) return metric;
  const queryable = [...catalog.metrics.values()]
    .filter((candidate) => !candidate.isPrivate)
    .map((candidate) => candidate.name);
  const suggestions = nearest(name, queryable);
  const why =
    metric && !catalog.view
      ? `Metric "${name}" is private: it serves as an input of others only.`
      : `There is no metric "${name}".`;
  throw new Refusal("UNKNOWN_METRIC", `${why}${didYouMean(suggestions)}`, { suggestions, path });
}

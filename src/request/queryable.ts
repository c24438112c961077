import type { Catalog, Metric } from "../catalog/index.ts";
import { certificationOf } from "../catalog/index.ts";
import { Refusal } from "../diagnostics/index.ts";
import { nearest } from "../std/index.ts";
import { didYouMean } from "./outputs.ts";
import type { MetricReference } from "./request.ts";

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

/** @throws Refusal UNKNOWN_METRIC when the caller counts on another version of the definition. */
export function checkVersion(metric: Metric, { version }: MetricReference, path: readonly string[]): void {
  if (version === null || version === undefined || version === metric.version) return;
  throw new Refusal(
    "UNKNOWN_METRIC",
    `There is no version ${version} of metric "${metric.name}"; it is at version ${metric.version}.`,
    { path: [...path, "version"] },
  );
}

/** @throws Refusal METRIC_NOT_CERTIFIED for anything less, of the metric or of one of its inputs. */
export function checkCertified(catalog: Catalog, metric: Metric, path: readonly string[]): void {
  const status = certificationOf(catalog, metric);
  if (status === "certified") return;
  throw new Refusal(
    "METRIC_NOT_CERTIFIED",
    `Metric "${metric.name}" is not certified, or one of its inputs is not (${status}). Ask without requireCertified, or have it certified.`,
    { path },
  );
}

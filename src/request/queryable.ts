import type { Catalog, Metric } from "../catalog/index.ts";
import { certificationOf, findMetric, findVersion, splitCoordinate, versionsOf } from "../catalog/index.ts";
import { Refusal } from "../diagnostics/index.ts";
import { nearest } from "../std/index.ts";
import { didYouMean } from "./outputs.ts";
import type { MetricReference } from "./request.ts";

/**
 * The metric of `revenue` or `revenue@1`.
 *
 * @throws Refusal UNKNOWN_METRIC for a name or a version that does not exist, and for a private metric.
 */
export function queryableMetric(catalog: Catalog, name: string, path: readonly string[]): Metric {
  const metric = findMetric(catalog.metrics, name.toLowerCase());
  if (metric && !metric.isPrivate) return metric;
  const wanted = metric ? null : splitCoordinate(name.toLowerCase());
  if (wanted) throw unknownVersion(catalog, wanted.id, wanted.version, path);
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

/**
 * The metric that an entry of `metrics` names, of the version that it says.
 *
 * @throws Refusal UNKNOWN_METRIC
 */
export function referencedMetric(catalog: Catalog, reference: MetricReference, path: readonly string[]): Metric {
  const { name, version } = reference;
  if (version === null || version === undefined) return queryableMetric(catalog, name, path);
  const wanted = splitCoordinate(name.toLowerCase());
  const id = wanted?.id ?? name.toLowerCase();
  const found = findVersion(catalog.metrics, id, version);
  if (found && !found.isPrivate && (!wanted || wanted.version === version)) return found;
  if (versionsOf(catalog, id).length === 0) queryableMetric(catalog, name, path);
  throw unknownVersion(catalog, wanted ? name : id, version, [...path, "version"]);
}

function unknownVersion(catalog: Catalog, id: string, version: number, path: readonly string[]): Refusal {
  const known = versionsOf(catalog, id).filter((metric) => !metric.isPrivate);
  const versions = known.map((metric) => metric.version).join(", ");
  const suggestions = nearest(
    id,
    [...catalog.metrics.values()].filter((metric) => !metric.isPrivate).map((metric) => metric.id),
  );
  const there =
    known.length === 0
      ? didYouMean(suggestions)
      : known.length === 1
        ? ` It is at version ${versions}.`
        : ` It has the versions ${versions}.`;
  return new Refusal("UNKNOWN_METRIC", `There is no version ${version} of metric "${id}".${there}`, {
    path,
    ...(known.length === 0 && { suggestions }),
  });
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

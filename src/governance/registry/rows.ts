import {
  type Catalog,
  certificationOf,
  coordinateOf,
  type Dialect,
  groupBysOf,
  type Metric,
  metricsBelow,
  metricTimeOf,
} from "../../catalog/index.ts";
import { metricUses } from "../../policy/index.ts";
import type { RegistryDefinition, RegistryLineage } from "../../sql/index.ts";
import { compareText } from "../../std/index.ts";
import { deprecationOf } from "../deprecation.ts";
import { calculationSql, filtersOf, formulaOf } from "../describe.ts";
import { dayOf, startOf } from "../ledger/day.ts";
import type { Ledger } from "../ledger/fold.ts";
import { lineageOf } from "../lineage/graph.ts";
import { governedCatalog } from "../load.ts";
import type { GovernedTree } from "../tree.ts";
import { readUsage, recentUses } from "../usage/usage.ts";
import { impactScore } from "./impact-score.ts";

export interface RegistryRows {
  readonly definitions: readonly RegistryDefinition[];
  readonly lineage: readonly RegistryLineage[];
}

/**
 * What the registry is to say of every metric, by name.
 *
 * @param dialect Whose SQL is shown.
 * @param trustRoot Digest of the first policy that is trusted; null: any
 * @returns null: the definitions do not load
 */
export function registryRows(
  tree: GovernedTree,
  dialect: Dialect,
  now: Date,
  trustRoot: string | null,
): RegistryRows | null {
  const governed = governedCatalog(tree, now, trustRoot);
  if (!governed) return null;
  const { catalog, judged } = governed;
  const metrics = [...catalog.metrics.values()].toSorted((a, b) => compareText(a.id, b.id) || a.version - b.version);
  const calls = callsOf(tree, now);
  const most = Math.max(0, ...calls.values());
  return {
    definitions: metrics.map((metric) => definitionRow(tree, catalog, judged, dialect, metric)),
    lineage: metrics.flatMap((metric) =>
      lineageOf(catalog, metric).columns.map((column) => ({
        metric_id: metric.id,
        version: metric.version,
        upstream_model: column.model,
        upstream_column: column.column,
        transformation_type: column.kind,
        depth: column.depth,
        impact_score: impactScore(metric, column, { calls: calls.get(coordinateOf(metric)) ?? 0, most }),
      })),
    ),
  };
}

function definitionRow(
  tree: GovernedTree,
  catalog: Catalog,
  judged: Ledger["judged"],
  dialect: Dialect,
  metric: Metric,
): RegistryDefinition {
  const status = certificationOf(catalog, metric);
  const certification = catalog.certifications.get(metric.name);
  const models = metricUses(catalog, metric).map(({ model }) => model.name);
  return {
    metric_id: metric.id,
    version: metric.version,
    metric_name: metric.label,
    category: categoryOf(metric),
    description: metric.description,
    business_owner: metric.owner?.business ?? null,
    technical_owner: metric.owner?.technical ?? null,
    definition: formulaOf(catalog, metric),
    calculation_sql: calculationSql(catalog, dialect, metric),
    source_models: [...new Set(models)].sort(compareText),
    dimensions: groupBysOf(catalog, metric).flatMap(({ kind, name }) => (kind === "metric_time" ? [] : [name])),
    filters: filtersOf(metric),
    grains: metricTimeOf(catalog, metric)?.grains ?? [],
    unit: metric.unit,
    tier: metric.tier,
    lifecycle: metric.lifecycle,
    fingerprint: tree.fingerprints.get(metric.name)?.certified ?? null,
    is_certified: status === "certified",
    certification_status: status,
    certification_date: instantOf(certification?.certifiedAt),
    certification_expires: expiryOf(catalog, metric),
    deprecation_date: deprecationOf(metric, judged.get(metric.name) ?? [])?.issued ?? null,
    sunset_date: metric.sunset,
    replaced_by: metric.replacedBy,
  };
}

/** The folder that it lies in: `sales` of `metrics/sales/revenue.yaml`. */
function categoryOf({ span }: Metric): string | null {
  const folders = span?.file.path.split("/").slice(1, -1) ?? [];
  return folders.length === 0 ? null : folders.join("/");
}

/** The first day on which it, or something that it is computed from, is certified no more. */
function expiryOf(catalog: Catalog, metric: Metric): string | null {
  if (!catalog.certifications.get(metric.name)?.expiresAt) return null;
  const days = metricsBelow(catalog, metric).flatMap(({ name }) => catalog.certifications.get(name)?.expiresAt ?? []);
  return instantOf(days.toSorted(compareText)[0]);
}

function instantOf(day: string | null | undefined): string | null {
  return day ? new Date(startOf(day)).toISOString() : null;
}

/** By metric and version, within the lookback of the policy; without a policy all that is known. */
function callsOf({ files, rules }: GovernedTree, now: Date): ReadonlyMap<string, number> {
  const usage = readUsage(files);
  const calls = new Map<string, number>();
  if (!usage) return calls;
  const records = rules ? recentUses(usage, rules, dayOf(now.getTime())) : usage.records;
  for (const { metric, version, calls: more } of records) {
    const key = coordinateOf({ id: metric, version });
    calls.set(key, (calls.get(key) ?? 0) + more);
  }
  return calls;
}

import type { Source } from "../catalog/index.ts";
import { type CacheRule, type Catalog, definitionsOf, inputsOf, type Metric, type Model } from "../catalog/index.ts";
import { inputsOf as inputsOfNode, type PlanNode, type Scan } from "../plan/index.ts";
import { canonicalJson } from "../std/index.ts";
import type { PlannedQuery } from "./plan-query.ts";

/** For how long one answer may be kept: the strictest of all that it is made of. */
export interface AnswerRule {
  /** Infinity: until something tells of a change. */
  readonly ttlMs: number;
  readonly staleMs: number;
  /** Whose changes are looked for. */
  readonly probed: readonly Model[];
}

/**
 * @param fallback Where neither metric, model nor project says anything; null: such answers are not kept.
 * @returns null: it is not kept
 */
export function ruleOf({ query, plan }: PlannedQuery, fallback: CacheRule | null): AnswerRule | null {
  const catalog = definitionsOf(query.catalog);
  const scanned = modelsIn(catalog, scansIn(plan));
  if (!scansIn(plan).every((scan) => isRepeatable(scan, scanned))) return null;
  const general = catalog.cache ?? fallback;
  const metrics = query.kind === "metrics" ? query.outputs.map(({ metric }) => metric) : [];
  const covered = new Set(metrics.flatMap((metric) => coveredBy(catalog, metric)));
  const rules = [
    ...metrics.flatMap((metric) => rulesOf(catalog, metric, general)),
    // What is only joined, or looked behind.
    ...scanned.filter((model) => !covered.has(model.name)).map((model) => model.cache ?? general),
    ...(scanned.length === 0 && metrics.length === 0 ? [general] : []),
  ];
  if (rules.length === 0 || rules.includes(null)) return null;
  const known = rules.filter((rule) => rule !== null);
  const ttlMs = Math.min(...known.map((rule) => rule.ttlMs ?? Infinity));
  if (ttlMs === 0) return null;
  const probed = known.some(({ refresh }) => refresh === "probe") ? lookedAt(scanned) : [];
  return { ttlMs, staleMs: Math.min(...known.map((rule) => rule.staleMs)), probed };
}

export function scansIn(plan: PlanNode): readonly Scan[] {
  const scans: Scan[] = [];
  const seen = new Set<PlanNode>();
  const visit = (node: PlanNode): void => {
    if (seen.has(node)) return;
    seen.add(node);
    if (node.kind === "scan") scans.push(node);
    inputsOfNode(node).forEach(visit);
  };
  visit(plan);
  return scans;
}

/** A metric's own rule, or those of all that it is computed from. */
function rulesOf(catalog: Catalog, metric: Metric, general: CacheRule | null): readonly (CacheRule | null)[] {
  if (metric.cache) return [metric.cache];
  if (metric.type === "simple") return [catalog.models.get(metric.model)?.cache ?? general];
  return inputsOf(metric).flatMap((input) => {
    const below = catalog.metrics.get(input.metric);
    return below ? rulesOf(catalog, below, general) : [null];
  });
}

/** The models whose rows the metric's own rules speak of. */
function coveredBy(catalog: Catalog, metric: Metric): readonly string[] {
  if (metric.type === "simple") return [metric.model];
  return inputsOf(metric).flatMap((input) => {
    const below = catalog.metrics.get(input.metric);
    return below ? coveredBy(catalog, below) : [];
  });
}

function modelsIn(catalog: Catalog, scans: readonly Scan[]): readonly Model[] {
  const sources = new Set(scans.map(({ source }) => sourceKey(source)));
  return [...catalog.models.values()].filter(({ source }) => sources.has(sourceKey(source)));
}

/** Of several models of one source, those that say by which column to look at it, where one does. */
function lookedAt(models: readonly Model[]): readonly Model[] {
  const dated = new Set(models.filter(({ freshness }) => freshness?.column).map(({ source }) => sourceKey(source)));
  return models.filter(({ source, freshness }) => freshness?.column || !dated.has(sourceKey(source)));
}

/**
 * Whether asking again gives the same while no row has changed. Our own language has nothing else; an author's SQL may
 * call now() or random(), and is believed to do so unless its model says that it does not.
 */
function isRepeatable(scan: Scan, models: readonly Model[]): boolean {
  const isOpaque = scan.source.kind === "sql" || JSON.stringify([scan.columns, scan.where]).includes('"kind":"opaque"');
  if (!isOpaque) return true;
  const own = models.filter(({ source }) => sourceKey(source) === sourceKey(scan.source));
  return own.length > 0 && own.every(({ cache }) => cache?.isDeterministic === true);
}

export function sourceKey(source: Source): string {
  return canonicalJson(source);
}

import type { Catalog, Metric } from "../../catalog/index.ts";
import { metricsNamed } from "../../catalog/index.ts";
import type { Span } from "../../diagnostics/index.ts";
import { compareText } from "../../std/index.ts";
import type { GovernedTree } from "../tree.ts";
import { type EdgeKind, edgesOf } from "./graph.ts";

/** Something that is defined, and what it is called. */
export interface Defined {
  readonly kind: "metric" | "model" | "policy" | "calendar" | "saved-query" | "project";
  readonly name: string;
}

/** A metric whose numbers, or who sees them, depend on what was asked about. */
export interface Dependant {
  readonly metric: string;
  readonly version: number;
  /** 1: it names what was asked about itself; 0: it is what was asked about. */
  readonly depth: number;
  /** By the shortest way: from what was asked about, `model:orders` or `metric:revenue`, up to the metric itself. */
  readonly path: readonly string[];
  /** How the last step of that way is read, all ways of it, sorted. */
  readonly kinds: readonly EdgeKind[];
}

export interface Dependants {
  /** What the file defines, or the metric that was named. Empty: nothing here is called so. */
  readonly subjects: readonly Defined[];
  /** Nearest first, then by name; the metrics among the subjects come first. */
  readonly metrics: readonly Dependant[];
  /** Names of saved queries that ask for one of them, sorted. */
  readonly savedQueries: readonly string[];
}

/**
 * What depends on a file or a metric, through inputs, conditions, joins and row policies.
 *
 * @param fileOrMetric A path from the project, such as `metrics/models/orders.yaml` or `contracts/orders.odcs.yaml`, or
 *   the name of a metric, which wins.
 */
export function dependantsOf({ catalog }: Pick<GovernedTree, "catalog">, fileOrMetric: string): Dependants {
  if (!catalog) return { subjects: [], metrics: [], savedQueries: [] };
  const subjects: readonly Defined[] = catalog.metrics.has(fileOrMetric)
    ? [{ kind: "metric", name: fileOrMetric }]
    : definedIn(catalog, fileOrMetric);
  const metrics = metricsAbove(catalog, subjects);
  const names = new Set(metrics.map(({ metric }) => metric));
  const asking = [...catalog.savedQueries.values()].filter(
    (query) =>
      subjects.some(({ kind, name }) => kind === "saved-query" && name === query.name) ||
      [...query.metrics, ...metricsNamed(query.filters)].some((metric) => names.has(metric)),
  );
  return { subjects, metrics, savedQueries: asking.map(({ name }) => name).sort(compareText) };
}

/** Everything written in a file; of an SQL file or a contract the models that it is of. */
function definedIn(catalog: Catalog, file: string): readonly Defined[] {
  const path = file.replaceAll("\\", "/").replace(/^\.\//, "");
  const isHere = ({ span }: { readonly span: Span | null }): boolean => span?.file.path === path;
  const [, contract] = /^contracts\/([^/]+)\.odcs\.yaml$/.exec(path) ?? [];
  const models = [...catalog.models.values()].filter(
    (model) => isHere(model) || model.name === contract || (model.source.kind === "sql" && model.source.file === path),
  );
  return [
    ...models.map(({ name }): Defined => ({ kind: "model", name })),
    ...[...catalog.policies.values()].filter(isHere).map(({ model }): Defined => ({ kind: "policy", name: model })),
    ...catalog.calendars.filter(isHere).map(({ name }): Defined => ({ kind: "calendar", name })),
    ...[...catalog.metrics.values()].filter(isHere).map(({ name }): Defined => ({ kind: "metric", name })),
    ...[...catalog.savedQueries.values()].filter(isHere).map(({ name }): Defined => ({ kind: "saved-query", name })),
    ...(/(^|\/)project\.ya?ml$/.test(path) ? [{ kind: "project", name: path } as const] : []),
  ];
}

function metricsAbove(catalog: Catalog, subjects: readonly Defined[]): readonly Dependant[] {
  const all = [...catalog.metrics.values()];
  const found = new Map<string, Dependant>();
  const add = (metric: Metric, path: readonly string[], kinds: readonly EdgeKind[]): void => {
    if (found.has(metric.name)) return;
    const sorted = [...new Set(kinds)].sort(compareText);
    found.set(metric.name, {
      metric: metric.name,
      version: metric.version,
      depth: path.length - 1,
      path,
      kinds: sorted,
    });
  };
  for (const { kind, name } of subjects) {
    const metric = kind === "metric" ? catalog.metrics.get(name) : undefined;
    if (metric) add(metric, [`metric:${name}`], []);
  }
  for (const { kind, name } of subjects) {
    for (const metric of all) {
      const kinds = kindsBetween(catalog, metric, { kind, name });
      if (kinds.length > 0) add(metric, [`${kind}:${name}`, `metric:${metric.name}`], kinds);
    }
  }
  // A Map hands out what is added to it while it is walked.
  for (const [name, below] of found) {
    for (const metric of all) {
      const kinds = edgesOf(catalog, metric).flatMap((edge) =>
        edge.to === "metric" && edge.metric === name ? [edge.kind] : [],
      );
      if (kinds.length > 0) add(metric, [...below.path, `metric:${metric.name}`], kinds);
    }
  }
  return [...found.values()].toSorted((a, b) => a.depth - b.depth || compareText(a.metric, b.metric));
}

/** How a metric itself reads a subject that is no metric; empty: not at all. */
function kindsBetween(catalog: Catalog, metric: Metric, { kind, name }: Defined): readonly EdgeKind[] {
  const columns = edgesOf(catalog, metric).filter((edge) => edge.to === "column");
  switch (kind) {
    case "model":
      return columns.filter((edge) => edge.model === name).map((edge) => edge.kind);
    case "policy":
      return columns.some((edge) => edge.model === name) ? ["INDIRECT/RLS"] : [];
    // Both say how time is cut, which every metric that has a time is.
    case "calendar":
    case "project":
      return metric.type === "simple" && metric.timeDimension !== null ? ["INDIRECT/GROUP_BY"] : [];
    case "metric":
    case "saved-query":
      return [];
  }
}

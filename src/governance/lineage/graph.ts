import type { Catalog, Metric, Model } from "../../catalog/index.ts";
import { inputsOf, metricsNamed, namesKnown } from "../../catalog/index.ts";
import { refsOf } from "../../expression/index.ts";
import { metricUses, type Purpose, type Use } from "../../policy/index.ts";
import { compareText } from "../../std/index.ts";

/**
 * How what is read makes a number, in the words of OpenLineage; `INDIRECT/RLS`, which it has no word for, is a row
 * policy: its columns decide who sees which rows.
 *
 * @see https://openlineage.io/docs/spec/facets/dataset-facets/column_lineage_facet
 */
export type EdgeKind =
  | "DIRECT/AGGREGATION"
  | "DIRECT/TRANSFORMATION"
  | "INDIRECT/FILTER"
  | "INDIRECT/JOIN"
  | "INDIRECT/GROUP_BY"
  | "INDIRECT/SORT"
  | "INDIRECT/WINDOW"
  | "INDIRECT/RLS";

/** A whole model: its rows are counted, or the author's own SQL does not say which columns it reads. */
export const WHOLE_MODEL = "*";

export interface ColumnRef {
  readonly model: string;
  /** By its name in the warehouse, or `*`. */
  readonly column: string;
}

/** One step down: from a metric to what it names itself. */
export type LineageEdge =
  | { readonly from: string; readonly kind: EdgeKind; readonly to: "metric"; readonly metric: string }
  | ({ readonly from: string; readonly kind: EdgeKind; readonly to: "column" } & ColumnRef);

/** What a metric comes from in the end. */
export interface ColumnLineage extends ColumnRef {
  readonly kind: EdgeKind;
  /** How many steps the shortest way has: 1 where the metric names the column itself. */
  readonly depth: number;
  /** That way: the metric first, then the metrics in between. */
  readonly path: readonly string[];
}

export interface Lineage {
  readonly metric: string;
  /** Of the metric and of all below it, each once: those of one metric together, inputs after what uses them. */
  readonly edges: readonly LineageEdge[];
  /** Sorted by model, column and kind. */
  readonly columns: readonly ColumnLineage[];
}

export function lineageOf(catalog: Catalog, metric: Metric): Lineage {
  const own = new Map<string, readonly LineageEdge[]>();
  const visit = (current: Metric): void => {
    if (own.has(current.name)) return;
    const edges = edgesOf(catalog, current);
    own.set(current.name, edges);
    for (const below of metricsIn(catalog, edges)) visit(below);
  };
  visit(metric);
  return { metric: metric.name, edges: [...own.values()].flat(), columns: columnsBelow(metric.name, own) };
}

/** What one metric names itself, each once, sorted: metrics before columns. */
export function edgesOf(catalog: Catalog, metric: Metric): readonly LineageEdge[] {
  const known = knownEdges.get(metric);
  if (known) return known;
  const from = metric.name;
  const uses = metricUses(catalog, metric);
  const named = ownUses(catalog, metric, uses);
  const inputs = inputsOf(metric);
  const edges: LineageEdge[] = [
    ...inputs.map((input) => ({ from, kind: "DIRECT/TRANSFORMATION", to: "metric", metric: input.metric }) as const),
    ...metricsNamed([...metric.filters, ...inputs.flatMap(({ filters }) => filters)]).map(
      (name) => ({ from, kind: "INDIRECT/FILTER", to: "metric", metric: name }) as const,
    ),
    ...named.flatMap((use) =>
      columnsOf(use).map((ref) => ({ from, kind: KINDS[use.purpose], to: "column", ...ref }) as const),
    ),
    ...timeEdges(catalog, metric),
    ...policyEdges(catalog, metric, named),
  ];
  const once = [...new Map(edges.map((edge) => [keyOf(edge), edge])).values()].toSorted(inOrder);
  knownEdges.set(metric, once);
  return once;
}

/** A metric belongs to one catalog. */
const knownEdges = new WeakMap<Metric, readonly LineageEdge[]>();

const KINDS: Readonly<Record<Purpose, EdgeKind>> = {
  value: "DIRECT/AGGREGATION",
  filter: "INDIRECT/FILTER",
  join: "INDIRECT/JOIN",
  group: "INDIRECT/GROUP_BY",
  order: "INDIRECT/SORT",
  window: "INDIRECT/WINDOW",
};

function columnsOf({ model, columns }: Pick<Use, "model" | "columns">): readonly ColumnRef[] {
  const names = columns.length === 0 ? [WHOLE_MODEL] : [...new Set(columns)];
  return names.map((column) => ({ model: model.name, column }));
}

/** The time that a value belongs to decides on the period that it counts in. */
function timeEdges(catalog: Catalog, metric: Metric): readonly LineageEdge[] {
  if (metric.type !== "simple" || metric.timeDimension === null) return [];
  const model = catalog.models.get(metric.model);
  const time = model?.dimensions.get(metric.timeDimension);
  if (!model || !time) return [];
  const { value } = time;
  const columns = value.kind === "opaque" ? value.columns : refsOf(value.expr);
  return columnsOf({ model, columns }).map((ref) => ({
    from: metric.name,
    kind: "INDIRECT/GROUP_BY",
    to: "column",
    ...ref,
  }));
}

/** What the metric names itself, and not by one of its inputs; a version is known by several names. */
function ownUses(catalog: Catalog, metric: Metric, uses: readonly Use[]): readonly Use[] {
  const names = namesKnown(catalog, metric).length;
  return uses.filter(({ via }) => via.length === names);
}

/** @param own Of the models that the metric names itself: those of its inputs are theirs. */
function policyEdges(catalog: Catalog, metric: Metric, own: readonly Use[]): readonly LineageEdge[] {
  const models = new Set(own.map(({ model }) => model));
  return [...models].flatMap((model) =>
    guardingColumns(catalog, model).map((column) => ({
      from: metric.name,
      kind: "INDIRECT/RLS",
      to: "column",
      model: model.name,
      column,
    })),
  );
}

/** Columns that the conditions of the model's policy read, of all roles. */
function guardingColumns(catalog: Catalog, model: Model): readonly string[] {
  const policy = catalog.policies.get(model.name);
  if (!policy) return [];
  const conditions = [...policy.mandatory, ...[...policy.roles.values()].flatMap(({ rows }) => rows ?? [])];
  const names = conditions.flatMap(({ expr }) => refsOf(expr)).filter(({ kind }) => kind === "column");
  return [...new Set(names.map(({ name }) => name))];
}

/** By the shortest way each; what is read for a condition of the way is read for that condition. */
function columnsBelow(metric: string, own: ReadonlyMap<string, readonly LineageEdge[]>): readonly ColumnLineage[] {
  const found = new Map<string, ColumnLineage>();
  const seen = new Set<string>();
  let front: readonly { readonly path: readonly string[]; readonly kind: EdgeKind | null }[] = [
    { path: [metric], kind: null },
  ];
  while (front.length > 0) {
    const next: { path: readonly string[]; kind: EdgeKind | null }[] = [];
    for (const { path, kind } of front) {
      for (const edge of own.get(path.at(-1) ?? "") ?? []) {
        const through = kind?.startsWith("INDIRECT/") ? kind : edge.kind;
        if (edge.to === "metric") {
          const key = `${edge.metric} ${through}`;
          if (!seen.has(key)) next.push({ path: [...path, edge.metric], kind: through });
          seen.add(key);
          continue;
        }
        const { model, column } = edge;
        const key = `${model} ${column} ${through}`;
        if (!found.has(key)) found.set(key, { model, column, kind: through, depth: path.length, path });
      }
    }
    front = next;
  }
  return [...found.values()].toSorted(
    (a, b) => compareText(a.model, b.model) || compareText(a.column, b.column) || compareText(a.kind, b.kind),
  );
}

function metricsIn(catalog: Catalog, edges: readonly LineageEdge[]): readonly Metric[] {
  return edges.flatMap((edge) => (edge.to === "metric" ? (catalog.metrics.get(edge.metric) ?? []) : []));
}

function keyOf(edge: LineageEdge): string {
  return edge.to === "metric" ? `${edge.kind} ${edge.metric}` : `${edge.kind} ${edge.model} ${edge.column}`;
}

function inOrder(a: LineageEdge, b: LineageEdge): number {
  if (a.to === "metric" && b.to === "metric") return 0; // as the author wrote them
  if (a.to !== "column" || b.to !== "column") return a.to === "metric" ? -1 : 1;
  return compareText(a.model, b.model) || compareText(a.kind, b.kind) || compareText(a.column, b.column);
}

import {
  type Catalog,
  definitionsOf,
  metricsNamed,
  metricTimeOf,
  type SavedQuery,
  simpleMetricsBelow,
} from "../catalog/index.ts";
import { Refusal } from "../diagnostics/index.ts";
import type { Engine } from "../engine/index.ts";
import { refsOf } from "../expression/index.ts";
import type { GroupByReference, QueryRequest } from "../request/index.ts";
import { type ConnectorConfig, METRIC_TIME, parseConfig } from "./config-params.ts";
import { rangeOf } from "./date-range.ts";
import { fieldsFor } from "./fields.ts";
import { conditionsOf } from "./filters.ts";
import type { OfferedField, OfferedMetric } from "./offered-field.ts";
import type { DataQuestion } from "./protocol.ts";
import { checkFiltersOfShifted, isTimeOf } from "./shifted.ts";

/** A question of a chart in our words. */
export interface AskedQuestion {
  readonly request: QueryRequest;
  /** The columns of the answer for Data Studio, in its order; one may stand more than once. */
  readonly fields: readonly OfferedField[];
  /** What a condition or a group reads, by the names of queries. */
  readonly names: readonly string[];
  /** By their names in the catalog, those included that conditions test. */
  readonly metrics: readonly string[];
  /** The model whose rows are asked for where no metric is; else null. */
  readonly rowsOf: string | null;
  /** Whether some of its rows will do. */
  readonly isSample: boolean;
}

/** Rows that Data Studio looks at to learn what a field is like. */
const SAMPLE_ROWS = 100;

/**
 * Reads a question of Data Studio against the catalog of who asks.
 *
 * @param mostRows Beyond which no answer could be handed over.
 * @throws Refusal for whatever cannot be answered exactly as it is asked
 */
export async function questionOf(
  engine: Pick<Engine, "periodsOf">,
  catalog: Catalog,
  question: DataQuestion,
  mostRows: number,
): Promise<AskedQuestion> {
  const config = parseConfig(question.configParams);
  const offered = fieldsFor(catalog, config);
  const byName = new Map(offered.map((field) => [field.field.name, field]));
  const fieldNamed = (name: string): OfferedField => byName.get(name) ?? refuseUnknown(name);
  const asked = (question.fields ?? []).map(({ name, forFilterOnly }) => ({
    field: fieldNamed(name),
    isColumn: forFilterOnly !== true,
  }));
  const fields = asked.filter(({ isColumn }) => isColumn).map(({ field }) => field);
  if (fields.length === 0) {
    const message = "The chart asks for no field: add a dimension or a metric to it.";
    throw new Refusal("EMPTY_QUERY", message, { path: ["fields"] });
  }
  const filters = question.dimensionsFilters ?? [];
  const conditions = conditionsOf(filters, fieldNamed);
  const saved = savedQueryOf(catalog, config);
  const columns = [...new Set(fields)];
  const groups = columns.filter((field) => field.kind !== "metric");
  const metrics = columns.filter((field) => field.kind === "metric");
  const isSample = question.scriptParams?.sampleExtraction === true;
  const source = sourceOf(catalog, config, offered, metrics);
  const measured = source.metrics.flatMap(({ metric }) => catalog.metrics.get(metric.name) ?? []);
  const about = {
    catalog,
    metrics: measured,
    grains: groups.flatMap(({ kind, groupBy }) =>
      kind === "time" && isTimeOf(catalog, measured, groupBy.name) ? (groupBy.grain ?? []) : [],
    ),
  };
  const filtered = filters
    .flat()
    .flatMap(({ fieldName }) => byName.get(fieldName) ?? [])
    .filter((field) => field.kind !== "metric");
  checkFiltersOfShifted(filtered, about);
  const ranged = question.dateRange
    ? await rangeOf(question.dateRange, {
        ...about,
        engine,
        timeDimension: config.timeDimension,
        rowsOf: source.rowsOf,
        isSample,
        isTimed: isTimed(catalog, config, offered),
      })
    : {};
  return {
    request: {
      metrics: source.metrics.map(({ metric, field }) => ({ ...metric, as: field.name })),
      groupBy: groups.map(({ groupBy, field }): GroupByReference => ({ ...groupBy, as: field.name })),
      where: [...(saved?.filters ?? []).map(({ text }) => text), ...(ranged.where ?? []), ...conditions],
      ...(ranged.timeRange && { timeRange: ranged.timeRange }),
      ...(source.rowsOf !== null && { rowsOf: source.rowsOf }),
      ...(config.certifiedOnly && metrics.length > 0 && { requireCertified: true }),
      limit: isSample ? SAMPLE_ROWS : mostRows,
    },
    fields,
    names: [...[...groups, ...filtered].map(({ filterName }) => filterName), ...namesIn(saved)],
    metrics: [...source.metrics.map(({ metric }) => metric.name), ...metricsNamed(saved?.filters ?? [])],
    rowsOf: source.rowsOf,
    isSample,
  };
}

/** The same words whether it was removed, was never there, or is hidden from who asks. */
function refuseUnknown(name: string): never {
  throw new Refusal(
    "UNKNOWN_GROUP_BY",
    `There is no field "${name.slice(0, 200)}" in this data source for you. It may have been renamed or removed, or may not be yours to see: take it out of the chart and its filters, or refresh the fields of the data source.`,
    { path: ["fields"] },
  );
}

/** Whose metrics and conditions the data source has; how it orders and limits its own rows is not for charts. */
function savedQueryOf(catalog: Catalog, { source }: ConnectorConfig): SavedQuery | null {
  return source?.kind === "savedQuery" ? (catalog.savedQueries.get(source.name) ?? null) : null;
}

function namesIn(saved: SavedQuery | null): readonly string[] {
  return (saved?.filters ?? [])
    .flatMap(({ expr }) => refsOf(expr))
    .flatMap((name) => (name.kind === "name" ? name.text : []));
}

/**
 * Where the rows come from. Without a metric in the chart they are the combinations that occur: in the model, or where the
 * saved query is about several, wherever one of its metrics has a value.
 */
function sourceOf(
  catalog: Catalog,
  { source }: ConnectorConfig,
  offered: readonly OfferedField[],
  metrics: readonly OfferedMetric[],
): { readonly metrics: readonly OfferedMetric[]; readonly rowsOf: string | null } {
  if (metrics.length > 0) return { metrics, rowsOf: null };
  if (source?.kind === "model") return { metrics: [], rowsOf: source.name };
  const all = offered.filter((field) => field.kind === "metric");
  const definitions = definitionsOf(catalog);
  const leaves = all.flatMap(({ metric }) => {
    const found = definitions.metrics.get(metric.name);
    return found ? simpleMetricsBelow(definitions, found) : [];
  });
  const [model = null, another] = new Set(leaves.map((leaf) => leaf.model));
  return another === undefined ? { metrics: [], rowsOf: model } : { metrics: all, rowsOf: null };
}

/**
 * Whether a date range means anything: Data Studio sends one with every question, also for what has no time at all.
 *
 * @throws Refusal where there are times, and none of them is the one that ranges are about
 */
function isTimed(
  catalog: Catalog,
  { source, timeDimension }: ConnectorConfig,
  offered: readonly OfferedField[],
): boolean {
  if (timeDimension !== METRIC_TIME) return true;
  const model = source?.kind === "model" ? catalog.models.get(source.name) : undefined;
  const hasMetricTime = offered.some((field) => {
    const metric = field.kind === "metric" ? catalog.metrics.get(field.metric.name) : undefined;
    return metric && metricTimeOf(catalog, metric) !== null;
  });
  if (hasMetricTime || (model && model.defaultTime !== null)) return true;
  if (!offered.some(({ kind }) => kind === "time")) return false;
  throw new Refusal(
    "INVALID_RANGE",
    "The metrics of this data source have no time of their own for the date range to be about: choose a time dimension in the settings of the data source.",
    { path: ["configParams", "timeDimension"] },
  );
}

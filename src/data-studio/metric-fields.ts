import {
  type Catalog,
  certificationOf,
  definitionsOf,
  type Metric,
  reaggregationOf,
  simpleMetricsBelow,
} from "../catalog/index.ts";
import { Refusal } from "../diagnostics/index.ts";
import type { ScalarType } from "../expression/index.ts";
import { resolveRequest, typeOfMetric } from "../request/index.ts";
import type { ConnectorConfig } from "./config-params.ts";
import { wholeDate } from "./date-types.ts";
import { describeMetric } from "./describe.ts";
import { plainValue } from "./group-fields.ts";
import type { OfferedMetric } from "./offered-field.ts";
import type { SchemaField } from "./protocol.ts";
import { dataTypeOf, semanticTypeOfMetric } from "./semantic-types.ts";

/** The metrics that rest on a model, alone or beside others: those that can be asked for. */
export function metricsOfModel(catalog: Catalog, name: string): readonly Metric[] {
  const definitions = definitionsOf(catalog);
  return [...catalog.metrics.values()].filter(
    (metric) =>
      isOffered(metric) &&
      simpleMetricsBelow(definitions, metric).some(({ model }) => model === name) &&
      askable(definitions, metric) !== null,
  );
}

/** Whether anybody may ask for it by its name. */
export function isOffered({ isPrivate, lifecycle }: Metric): boolean {
  return !isPrivate && lifecycle !== "retired";
}

export function isCertified(catalog: Catalog, metric: Metric): boolean {
  return certificationOf(catalog, metric) === "certified";
}

/** What a metric's field depends on besides the metric. */
interface Surroundings {
  /** Names of other fields, which parts do not take. */
  readonly taken: ReadonlySet<string>;
  /** Models that the groups beside it are read from. */
  readonly joined: ReadonlySet<string>;
}

/** A metric's field, and before it, where a ratio is to be given as its parts, those. */
export function metricFields(
  catalog: Catalog,
  metric: Metric,
  { currency, decompose }: ConnectorConfig,
  { taken, joined }: Surroundings,
): readonly OfferedMetric[] {
  const isPartial = leavesGroupsOut(catalog, metric, joined);
  const parts = decompose && !isPartial ? partsOf(catalog, metric) : null;
  const field = (of: Metric, name: string, more: Partial<SchemaField>): OfferedMetric => {
    const { type, needsTime } = askable(definitionsOf(catalog), of) ?? { type: "unknown", needsTime: false };
    const semanticType = semanticTypeOfMetric(of, type, currency);
    const isFormula = more.formula !== undefined;
    const isReaggregatable = !isFormula && !isPartial && reaggregationOf(of) === "sum";
    return {
      kind: "metric",
      metric: name === of.name ? { name } : { name: of.name, as: name },
      field: {
        name,
        label: of.label,
        description: describeMetric(catalog, of, {
          addsUp: isFormula ? "formula" : isReaggregatable ? "sum" : "none",
          needsTime,
        }),
        group: "Metrics",
        dataType: dataTypeOf(semanticType),
        semantics: { conceptType: "METRIC", semanticType, isReaggregatable },
        ...(isReaggregatable && { defaultAggregationType: "SUM" }),
        ...more,
      },
      cellType: type,
      render: type === "date" ? (cell) => (cell === null ? null : wholeDate().write(String(cell))) : plainValue,
    };
  };
  const [above, below] = [`${metric.name}__numerator`, `${metric.name}__denominator`];
  if (!parts || taken.has(above) || taken.has(below)) return [field(metric, metric.name, {})];
  return [
    field(parts.numerator, above, { label: `${metric.label}, numerator`, isHidden: true }),
    field(parts.denominator, below, { label: `${metric.label}, denominator`, isHidden: true }),
    field(metric, metric.name, { formula: `SUM($${above}) / SUM($${below})` }),
  ];
}

/** Whether who sees the catalog is not shown small groups: what they are shown adds up to less than all. */
function leavesGroupsOut({ view, policies }: Catalog, metric: Metric, joined: ReadonlySet<string>): boolean {
  if (!view) return false;
  const models = [...simpleMetricsBelow(view.definitions, metric).map(({ model }) => model), ...joined];
  return models.some((model) => (policies.get(model)?.minimumGroupSize ?? null) !== null);
}

/** The two metrics whose sums, divided, are exactly the ratio of any groups together; null: it has none that are seen. */
function partsOf(
  catalog: Catalog,
  metric: Metric,
): { readonly numerator: Metric; readonly denominator: Metric } | null {
  if (metric.type !== "ratio" || metric.filters.length > 0) return null;
  const [numerator, denominator] = [metric.numerator, metric.denominator].map((input) => {
    const isPlain = input.filters.length === 0 && input.offsetWindow === null && input.offsetToGrain === null;
    const of = catalog.metrics.get(input.metric);
    return isPlain && of && isOffered(of) && reaggregationOf(of) === "sum" ? of : null;
  });
  return numerator && denominator ? { numerator, denominator } : null;
}

/** How a metric can be asked for; null: no question can. */
interface Askable {
  readonly type: ScalarType;
  /** Whether only beside a time: it looks back from one. */
  readonly needsTime: boolean;
}

function askable(definitions: Catalog, metric: Metric): Askable | null {
  const known = askables.get(metric);
  if (known !== undefined) return known;
  const found = typeBy(definitions, metric.name, []);
  const timed = found === null ? typeBy(definitions, metric.name, [{ name: "metric_time" }]) : null;
  const type = found ?? timed;
  const told = type === null ? null : { type, needsTime: found === null };
  askables.set(metric, told);
  return told;
}

/** A metric belongs to one catalog. */
const askables = new WeakMap<Metric, Askable | null>();

/** The type of a metric's values; null where the question is refused. */
function typeBy(definitions: Catalog, name: string, groupBy: readonly { readonly name: string }[]): ScalarType | null {
  try {
    const query = resolveRequest(definitions, { metrics: [name], groupBy });
    return query.kind === "metrics" ? typeOfMetric(query.outputs[0]?.of) : null;
  } catch (error) {
    if (error instanceof Refusal) return null;
    throw error;
  }
}

import {
  type AggregateSpec,
  type Catalog,
  describePath,
  type Element,
  type Filter,
  findElement,
  type JoinPath,
  type Metric,
  type MetricInput,
  type Model,
  reachableFrom,
  type SimpleMetric,
  splitName,
  type TimeDimension,
} from "../../catalog/index.ts";
import {
  call,
  coarser,
  type Expr,
  type FilterName,
  isStandardGrain,
  mapRefs,
  readOpaqueSql,
  ref,
  refsOf,
  type StandardGrain,
  text,
} from "../../expression/index.ts";
import { printAnsi } from "./ansi.ts";
import type { OssieCode } from "./codes.ts";
import type { DatasetNames } from "./export-dataset.ts";
import { respelled } from "./import-model.ts";

/** What an expression leaves out of its metric. */
export interface Loss {
  readonly code: OssieCode;
  readonly message: string;
}

export type Spelled =
  | { readonly ok: true; readonly text: string; readonly losses: readonly Loss[] }
  | { readonly ok: false; readonly loss: Loss };

interface Spelling {
  readonly catalog: Catalog;
  readonly datasets: ReadonlyMap<string, DatasetNames>;
  readonly losses: Loss[];
}

/** A metric as one expression over datasets, as far as that says it. */
export function spellMetric(metric: Metric, catalog: Catalog, datasets: ReadonlyMap<string, DatasetNames>): Spelled {
  const spelling: Spelling = { catalog, datasets, losses: [] };
  try {
    const spelled = spell(metric, [], spelling);
    const known = new Set<string>();
    const losses = spelling.losses.filter(({ code }) => !known.has(code) && known.add(code));
    return { ok: true, text: spelled, losses };
  } catch (thrown) {
    if (thrown instanceof Unsayable) return { ok: false, loss: { code: thrown.code, message: thrown.message } };
    throw thrown;
  }
}

/** No expression over datasets says this. */
class Unsayable extends Error {
  readonly code: OssieCode;

  constructor(code: OssieCode, message: string) {
    super(message);
    this.code = code;
  }
}

/** @param above Conditions of what the metric is an input of. */
function spell(metric: Metric, above: readonly Filter[], spelling: Spelling): string {
  const filters = [...above, ...metric.filters];
  const input = (of: MetricInput) => spellInput(of, filters, spelling);
  switch (metric.type) {
    case "simple":
      return spellSimple(metric, filters, spelling);
    case "ratio":
      return printAnsi(call("/", ref(input(metric.numerator)), ref(input(metric.denominator))), (inner) => inner);
    case "derived": {
      const inputs = new Map(metric.inputs.map((of) => [of.alias, of]));
      return printAnsi(metric.expr, (alias) => {
        const of = inputs.get(alias);
        if (!of) throw new Unsayable("METRIC_DROPPED", `"${alias}" is no input.`);
        return bracketed(input(of), spelling.catalog.metrics.get(of.metric));
      });
    }
    case "cumulative": {
      const message = "Its expression is that of its input: Ossie knows no running values.";
      spelling.losses.push({ code: "CUMULATIVE_SEMANTICS_LOSS", message });
      return input(metric.input);
    }
    case "conversion":
      throw new Unsayable("CONVERSION_METRIC_DROPPED", "Ossie has no metric of two events.");
  }
}

/** One aggregate needs no brackets. */
function bracketed(spelled: string, metric: Metric | undefined): string {
  return metric?.type === "simple" ? spelled : `(${spelled})`;
}

function spellInput(input: MetricInput, above: readonly Filter[], spelling: Spelling): string {
  if (input.offsetWindow || input.offsetToGrain) {
    throw new Unsayable("OFFSET_LOSS", `It takes "${input.metric}" of an earlier time, which Ossie cannot say.`);
  }
  const metric = spelling.catalog.metrics.get(input.metric);
  if (!metric) throw new Unsayable("METRIC_DROPPED", `"${input.metric}" is no metric.`);
  return spell(metric, [...above, ...input.filters], spelling);
}

function spellSimple(metric: SimpleMetric, filters: readonly Filter[], spelling: Spelling): string {
  const model = spelling.catalog.models.get(metric.model);
  const names = spelling.datasets.get(metric.model);
  if (!model || !names) throw new Unsayable("METRIC_DROPPED", `"${metric.model}" is no model.`);
  if (metric.nonAdditive) {
    const message = `Its expression adds up all rows: Ossie cannot keep those of one ${metric.nonAdditive.dimension}.`;
    spelling.losses.push({ code: "SEMI_ADDITIVE_LOSS", message });
  }
  const condition = filters.map((filter) => spellFilter(filter, metric, model, spelling));
  const value = spellValue(metric.aggregate, model, names, spelling.losses);
  return spellAggregate(metric.aggregate, value, condition.length > 0 ? condition.join(" AND ") : null);
}

function spellAggregate({ aggregation, percentile }: AggregateSpec, value: string, condition: string | null): string {
  const of = aggregation === "sum_boolean" ? `CASE WHEN ${value} THEN 1 ELSE 0 END` : value;
  const kept = condition === null ? of : `CASE WHEN ${condition} THEN ${of} END`;
  switch (aggregation) {
    case "sum":
    case "sum_boolean":
      return `SUM(${kept})`;
    case "average":
      return `AVG(${kept})`;
    case "count_distinct":
      return `COUNT(DISTINCT ${kept})`;
    case "min":
    case "max":
    case "count":
      return `${aggregation.toUpperCase()}(${kept})`;
    case "percentile":
    case "median": {
      const name = percentile?.kind === "discrete" ? "PERCENTILE_DISC" : "PERCENTILE_CONT";
      return `${name}(${percentile?.fraction ?? "0.5"}) WITHIN GROUP (ORDER BY ${kept})`;
    }
  }
}

/** What is aggregated, each column as a field of its dataset. A constant needs a column too, or no one knows which rows. */
function spellValue({ value, aggregation }: AggregateSpec, model: Model, names: DatasetNames, losses: Loss[]): string {
  if (value.kind === "expr" && refsOf(value.expr).length === 0) {
    const constant = printAnsi(value.expr, () => "");
    const [key] = model.primaryKey;
    const isCount = aggregation === "count" && value.expr.kind === "literal" && value.expr.value !== null;
    if (isCount && key !== undefined) return names.ofColumn(key);
    const column = key ?? anyColumn(model);
    if (column === null)
      throw new Unsayable("METRIC_DROPPED", `It counts rows of "${model.name}", of which no column is known.`);
    return `CASE WHEN ${names.ofColumn(column)} IS NULL THEN ${constant} ELSE ${constant} END`;
  }
  if (value.kind === "expr") return printAnsi(value.expr, (column) => names.ofColumn(column));
  const written = value.sql.postgres ?? value.sql.duckdb ?? value.sql.bigquery ?? "";
  const opaque = readOpaqueSql(written);
  if (!opaque.ok) throw new Unsayable("METRIC_DROPPED", `It is SQL of one engine: ${written}`);
  losses.push({
    code: "DIALECT_LOSS",
    message: `It is SQL of one engine, written as ANSI_SQL for want of a dialect: ${written}`,
  });
  return respelled(written, opaque.value.names, ({ name }) => names.ofColumn(name));
}

/** Whatever column the model is known to have. */
function anyColumn(model: Model): string | null {
  const keys = [...model.entities.values()].flatMap(({ key }) => key);
  const values = [...model.dimensions.values()].flatMap(({ value }) => (value.kind === "expr" ? [value.expr] : []));
  return [...keys, ...values].flatMap(refsOf)[0] ?? null;
}

function spellFilter(filter: Filter, metric: SimpleMetric, model: Model, spelling: Spelling): string {
  const condition = mapRefs(filter.expr, (name) => itemOf(name, metric, model, spelling));
  const isChoice = condition.kind === "call" && condition.fn === "or";
  const spelled = printAnsi(condition, (inner) => inner);
  return isChoice ? `(${spelled})` : spelled;
}

/** A name of a condition as a field, a time cut as here: in the project's zone, weeks from Monday. */
function itemOf(name: FilterName, metric: SimpleMetric, model: Model, spelling: Spelling): Expr<string> {
  const { catalog } = spelling;
  if (name.kind === "metric") throw new Unsayable("METRIC_DROPPED", `It is filtered by the metric "${name.metric}".`);
  const custom = new Set(catalog.calendars.flatMap(({ customGrains }) => [...customGrains.keys()]));
  const { links, element, grain, datePart } = splitName(name.text, custom);
  if (grain !== null && !isStandardGrain(grain)) {
    throw new Unsayable("METRIC_DROPPED", `It is filtered by periods of a calendar: ${name.text}.`);
  }
  const isMetricTime = links.length === 0 && element === "metric_time";
  const dimension = isMetricTime ? model.dimensions.get(metric.timeDimension ?? "") : undefined;
  const found = isMetricTime ? null : findElement(catalog, model, links, element);
  if (found && found.kind !== "found") throw new Unsayable("METRIC_DROPPED", `"${name.text}" is not one thing.`);
  if (!found && !dimension) throw new Unsayable("METRIC_DROPPED", "It is filtered by a time that its model lacks.");
  const path: JoinPath = found ? found.at.path : { base: model, steps: [] };
  const at: Element = found ? found.at.element : { kind: "dimension", dimension: dimension ?? never(name.text) };
  const names = datasetAt(path, spelling);
  if (at.kind === "entity") {
    const [only, second] = at.entity.key;
    if (!only || second || only.kind !== "ref")
      throw new Unsayable("METRIC_DROPPED", `"${name.text}" is more than one column.`);
    return ref(names.ofColumn(only.ref));
  }
  const value = ref(names.ofDimension(at.dimension.name));
  if (at.dimension.kind !== "time") return value;
  const least = isMetricTime ? defaultGrain(metric, at.dimension) : at.dimension.grain;
  return cutTime(value, at.dimension, { grain: grain ?? least, datePart }, catalog.timeZone);
}

function defaultGrain({ defaultGrain: chosen }: SimpleMetric, { grain }: TimeDimension): StandardGrain {
  return chosen !== null && isStandardGrain(chosen) ? chosen : coarser(grain, "day");
}

function cutTime(
  value: Expr<string>,
  { type, grain: finest }: TimeDimension,
  { grain, datePart }: { readonly grain: StandardGrain; readonly datePart: string | null },
  timeZone: string,
): Expr<string> {
  const local: Expr<string> = type === "timestamptz" ? call("to_zone", value, text(timeZone)) : value;
  if (datePart !== null) return call("date_part", text(datePart), local);
  if (type === "date" && grain === finest && grain === "day") return value;
  const start: Expr<string> = call("date_trunc", text(grain), local);
  return coarser(grain, "day") === grain ? { kind: "cast", to: "date", arg: start, isTry: false } : start;
}

function never(name: string): never {
  throw new Unsayable("METRIC_DROPPED", `"${name}" is no time.`);
}

/** The dataset at the end of a path, which a reader of the file has to find without being told the path. */
function datasetAt(path: JoinPath, { catalog, datasets }: Spelling): DatasetNames {
  const to = path.steps.at(-1)?.to ?? path.base;
  const names = datasets.get(to.name);
  if (!names) throw new Unsayable("METRIC_DROPPED", `"${to.name}" is no model.`);
  if (path.steps.length === 0) return names;
  const ways = reachableFrom(catalog, path.base, MOST_HOPS).map((located) => located.path);
  const others = ways.filter((way) => way.steps.at(-1)?.to === to && describePath(way) !== describePath(path));
  const isPlain = path.steps.every(({ right }) => right.type !== "natural");
  if (others.length > 0 || to === path.base || !isPlain) {
    throw new Unsayable("METRIC_DROPPED", `Which join its filter means cannot be said: ${describePath(path)}.`);
  }
  return names;
}

const MOST_HOPS = 3;

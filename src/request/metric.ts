import type { Calendar, Catalog, Metric, MetricInput, Model, SimpleMetric } from "../catalog/index.ts";
import { definitionsOf, findElement } from "../catalog/index.ts";
import { Refusal } from "../diagnostics/index.ts";
import type { FilterName, StandardGrain } from "../expression/index.ts";
import { coarser, compareGrains, isStandardGrain, mapRefs, ref, refsOf } from "../expression/index.ts";
import { chooseCalendar } from "./calendars.ts";
import type { OwnTime } from "./field.ts";
import { calendarWith, fieldOf } from "./field.ts";
import type { WrittenCondition } from "./filters.ts";
import { checkCondition, ownCondition } from "./filters.ts";
import { itemNamed } from "./item.ts";
import { typeOfMetric } from "./metric-type.ts";
import { queryableMetric } from "./queryable.ts";
import { widen } from "./range.ts";
import type { TimeRange } from "./request.ts";
import type {
  Field,
  Item,
  ResolvedConversion,
  ResolvedCumulative,
  ResolvedDerived,
  ResolvedInput,
  ResolvedMetric,
  ResolvedOffset,
  ResolvedSimple,
  RowCondition,
  TimeCut,
} from "./resolved.ts";

/** A metric as it is asked for: by which groups, under which conditions. */
export interface MetricQuestion {
  readonly catalog: Catalog;
  readonly timeZone: string;
  readonly metric: Metric;
  /** The name that the caller wrote: refusals speak of it where an input is private. */
  readonly asked: string;
  readonly groupBy: readonly Item[];
  /** Of the request's `{name, where}` and of the metrics this one is an input of. */
  readonly ownConditions: readonly WrittenCondition[];
  readonly queryConditions: readonly WrittenCondition[];
  readonly range: TimeRange | null;
}

/** Looks up every group-by and condition from each model below the metric. */
export function resolveMetric(question: MetricQuestion): ResolvedMetric {
  const { metric } = question;
  switch (metric.type) {
    case "simple":
      return resolveSimple(question, metric);
    case "ratio":
      return {
        kind: "ratio",
        metric,
        numerator: resolveInput(question, metric.numerator),
        denominator: resolveInput(question, metric.denominator),
      };
    case "derived":
      return resolveDerived(question, metric);
    case "cumulative":
      return resolveCumulative(question, metric);
    case "conversion":
      return resolveConversion(question, metric);
  }
}

/** The input under its own conditions and those of the metric that uses it. */
function resolveInput(question: MetricQuestion, input: MetricInput): ResolvedMetric {
  return resolveMetric(inputQuestion(question, input));
}

function inputQuestion(question: MetricQuestion, input: MetricInput): MetricQuestion {
  const { catalog, metric, ownConditions } = question;
  const own = [...metric.filters, ...input.filters].map(ownCondition);
  return {
    ...question,
    metric: found(definitionsOf(catalog).metrics.get(input.metric)),
    ownConditions: [...ownConditions, ...own],
  };
}

function resolveSimple(question: MetricQuestion, metric: SimpleMetric): ResolvedSimple {
  const { catalog, groupBy } = question;
  const model = found(definitionsOf(catalog).models.get(metric.model));
  const time = ownTimeOf(catalog, metric);
  const asker = askerOf(question, metric);
  const field = (item: Item, path: readonly string[]) => fieldOf(catalog, model, time, item, { asker, path });
  const conditions = (written: readonly WrittenCondition[]) =>
    written.map((condition) => bind(question, metric, model, time, condition));
  const fields = groupBy.map((item, i) => field(item, ["groupBy", String(i), "name"]));
  const isAsked = ({ path }: WrittenCondition): boolean => path.length > 0;
  const asked = conditions(question.ownConditions.filter(isAsked));
  const authors = [
    ...question.ownConditions.filter((written) => !isAsked(written)),
    ...metric.filters.map(ownCondition),
  ];
  const named = (name: string) => field(localItem(model, name), []);
  return {
    kind: "simple",
    metric,
    model,
    groupBy: fields,
    ownConditions: [...asked, ...conditions(authors)],
    askedConditions: asked,
    queryConditions: conditions(question.queryConditions),
    time: time && fieldOf(catalog, model, time, METRIC_TIME, { asker, path: [] }),
    range: question.range && rangeOf(question.range, fields, time, asker),
    nonAdditive: metric.nonAdditive && {
      date: named(metric.nonAdditive.dimension),
      groupings: metric.nonAdditive.groupings.map(named),
    },
  };
}

/** Who cannot be answered: the metric itself, or the one asked for where callers do not know of it. */
function askerOf({ catalog, asked }: MetricQuestion, metric: Metric): string {
  const isKnown = !metric.isPrivate && (!catalog.view || catalog.metrics.has(metric.name));
  return `metric "${isKnown ? metric.name : asked}"`;
}

/** The same where a sentence begins. */
function nameOf(question: MetricQuestion, metric: Metric): string {
  return askerOf(question, metric).replace("metric", "Metric");
}

const METRIC_TIME: Item = { isMetricTime: true, links: [], element: "metric_time", grain: null, part: null };

/** A dimension or entity of the model itself, named as its author does. */
function localItem(model: Model, name: string): Item {
  const links = model.dimensions.has(name) && model.primaryEntity ? [model.primaryEntity] : [];
  return { isMetricTime: false, links, element: name, grain: null, part: null };
}

function rangeOf(range: TimeRange, fields: readonly Field[], time: OwnTime, asker: string) {
  if (!range.start && !range.end) return null;
  if (!time) throw new Refusal("NO_PATH", `A time range needs a time, and ${asker} has none.`, { path: ["timeRange"] });
  const grains = fields
    .filter((field) => field.key.startsWith("metric_time__"))
    .flatMap((field) => grainOf(field.cut) ?? []);
  const [finest = time.grain] = range.isWhole ? [] : grains.sort(compareGrains);
  return widen(range, finest);
}

function grainOf(cut: TimeCut | null): StandardGrain | null {
  if (cut?.kind === "grain") return cut.grain;
  return cut?.kind === "custom" ? cut.calendar.grain : null;
}

/** Looks the names of a condition up from the model it filters, and checks its types. */
function bind(
  question: MetricQuestion,
  metric: SimpleMetric,
  model: Model,
  time: OwnTime,
  condition: WrittenCondition,
): RowCondition {
  const { catalog } = question;
  const place = { asker: askerOf(question, metric), path: condition.path };
  return bindNames(condition, (name) => {
    if (name.kind === "metric") return metricField(question, model, time, name, condition);
    return fieldOf(catalog, model, time, filterItem(catalog, name.text, metric), place);
  });
}

/** Replaces the names of a condition by what they mean, and checks that it is one. */
export function bindNames(condition: WrittenCondition, find: (name: FilterName) => Field): RowCondition {
  const bound = mapRefs(condition.expr, (name, at) => {
    const field = find(name);
    refuseOpaque(field, condition);
    return { ...ref(field), ...(at && { at }) };
  });
  checkCondition(bound, (field) => field.type, condition.text, condition.path);
  return bound;
}

/** `metric_time` without a grain means the default grain of the metric being filtered. */
function filterItem(catalog: Catalog, name: string, metric: SimpleMetric): Item {
  const item = itemNamed(catalog, name);
  if (!item.isMetricTime || item.grain || item.part) return item;
  const grain = metric.defaultGrain ?? coarser("day", ownTimeOf(catalog, metric)?.grain ?? "day");
  return { ...item, grain };
}

function refuseOpaque(field: Field, condition: WrittenCondition): void {
  if (field.value.kind !== "element" || field.value.element.kind !== "dimension") return;
  const { dimension } = field.value.element;
  if (dimension.value.kind !== "opaque") return;
  throw new Refusal(
    "INVALID_FILTER",
    `Dimension "${dimension.name}" is written in the warehouse's own SQL and cannot be filtered by.`,
    {
      path: condition.path,
    },
  );
}

/** The value of a metric for the row's entity, over all its data: the query's own conditions do not reach inside. */
export function metricField(
  question: Pick<MetricQuestion, "catalog" | "timeZone">,
  model: Model,
  time: OwnTime,
  name: FilterName & { kind: "metric" },
  condition: WrittenCondition,
): Field {
  // An author's own filter may use what only serves as an input, or what the caller does not see.
  const isAuthors = condition.path.length === 0;
  const catalog = isAuthors ? definitionsOf(question.catalog) : question.catalog;
  const { timeZone } = question;
  const metric =
    (isAuthors && catalog.metrics.get(name.metric)) || queryableMetric(catalog, name.metric, condition.path);
  const [entityName, second] = name.entities;
  if (entityName === undefined || second !== undefined) {
    throw new Refusal(
      "UNGROUPED_METRIC_FILTER",
      `A metric in a filter needs exactly one entity: metric('${name.metric}', 'customer').`,
      { path: condition.path },
    );
  }
  const item = itemNamed(catalog, entityName);
  const leaf = leafBelow(catalog, metric);
  const inside = asReached(catalog, found(definitionsOf(catalog).models.get(leaf.model)), item);
  const entity = fieldOf(catalog, model, time, asReached(catalog, model, item), {
    asker: "the filter",
    path: condition.path,
  });
  if (entity.value.kind !== "element" || entity.value.element.kind !== "entity") {
    throw new Refusal(
      "UNGROUPED_METRIC_FILTER",
      `"${entityName}" is not an entity; a metric in a filter is counted per entity.`,
      { path: condition.path },
    );
  }
  const of = resolveMetric({
    catalog,
    timeZone,
    metric,
    asked: metric.name,
    groupBy: [inside],
    ownConditions: [],
    queryConditions: [],
    range: null,
  });
  return {
    key: `${name.metric}_per_${entityName}`,
    value: { kind: "metric", metric: of, entity },
    cut: null,
    isMetricTime: false,
    type: typeOfMetric(of),
  };
}

/** A key named by its path from one of the two models is its bare self in the other. */
function asReached(catalog: Catalog, model: Model, item: Item): Item {
  return findElement(catalog, model, item.links, item.element).kind === "found" ? item : { ...item, links: [] };
}

function resolveDerived(question: MetricQuestion, metric: Metric & { type: "derived" }): ResolvedDerived {
  const inputs = metric.inputs.map((input): ResolvedInput => {
    const asked = inputQuestion(question, input);
    const offset = offsetOf(question, input);
    return { alias: input.alias, of: resolveMetric(asked), offset };
  });
  return { kind: "derived", metric, expr: metric.expr, inputs };
}

function offsetOf(question: MetricQuestion, input: MetricInput): ResolvedOffset | null {
  const { catalog, metric, groupBy } = question;
  if (!input.offsetWindow && !input.offsetToGrain) return null;
  const leaf = leafBelow(catalog, found(definitionsOf(catalog).metrics.get(input.metric)));
  const time = ownTimeOf(catalog, leaf);
  const model = found(definitionsOf(catalog).models.get(leaf.model));
  const place = { asker: askerOf(question, leaf), path: ["groupBy"] };
  const fields = groupBy
    .map((item) => fieldOf(catalog, model, time, item, place))
    .filter((field) => field.isMetricTime);
  const cuts = fields.flatMap((field) => field.cut ?? []);
  if (cuts.length === 0) throw timeRequired(question, metric, "an offset");
  const window = input.offsetWindow;
  if (window) {
    const calendar = offsetCalendar(question, window.grain, time, cuts);
    return { kind: "window", window, calendar, wholePeriods: input.offsetWholePeriods, isComparison: false };
  }
  if (cuts.some((cut) => cut.kind === "part")) {
    throw new Refusal(
      "PART_NOT_ALLOWED",
      `${nameOf(question, metric)} goes back to the start of a period, which a date part does not tell; group by a grain.`,
      { path: ["groupBy"] },
    );
  }
  const grain = input.offsetToGrain ?? "day";
  return { kind: "to-grain", grain, calendar: offsetCalendar(question, grain, time, cuts) };
}

/** By day where there is such a calendar, because values of coarser periods may have to be placed day by day. */
function offsetCalendar(question: MetricQuestion, grain: string, time: OwnTime, cuts: readonly TimeCut[]): Calendar {
  const { catalog, metric } = question;
  const what = nameOf(question, metric);
  const custom = isStandardGrain(grain) ? null : calendarWith(catalog, grain);
  if (custom) return chooseCalendar(catalog, [...cuts, { kind: "custom", name: grain, calendar: custom }], what);
  const daily = coarser("day", time?.grain ?? "day");
  const hasDaily = catalog.calendars.some((calendar) => compareGrains(calendar.grain, daily) <= 0);
  return chooseCalendar(catalog, hasDaily ? [...cuts, { kind: "grain", grain: daily }] : cuts, what);
}

function leafBelow(catalog: Catalog, metric: Metric): SimpleMetric {
  switch (metric.type) {
    case "simple":
      return metric;
    case "ratio":
      return leafBelow(catalog, found(definitionsOf(catalog).metrics.get(metric.numerator.metric)));
    case "derived":
      return leafBelow(catalog, found(definitionsOf(catalog).metrics.get(found(metric.inputs[0]).metric)));
    case "cumulative":
      return leafBelow(catalog, found(definitionsOf(catalog).metrics.get(metric.input.metric)));
    case "conversion":
      return leafBelow(catalog, found(definitionsOf(catalog).metrics.get(metric.base.metric)));
  }
}

function resolveCumulative(question: MetricQuestion, metric: Metric & { type: "cumulative" }): ResolvedCumulative {
  const input = asSimple(resolveInput(question, metric.input));
  const cuts = input.groupBy.filter((field) => field.isMetricTime).flatMap((field) => field.cut ?? []);
  if (cuts.length === 0) {
    if (metric.window || metric.grainToDate)
      throw timeRequired(question, metric, metric.window ? "a window" : "a period to date");
    return { kind: "cumulative", metric, input, calendar: null };
  }
  if (cuts.some((cut) => cut.kind === "part")) {
    throw new Refusal(
      "PART_NOT_ALLOWED",
      `${nameOf(question, metric)} runs along the calendar, which a date part does not tell; group by a grain.`,
      { path: ["groupBy"] },
    );
  }
  return { kind: "cumulative", metric, input, calendar: accumulationCalendar(question, metric, input, cuts) };
}

function accumulationCalendar(
  question: MetricQuestion,
  metric: Metric,
  input: ResolvedSimple,
  cuts: readonly TimeCut[],
): Calendar {
  // Values run by day (or by the time's own grain where that is coarser), however coarse the answer is.
  const own = ownTimeOf(question.catalog, input.metric)?.grain ?? "day";
  return chooseCalendar(
    question.catalog,
    [...cuts, { kind: "grain", grain: coarser("day", own) }],
    nameOf(question, metric),
  );
}

function resolveConversion(question: MetricQuestion, metric: Metric & { type: "conversion" }): ResolvedConversion {
  const base = asSimple(resolveInput(question, metric.base));
  // Conversion events are never filtered by the query, nor grouped: their dates and dimensions are the base event's.
  const unfiltered = {
    ...question,
    metric: { ...metric, filters: [] },
    groupBy: [],
    queryConditions: [],
    ownConditions: [],
    range: null,
  };
  const conversion = asSimple(resolveInput(unfiltered, metric.conversion));
  const keyOf = (side: ResolvedSimple, name: string): Field =>
    fieldOf(question.catalog, side.model, ownTimeOf(question.catalog, side.metric), localItem(side.model, name), {
      asker: `metric "${metric.name}"`,
      path: [],
    });
  return {
    kind: "conversion",
    metric,
    base,
    conversion,
    entities: { base: keyOf(base, metric.entity), conversion: keyOf(conversion, metric.entity) },
    properties: metric.constantProperties.map((property) => ({
      base: keyOf(base, property.base),
      conversion: keyOf(conversion, property.conversion),
    })),
  };
}

function timeRequired(question: MetricQuestion, metric: Metric, what: string): Refusal {
  return new Refusal(
    "TIME_GROUP_BY_REQUIRED",
    `${nameOf(question, metric)} has ${what}; group by metric_time or its own time dimension.`,
    {
      suggestions: ["metric_time"],
      path: ["groupBy"],
    },
  );
}

function asSimple(metric: ResolvedMetric): ResolvedSimple {
  if (metric.kind !== "simple") throw new Error(`Input "${metric.metric.name}" passed the checks but is not simple.`);
  return metric;
}

/** The time dimension that `metric_time` stands for. */
export function ownTimeOf(catalog: Catalog, metric: SimpleMetric): OwnTime {
  if (metric.timeDimension === null) return null;
  const dimension = definitionsOf(catalog).models.get(metric.model)?.dimensions.get(metric.timeDimension);
  return dimension?.kind === "time" ? dimension : null;
}

/** Whether a condition tests the metric's own time. */
export function mentionsMetricTime(condition: RowCondition): boolean {
  return refsOf(condition).some((field) => field.isMetricTime);
}

/** Narrows what a checked catalog always has. */
function found<T>(value: T | null | undefined): T {
  if (value === null || value === undefined) throw new Error("The catalog names a definition that it does not hold.");
  return value;
}

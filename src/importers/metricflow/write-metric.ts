import { isName, type YamlMap, type YamlValue } from "../../definition/index.ts";
import { isStandardGrain } from "../../expression/index.ts";
import type { OurDocument } from "./document.ts";
import { allowedName, type Names } from "./names.ts";
import type { OwnMeasure } from "./normalise.ts";
import type {
  Condition,
  ConversionMetric,
  DerivedMetric,
  Metric,
  MetricInput,
  SimpleMetric,
  Window,
} from "./project.ts";
import { about, optional, writeInlineAggregate, writeNonAdditive } from "./write-model.ts";

/** What writing a metric has to know of the others. */
export interface MetricScope {
  readonly names: Names;
  readonly measures: ReadonlyMap<string, OwnMeasure>;
  /** Measures that stay in their models; others are written in the one metric that uses them. */
  readonly kept: ReadonlySet<string>;
  readonly customGrains: ReadonlySet<string>;
}

/** @param folder The domain that it belongs to. */
export function writeMetric(metric: Metric, folder: string, scope: MetricScope): OurDocument {
  const { names } = scope;
  const name = names.metric(metric.name);
  const data: YamlMap = {
    metric: name,
    ...about(metric),
    tags: metric.tags.length > 0 ? metric.tags : undefined,
    private: metric.isPrivate || undefined,
    grain: optional(metric.grain, names.grain),
    filter: writeFilters(metric.filters, names),
    ...ownKeys(metric, scope),
  };
  return { path: `${folder}/${name}.yaml`, data, origin: metric.origin, parts: new Map() };
}

export function writeFilters(filters: readonly Condition[], names: Names): YamlValue | undefined {
  const [first, ...more] = filters.map((filter) => names.filter(filter.text));
  return first === undefined || more.length === 0 ? first : [first, ...more];
}

function ownKeys(metric: Metric, scope: MetricScope): YamlMap {
  switch (metric.type) {
    case "simple":
      return simpleKeys(metric, scope);
    case "ratio":
      return { numerator: writeInput(metric.numerator, scope), denominator: writeInput(metric.denominator, scope) };
    case "derived":
      return derivedKeys(metric, scope);
    case "cumulative": {
      const { window, grainToDate, periodAggregation } = metric;
      return {
        type: window || grainToDate ? undefined : "cumulative",
        input: writeInput(metric.input, scope),
        window: window ? writeWindow(window, scope) : undefined,
        grain_to_date: optional(grainToDate, scope.names.grain),
        period_agg: periodAggregation === "first" ? undefined : periodAggregation,
      };
    }
    case "conversion":
      return conversionKeys(metric, scope);
  }
}

/** The settings of a measure that is written here come with it; those of one that stays in its model are found there. */
function simpleKeys(metric: SimpleMetric, { names, measures, kept }: MetricScope): YamlMap {
  const { of, fillNullsWith, joinToTimespine } = metric;
  const own = of.kind === "measure" ? measures.get(of.measure) : null;
  const aggregate = of.kind === "own" ? of.aggregate : (own?.measure.aggregate ?? null);
  const model = of.kind === "own" ? of.model : (own?.model.name ?? "");
  const isKept = of.kind === "measure" && kept.has(of.measure);
  const inline = isKept ? null : aggregate;
  return {
    model: names.model(model),
    measure: inline
      ? writeInlineAggregate(inline, names.metric(metric.name))
      : of.kind === "measure"
        ? names.measure(of.measure)
        : undefined,
    time: optional(inline?.time ?? null, names.element),
    fill_nulls_with: fillNullsWith ?? undefined,
    join_to_timespine: joinToTimespine || undefined,
    non_additive: inline?.nonAdditive ? writeNonAdditive(inline.nonAdditive, names) : undefined,
  };
}

/** Inputs are listed only where one is more than a metric by its own name. */
function derivedKeys({ expr, inputs }: DerivedMetric, scope: MetricScope): YamlMap {
  const { names } = scope;
  const taken = new Set(inputs.map((input) => input.alias ?? input.metric));
  const aliases = new Map<string, string>();
  for (const { alias } of inputs) {
    if (alias !== null && !isName(alias)) aliases.set(alias, allowedName(alias, "input", taken));
    else if (alias !== null) aliases.set(alias, alias);
  }
  const written = inputs.map((input) => {
    const alias = input.alias === null ? null : (aliases.get(input.alias) ?? input.alias);
    return writeInput({ ...input, alias }, scope);
  });
  return {
    expr: names.metricExpression(expr, aliases),
    inputs: written.some((input) => typeof input !== "string") ? written : undefined,
  };
}

function conversionKeys(metric: ConversionMetric<MetricInput>, scope: MetricScope): YamlMap {
  const { names } = scope;
  const { window, calculation, constantProperties } = metric;
  const properties = constantProperties.map(({ base, conversion }) => ({
    base: names.element(base),
    conversion: names.element(conversion),
  }));
  return {
    base: writeInput(metric.base, scope),
    conversion: writeInput(metric.conversion, scope),
    entity: names.element(metric.entity),
    window: window ? writeWindow(window, scope) : undefined,
    calculation: calculation === "conversion_rate" ? undefined : calculation,
    constant_properties: properties.length > 0 ? properties : undefined,
  };
}

function writeInput(input: MetricInput, scope: MetricScope): YamlValue {
  const { names } = scope;
  const metric = names.metric(input.metric);
  const alias = input.alias === input.metric ? null : input.alias;
  const { filters, offsetWindow, offsetToGrain } = input;
  if (alias === null && filters.length === 0 && !offsetWindow && !offsetToGrain) return metric;
  return {
    metric,
    as: alias ?? undefined,
    filter: writeFilters(filters, names),
    offset_window: offsetWindow ? writeWindow(offsetWindow, scope) : undefined,
    offset_to_grain: optional(offsetToGrain, names.grain),
  };
}

/** `7 days`, `1 month`; a calendar's own grain stands as it is called. */
function writeWindow({ count, grain }: Window, { names, customGrains }: MetricScope): string {
  const singular = customGrains.has(grain) ? grain : grain.replace(/s$/, "");
  return `${count} ${names.grain(singular)}${count > 1 && isStandardGrain(singular) ? "s" : ""}`;
}

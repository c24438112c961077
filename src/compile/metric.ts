import type {
  AggregateSpec,
  CertificationStatus,
  CustomGrains,
  Exposure,
  Lifecycle,
  Metric,
  MetricFormat,
  MetricInfo,
  MetricInput,
  Model,
  SimpleMetric,
} from "../catalog/index.ts";
import { CERTIFICATION_STATUSES } from "../catalog/index.ts";
import type {
  DerivedMetricDefinition,
  MetricDefinition,
  MetricInputDefinition,
  SimpleMetricDefinition,
} from "../definition/index.ts";
import type { Expr } from "../expression/index.ts";
import { parseMetricExpression, refNodesOf } from "../expression/index.ts";
import { assertNever } from "../std/index.ts";
import { buildAggregate, UNREADABLE_AGGREGATE } from "./aggregate.ts";
import { isCurrency } from "./currencies.ts";
import { buildFilters } from "./filter.ts";
import { humanise } from "./humanise.ts";
import { buildNonAdditive } from "./model.ts";
import type { Report } from "./parsed.ts";
import { parsed, placeIn, UNREADABLE } from "./parsed.ts";
import { parseGrain, parseWindow } from "./window.ts";

/** What a metric's definition refers to. */
export interface MetricScope {
  readonly models: ReadonlyMap<string, Model>;
  readonly metrics: ReadonlyMap<string, MetricDefinition>;
  /** What authors call a metric, by the name of its version. */
  readonly ids: ReadonlyMap<string, string>;
  readonly customGrains: CustomGrains;
}

/**
 * The metric of a definition, defaults filled in and names in its filters written in full. Reports only what cannot
 * be read; what does not fit is for the checks.
 */
export function buildMetric(definition: MetricDefinition, scope: MetricScope, report: Report): Metric {
  const info = buildInfo(definition, scope, report);
  const input = (of: MetricInputDefinition): MetricInput => buildInput(of, scope, report);
  const window = (allowsCustom: boolean, text: Parameters<typeof parseWindow>[0]) =>
    parseWindow(text, { customGrains: scope.customGrains, allowsCustom }, report);
  switch (definition.type) {
    case "simple":
      return buildSimple(definition, info, scope, report);
    case "ratio":
      return {
        ...info,
        type: "ratio",
        numerator: input(definition.numerator),
        denominator: input(definition.denominator),
      };
    case "derived":
      return { ...info, type: "derived", ...buildDerived(definition, scope, report) };
    case "cumulative":
      return {
        ...info,
        type: "cumulative",
        input: input(definition.input),
        window: window(false, definition.window),
        grainToDate: parseGrain(definition.grainToDate, scope.customGrains, report),
        periodAggregation: definition.periodAggregation,
      };
    case "conversion":
      return {
        ...info,
        type: "conversion",
        base: input(definition.base),
        conversion: input(definition.conversion),
        entity: definition.entity.value,
        window: window(false, definition.window),
        calculation: definition.calculation,
        constantProperties: definition.constantProperties.map(({ base, conversion }) => ({
          base: base.value,
          conversion: conversion.value,
        })),
        countBaseOnce: definition.countBaseOnce,
      };
    default:
      return assertNever(definition);
  }
}

/** The one model that a metric's rows come from; null where it has inputs of its own or none is found. */
export function ownModelOf(definition: MetricDefinition | undefined, scope: MetricScope): Model | null {
  if (definition?.type === "simple") return scope.models.get(definition.model.value) ?? null;
  if (definition?.type !== "cumulative") return null;
  const input = scope.metrics.get(definition.input.metric.value);
  return input?.type === "simple" ? ownModelOf(input, scope) : null;
}

const LIFECYCLES: readonly Lifecycle[] = ["draft", "active", "deprecated", "retired"];
const EXPOSURES: readonly Exposure[] = ["private", "internal", "public"];
const FORMATS: readonly MetricFormat[] = ["number", "integer", "currency", "percent", "ratio", "duration"];
const TIERS = ["gold", "silver", "bronze"] as const;

function buildInfo(definition: MetricDefinition, scope: MetricScope, report: Report): MetricInfo {
  const { name, unit } = definition;
  const id = scope.ids.get(name.value) ?? name.value;
  return {
    name: name.value,
    id,
    label: definition.label ?? humanise(id),
    description: definition.description ?? "",
    version: definition.version,
    aliasOf: null,
    owner: definition.owner,
    unit,
    format: oneOf(FORMATS, definition.format) ?? formatOf(unit),
    tier: oneOf(TIERS, definition.tier),
    tags: definition.tags,
    lifecycle: oneOf(LIFECYCLES, definition.lifecycle) ?? "active",
    exposure: oneOf(EXPOSURES, definition.exposure) ?? "internal",
    certificationClaim: oneOf<CertificationStatus>(CERTIFICATION_STATUSES, definition.certification) ?? "none",
    replacedBy: definition.replacedBy?.value ?? null,
    sunset: definition.sunset,
    isPrivate: definition.isPrivate,
    defaultGrain: definition.grain?.value ?? null,
    filters: buildFilters(
      definition.filters,
      { own: ownModelOf(definition, scope), customGrains: scope.customGrains },
      report,
    ),
    cache: definition.cache,
    span: name.span,
  };
}

/** The reader of definitions has refused every other word already. */
function oneOf<T extends string>(words: readonly T[], word: string | null): T | null {
  return words.find((known) => known === word) ?? null;
}

function formatOf(unit: string | null): MetricFormat {
  if (unit === "%") return "percent";
  return unit !== null && isCurrency(unit) ? "currency" : "number";
}

function buildSimple(
  definition: SimpleMetricDefinition,
  info: MetricInfo,
  scope: MetricScope,
  report: Report,
): SimpleMetric {
  const model = scope.models.get(definition.model.value);
  const { measure } = definition;
  const named = measure.kind === "named" ? model?.measures.get(measure.name.value) : undefined;
  const inline = measure.kind === "inline" ? measure.aggregate : null;
  const aggregate = inline ? buildAggregate(inline, definition.name.value, report) : named;
  return {
    ...info,
    type: "simple",
    model: definition.model.value,
    measure: measure.kind === "named" ? measure.name.value : null,
    aggregate: aggregate ? specOf(aggregate) : UNREADABLE_AGGREGATE,
    timeDimension: definition.time?.value ?? inline?.time?.value ?? named?.timeDimension ?? model?.defaultTime ?? null,
    nonAdditive: buildNonAdditive(definition.nonAdditive ?? inline?.nonAdditive ?? null) ?? named?.nonAdditive ?? null,
    fillNullsWith: definition.fillNullsWith,
    joinToTimespine: definition.joinToTimespine,
  };
}

function specOf({ aggregation, value, percentile }: AggregateSpec): AggregateSpec {
  return { aggregation, value, percentile };
}

function buildDerived(
  definition: DerivedMetricDefinition,
  scope: MetricScope,
  report: Report,
): { readonly expr: Expr<string>; readonly inputs: readonly MetricInput[] } {
  const expr: Expr<string> = parsed(parseMetricExpression, definition.expr, report) ?? UNREADABLE;
  const inputs = (definition.inputs ?? []).map((input) => buildInput(input, scope, report));
  const aliases = new Set(inputs.map((input) => input.alias));
  for (const { ref: name, at } of refNodesOf(expr)) {
    if (aliases.has(name) || !scope.metrics.has(name)) continue;
    aliases.add(name);
    inputs.push(plainInput(name, placeIn(definition.expr, at)));
  }
  return { expr, inputs };
}

export function aliasOf(input: MetricInputDefinition): string {
  return (input.alias ?? input.metric).value;
}

/** A metric named in an expression without being listed. */
function plainInput(metric: string, span: MetricInput["span"]): MetricInput {
  return {
    metric,
    alias: metric,
    filters: [],
    offsetWindow: null,
    offsetToGrain: null,
    offsetWholePeriods: false,
    span,
  };
}

function buildInput(definition: MetricInputDefinition, scope: MetricScope, report: Report): MetricInput {
  const { customGrains } = scope;
  const own = ownModelOf(scope.metrics.get(definition.metric.value), scope);
  return {
    metric: definition.metric.value,
    alias: aliasOf(definition),
    filters: buildFilters(definition.filters, { own, customGrains }, report),
    offsetWindow: parseWindow(definition.offsetWindow, { customGrains, allowsCustom: true }, report),
    offsetToGrain: parseGrain(definition.offsetToGrain, customGrains, report),
    offsetWholePeriods: definition.offsetWholePeriods,
    span: definition.metric.span,
  };
}

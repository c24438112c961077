import { assertNever } from "../../std/index.ts";
import type { AliasDefinition, Located, MetricDefinition, MetricInputDefinition } from "../definition.ts";
import type { AliasShape, CommonShape, MetricShape, PlainInputShape, ShiftedInputShape } from "../schema/metric.ts";
import { ALIAS, METRIC } from "../schema/metric.ts";
import { at, keyAt, located, type Path, spanOf } from "../tree.ts";
import { type Build, buildOwner, buildWith, complain, contradiction, optionalText, textAt, texts } from "./build.ts";
import { buildCache } from "./cache.ts";
import { buildTests } from "./metric-test.ts";
import { metricType } from "./metric-type.ts";
import { buildAggregate, buildNonAdditive } from "./value.ts";

export function buildMetric(build: Build): MetricDefinition | null {
  const type = metricType(build);
  switch (type) {
    case null:
      return null;
    case "simple":
      return buildWith(METRIC.simple, buildSimple, build);
    case "ratio":
      return buildWith(METRIC.ratio, buildRatio, build);
    case "derived":
      return buildWith(METRIC.derived, buildDerived, build);
    case "cumulative":
      return buildWith(METRIC.cumulative, buildCumulative, build);
    case "conversion":
      return buildWith(METRIC.conversion, buildConversion, build);
    default:
      return assertNever(type);
  }
}

function common(shape: CommonShape, build: Build) {
  return {
    name: textAt(build, "metric"),
    label: shape.label ?? null,
    description: shape.description ?? null,
    version: shape.version ?? 1,
    defaultVersion: defaultVersion(shape, build),
    owner: buildOwner(shape.owner),
    unit: shape.unit ?? null,
    format: shape.format ?? null,
    tier: shape.tier ?? null,
    tags: shape.tags ?? [],
    lifecycle: shape.lifecycle ?? null,
    exposure: shape.exposure ?? null,
    certification: shape.certification ?? null,
    replacedBy: optionalText(build, "replaced_by"),
    sunset: shape.sunset ?? null,
    isPrivate: shape.private ?? false,
    grain: optionalText(build, "grain"),
    filters: texts(build, "filter"),
    cache: buildCache(shape.cache, build),
    tests: buildTests(shape.tests, build),
  };
}

export function buildAlias(build: Build): AliasDefinition | null {
  return buildWith(
    ALIAS,
    (shape: AliasShape) => ({
      name: textAt(build, "metric"),
      label: shape.label ?? null,
      description: shape.description ?? null,
      aliasOf: textAt(build, "alias_of"),
      version: shape.version ?? 1,
      defaultVersion: defaultVersion(shape, build),
      sunset: shape.sunset,
    }),
    build,
  );
}

function defaultVersion(
  { default_version: said }: Pick<CommonShape, "default_version">,
  { tree }: Build,
): Located<number> | null {
  return said === undefined ? null : located(at(tree, "default_version"), said);
}

function buildSimple(shape: MetricShape["simple"], build: Build): MetricDefinition {
  return {
    type: "simple",
    ...common(shape, build),
    model: textAt(build, "model"),
    measure:
      typeof shape.measure === "string" && !shape.measure.includes("(")
        ? { kind: "named", name: textAt(build, "measure") }
        : { kind: "inline", aggregate: buildAggregate(build, shape.measure, "measure") },
    time: optionalText(build, "time"),
    nonAdditive: buildNonAdditive(build, shape.non_additive, "non_additive"),
    fillNullsWith: shape.fill_nulls_with ?? null,
    joinToTimespine: shape.join_to_timespine ?? false,
  };
}

function buildRatio(shape: MetricShape["ratio"], build: Build): MetricDefinition {
  return {
    type: "ratio",
    ...common(shape, build),
    numerator: buildInput(shape.numerator, build, "numerator"),
    denominator: buildInput(shape.denominator, build, "denominator"),
  };
}

function buildDerived(shape: MetricShape["derived"], build: Build): MetricDefinition {
  return {
    type: "derived",
    ...common(shape, build),
    expr: textAt(build, "expr"),
    inputs: shape.inputs?.map((input, n) => buildInput(input, build, "inputs", n)) ?? null,
  };
}

function buildCumulative(shape: MetricShape["cumulative"], build: Build): MetricDefinition {
  if (shape.window !== undefined && shape.grain_to_date !== undefined) {
    contradiction(build, [], ["window", "grain_to_date"], "a running value has one reach");
  }
  // A forgotten window would silently give the sum over all time.
  if (shape.window === undefined && shape.grain_to_date === undefined && shape.type === undefined) {
    complain(build, keyAt(build.tree, "input"), "definition/window-unclear", { owner: build.owner });
  }
  return {
    type: "cumulative",
    ...common(shape, build),
    input: buildInput(shape.input, build, "input"),
    window: optionalText(build, "window"),
    grainToDate: optionalText(build, "grain_to_date"),
    periodAggregation: shape.period_agg ?? "first",
  };
}

function buildConversion(shape: MetricShape["conversion"], build: Build): MetricDefinition {
  return {
    type: "conversion",
    ...common(shape, build),
    base: buildInput(shape.base, build, "base"),
    conversion: buildInput(shape.conversion, build, "conversion"),
    entity: textAt(build, "entity"),
    window: optionalText(build, "window"),
    calculation: shape.calculation ?? "conversion_rate",
    constantProperties: (shape.constant_properties ?? []).map((_, n) => ({
      base: textAt(build, "constant_properties", n, "base"),
      conversion: textAt(build, "constant_properties", n, "conversion"),
    })),
    countBaseOnce: shape.count_base_once ?? false,
  };
}

function buildInput(shape: PlainInputShape | ShiftedInputShape, build: Build, ...path: Path): MetricInputDefinition {
  const span = spanOf(at(build.tree, ...path));
  if (typeof shape === "string") {
    const metric = textAt(build, ...path);
    return {
      metric,
      alias: null,
      filters: [],
      offsetWindow: null,
      offsetToGrain: null,
      offsetWholePeriods: false,
      span,
    };
  }
  const offsetWindow = optionalText(build, ...path, "offset_window");
  const offsetToGrain = optionalText(build, ...path, "offset_to_grain");
  if (offsetWindow && offsetToGrain) {
    contradiction(build, path, ["offset_window", "offset_to_grain"], "an input moves in one way");
  }
  return {
    metric: textAt(build, ...path, "metric"),
    alias: optionalText(build, ...path, "as"),
    filters: texts(build, ...path, "filter"),
    offsetWindow,
    offsetToGrain,
    offsetWholePeriods: "offset_whole_periods" in shape && shape.offset_whole_periods === true,
    span,
  };
}

import type { YamlMap, YamlValue } from "../../definition/index.ts";
import { parseAggregate } from "../../expression/index.ts";
import type { OurDocument } from "./document.ts";
import type { Names } from "./names.ts";
import type { Aggregate, Dimension, Entity, Governed, Measure, NonAdditive, SemanticModel } from "./project.ts";
import { isSameExpression } from "./texts.ts";

/** @param kept Its measures that are written in the model, not in the one metric that uses them. */
export function writeModel(model: SemanticModel, kept: readonly Measure[], names: Names): OurDocument {
  // No primary_key: in dbt a primary entity names a key without promising one row for each, and paths through such a
  // model are joined apart there.
  const entities = model.entities.map((entity) => [entity, writeEntity(entity, names)] as const);
  const dimensions = model.dimensions.map((dimension) => [dimension, writeDimension(dimension, names)] as const);
  const measures = kept.map((measure) => [measure, writeMeasure(measure, names)] as const);
  const data: YamlMap = {
    model: names.model(model.name),
    ...about(model),
    table: model.table,
    time: optional(model.time, names.element),
    primary_entity: optional(model.primaryEntity, names.element),
    entities: section(entities, names.element),
    dimensions: section(dimensions, names.element),
    measures: section(measures, names.measure),
  };
  const parts = new Map([
    ...model.entities.map(({ name, origin }) => [`entities.${names.element(name)}`, origin] as const),
    ...model.dimensions.map(({ name, origin }) => [`dimensions.${names.element(name)}`, origin] as const),
    ...kept.map(({ name, origin }) => [`measures.${names.measure(name)}`, origin] as const),
  ]);
  return { path: `models/${names.model(model.name)}.yaml`, data, origin: model.origin, parts };
}

/** Label, description and owner, where they are said. */
export function about({ label, description, owner }: Pick<Governed, "label" | "description" | "owner">): YamlMap {
  return { label: label ?? undefined, description: description ?? undefined, owner: owner ?? undefined };
}

export function optional(name: string | null, written: (name: string) => string): string | undefined {
  return name === null ? undefined : written(name);
}

function section(
  entries: readonly (readonly [{ readonly name: string }, YamlValue])[],
  written: (name: string) => string,
): YamlMap | undefined {
  if (entries.length === 0) return undefined;
  return Object.fromEntries(entries.map(([{ name }, value]) => [written(name), value]));
}

/** `order: primary`, `customer: customer_id`, or a mapping. */
function writeEntity({ name, type, expr, label, description }: Entity, names: Names): YamlValue {
  const texts = { label: label ?? undefined, description: description ?? undefined };
  const needsKey = expr !== names.element(name);
  if (label !== null || description !== null) return { type, key: needsKey ? expr : undefined, ...texts };
  if (!needsKey) return type;
  const isTypeWord = ["primary", "unique", "foreign", "natural"].includes(expr);
  return type === "foreign" && !isTypeWord ? expr : { type, key: expr };
}

/** Nothing, a grain, or a mapping. */
function writeDimension(dimension: Dimension, names: Names): YamlValue {
  const { name, grain, validity, isPartition, label, description } = dimension;
  const expr = dimension.expr === names.element(name) ? undefined : dimension.expr;
  const rest = {
    expr,
    validity: validity ?? undefined,
    partition: isPartition || undefined,
    label: label ?? undefined,
    description: description ?? undefined,
  };
  if (Object.values(rest).every((value) => value === undefined)) return grain;
  return grain === null ? rest : { type: "time", grain, ...rest };
}

function writeMeasure({ name, aggregate, label, description }: Measure, names: Names): YamlValue {
  const { time, nonAdditive } = aggregate;
  const texts = { label: label ?? undefined, description: description ?? undefined };
  const short = shorthand(aggregate);
  if (short !== null && time === null && !nonAdditive && label === null && description === null) {
    return aggregate.expr === names.measure(name) && !short.includes(",") ? aggregate.aggregation : short;
  }
  return {
    ...writeAggregate(aggregate, names.measure(name)),
    time: optional(time, names.element),
    non_additive: nonAdditive ? writeNonAdditive(nonAdditive, names) : undefined,
    ...texts,
  };
}

/** `sum(amount)` where that says all; else a mapping. */
export function writeInlineAggregate(aggregate: Aggregate, metric: string): YamlValue {
  return shorthand(aggregate) ?? writeAggregate(aggregate, metric);
}

/** @param name Of the column that is meant where no expression is written. */
function writeAggregate(aggregate: Aggregate, name: string): YamlMap {
  const { aggregation, expr, percentile, isDiscrete, isApproximate } = aggregate;
  const isPercentile = aggregation === "percentile";
  return {
    agg: aggregation,
    expr: expr === name ? undefined : expr,
    percentile: isPercentile ? (percentile ?? undefined) : undefined,
    percentile_kind: isPercentile && isDiscrete ? "discrete" : undefined,
    approximate: (isPercentile || aggregation === "median") && isApproximate ? true : undefined,
  };
}

/** Only if it reads back as the same aggregate of the same expression. */
function shorthand({ aggregation, expr, percentile, isDiscrete, isApproximate }: Aggregate): string | null {
  if (isDiscrete || isApproximate || expr.includes("\n")) return null;
  const value = aggregation === "count" && expr === "1" ? "*" : expr;
  const text = aggregation === "percentile" ? `percentile(${value}, ${percentile})` : `${aggregation}(${value})`;
  const parsed = parseAggregate(text);
  if (!parsed.ok || parsed.value.aggregation !== aggregation) return null;
  const isSameFraction = aggregation !== "percentile" || Number(parsed.value.percentile?.fraction) === percentile;
  return isSameFraction && isSameExpression(parsed.value.expr, expr) ? text : null;
}

export function writeNonAdditive({ dimension, choice, groupings }: NonAdditive, names: Names): YamlMap {
  return {
    dimension: names.element(dimension),
    choice,
    groupings: groupings.length > 0 ? groupings.map(names.element) : undefined,
  };
}

import type { Catalog, ConversionMetric, Filter, JoinPath, Metric, Model, SimpleMetric } from "../catalog/index.ts";
import {
  columnsOfExpression,
  fieldsOfJoins,
  findElement,
  inputsOf,
  isDated,
  namesKnown,
  simpleMetricsBelow,
  splitName,
} from "../catalog/index.ts";
import type { FilterName } from "../expression/index.ts";
import { refsOf } from "../expression/index.ts";
import type { Field, MetricsQuery, ResolvedMetric, ResolvedSimple, ValuesQuery } from "../request/index.ts";
import { leavesOf } from "../request/index.ts";

/** One field of one model that a question uses. */
export interface Use {
  readonly model: Model;
  /** `rows`: that there are any; `unknown`: only who may use every field may use it. */
  readonly kind: "metric" | "dimension" | "entity" | "columns" | "rows" | "unknown";
  /** Names that a policy may know it by: of a metric also its measure. */
  readonly names: readonly string[];
  /** The source's columns that it reads. */
  readonly columns: readonly string[];
  readonly purpose: Purpose;
  /** Only grouped by or listed, so that a mask may stand in for it. */
  readonly isShown: boolean;
  /** The metrics it is used through, the outermost first, by every name of theirs; empty for what the caller wrote. */
  readonly via: readonly string[];
}

/**
 * What it is read for: the number itself, which rows count, which rows meet, which rows belong together, which of them is
 * first or last, and how far apart two events are.
 */
export type Purpose = "value" | "filter" | "join" | "group" | "order" | "window";

/** What a metric reads wherever it is asked for: aggregates, its own and its inputs' filters, keys of conversions. */
export function metricUses(catalog: Catalog, metric: Metric, around: readonly string[] = []): readonly Use[] {
  const via = [...around, ...namesKnown(catalog, metric)];
  if (metric.type === "simple") return simpleUses(catalog, metric, via);
  const inputs = inputsOf(metric).flatMap((input) => {
    const of = catalog.metrics.get(input.metric);
    if (!of) throw new Error(`Metric "${metric.name}" has an input that does not exist.`);
    const filters = [...metric.filters, ...input.filters];
    const bases = simpleMetricsBelow(catalog, of);
    return [
      ...metricUses(catalog, of, via),
      ...bases.flatMap((base) => filters.flatMap((filter) => filterUses(catalog, base, filter, via))),
    ];
  });
  return metric.type === "conversion" ? [...inputs, ...conversionUses(catalog, metric, via)] : inputs;
}

function simpleUses(catalog: Catalog, metric: SimpleMetric, via: readonly string[]): readonly Use[] {
  const model = modelOf(catalog, metric);
  const { measure, aggregate, nonAdditive, filters } = metric;
  const own = namesKnown(catalog, metric);
  const names = measure === null ? own : [...own, measure];
  const columns = columnsOfExpression(aggregate.value);
  const along = nonAdditive ? [nonAdditive.dimension, ...nonAdditive.groupings] : [];
  return [
    { model, kind: "metric", names, columns, purpose: "value", isShown: false, via },
    ...along.map((name, i) => elementUse(model, name, { purpose: i === 0 ? "order" : "group", isShown: false, via })),
    ...filters.flatMap((filter) => filterUses(catalog, metric, filter, via)),
  ];
}

function conversionUses(catalog: Catalog, metric: ConversionMetric, via: readonly string[]): readonly Use[] {
  const how = { purpose: "join", isShown: false, via } as const;
  const leavesBelow = (input: string): readonly SimpleMetric[] => {
    const of = catalog.metrics.get(input);
    return of ? simpleMetricsBelow(catalog, of) : [];
  };
  const side = (input: string, names: readonly string[]): readonly Use[] =>
    leavesBelow(input).flatMap((leaf) => {
      const model = modelOf(catalog, leaf);
      const time =
        leaf.timeDimension === null ? [] : [elementUse(model, leaf.timeDimension, { ...how, purpose: "window" })];
      return [...[metric.entity, ...names].map((name) => elementUse(model, name, how)), ...time];
    });
  const properties = metric.constantProperties;
  return [
    ...side(
      metric.base.metric,
      properties.map(({ base }) => base),
    ),
    ...side(
      metric.conversion.metric,
      properties.map(({ conversion }) => conversion),
    ),
    // Of two base events at one moment the key says which one converts.
    ...leavesBelow(metric.base.metric).map((leaf) => keyUse(modelOf(catalog, leaf), { ...how, purpose: "order" })),
  ];
}

/** The columns that identify a row: as the entity that they are, where there is one. */
function keyUse(model: Model, how: How): Use {
  const columns = model.primaryKey;
  const entity = [...model.entities.values()].find(({ key }) => {
    return key.flatMap(columnsOfExpression).join() === columns.join();
  });
  return { model, kind: "columns", names: entity ? [entity.name] : [], columns, ...how };
}

/** An author's condition on the rows of a simple metric. */
function filterUses(catalog: Catalog, base: SimpleMetric, filter: Filter, via: readonly string[]): readonly Use[] {
  const model = modelOf(catalog, base);
  return refsOf(filter.expr).flatMap((name) => nameUses(catalog, base, model, name, via));
}

function nameUses(
  catalog: Catalog,
  base: SimpleMetric,
  model: Model,
  name: FilterName,
  via: readonly string[],
): readonly Use[] {
  const how = { purpose: "filter", isShown: false, via } as const;
  if (name.kind === "metric") {
    const metric = catalog.metrics.get(name.metric);
    if (!metric) return [unknownUse(model, how)];
    const owners = [base, ...simpleMetricsBelow(catalog, metric)];
    const keys = name.entities.flatMap((entity) =>
      owners.flatMap((owner) => keyOf(catalog, owner, entity, { ...how, purpose: "join" })),
    );
    return [...metricUses(catalog, metric, via), ...keys];
  }
  const { element, links } = splitName(name.text, customGrainsOf(catalog));
  if (element === "metric_time" && links.length === 0) {
    return base.timeDimension === null ? [] : [elementUse(model, base.timeDimension, how)];
  }
  return reached(catalog, base, [...links, element].join("__"), how) ?? [unknownUse(model, how)];
}

/** A key named by its path from one of two models is its bare self in the other. */
function keyOf(catalog: Catalog, base: SimpleMetric, entity: string, how: How): readonly Use[] {
  const bare = splitName(entity, customGrainsOf(catalog)).element;
  return (
    reached(catalog, base, entity, how) ??
    reached(catalog, base, bare, how) ?? [unknownUse(modelOf(catalog, base), how)]
  );
}

type How = Pick<Use, "purpose" | "isShown" | "via">;

/** @returns null: the name leads nowhere */
function reached(catalog: Catalog, base: SimpleMetric, name: string, how: How): readonly Use[] | null {
  const model = modelOf(catalog, base);
  const { element, links } = splitName(name, customGrainsOf(catalog));
  const lookup = findElement(catalog, model, links, element);
  if (lookup.kind !== "found") return null;
  const { path, element: found } = lookup.at;
  const own = found.kind === "dimension" ? found.dimension.name : found.entity.name;
  const time =
    isDated(path) && base.timeDimension !== null
      ? [elementUse(model, base.timeDimension, { ...how, purpose: "join" })]
      : [];
  return [...pathUses(path, how.via), ...time, elementUse(endOf(path), own, how)];
}

/** What the caller's own words read for one metric: groups, conditions and the range. */
export function questionUses(catalog: Catalog, of: ResolvedMetric): readonly Use[] {
  const placed = placedLeaves(of);
  return leavesOf(of).flatMap((leaf) => {
    const conditions = conditionFields(leaf);
    const isTimed =
      leaf.range !== null || placed.includes(leaf) || [...leaf.groupBy, ...conditions].some(isReachedByDate);
    return [
      ...leaf.groupBy.flatMap((field) => fieldUses(catalog, field, true)),
      ...conditions.flatMap((field) => fieldUses(catalog, field, false)),
      ...(isTimed && leaf.time ? fieldUses(catalog, leaf.time, false) : []),
    ];
  });
}

/** What tells the metric's rows behind the rest of other groups: those groups, whether or not it is shown by them. */
export function restUses(catalog: Catalog, query: MetricsQuery, of: ResolvedMetric): readonly Use[] {
  const models = new Set(leavesOf(of).map(({ model }) => model.name));
  const fields = restsAbove(query).flatMap(({ groupBy, outputs, spine }) =>
    [...outputs, ...spine]
      .flatMap((output) => leavesOf(output.of))
      .filter((leaf) => models.has(leaf.model.name))
      .flatMap((leaf) => leaf.groupBy.filter((field) => groupBy.some(({ key }) => key === field.key))),
  );
  return fields.flatMap((field) => fieldUses(catalog, field, true));
}

function restsAbove({ parent }: MetricsQuery): readonly MetricsQuery[] {
  if (!parent) return [];
  return [...(parent.top?.part === "rest" ? [parent] : []), ...restsAbove(parent)];
}

/** What the caller's conditions on rows read. */
export function conditionFields({ queryConditions, askedConditions }: ResolvedSimple): readonly Field[] {
  return [...queryConditions, ...askedConditions].flatMap(refsOf);
}

/** Rows whose time says where they count, and is not only shown: running values and those of other periods. */
function placedLeaves(of: ResolvedMetric): readonly ResolvedSimple[] {
  switch (of.kind) {
    case "simple":
      return [];
    case "conversion":
      return leavesOf(of);
    case "cumulative":
      return of.calendar ? [of.input] : [];
    case "ratio":
      return [...placedLeaves(of.numerator), ...placedLeaves(of.denominator)];
    case "derived":
      return of.inputs.flatMap((input) => (input.offset ? leavesOf(input.of) : placedLeaves(input.of)));
  }
}

function isReachedByDate({ value }: Field): boolean {
  if (value.kind === "metric") return isReachedByDate(value.entity);
  return value.kind === "element" && isDated(value.path);
}

export function valuesUses(catalog: Catalog, { source, conditions }: ValuesQuery): readonly Use[] {
  return [
    ...source.fields.flatMap((field) => fieldUses(catalog, field, true)),
    ...conditions.flatMap(refsOf).flatMap((field) => fieldUses(catalog, field, false)),
  ];
}

function fieldUses(catalog: Catalog, { value }: Field, isShown: boolean): readonly Use[] {
  switch (value.kind) {
    case "calendar":
      return [];
    case "metric":
      return [
        ...metricUses(catalog, value.metric.metric),
        ...questionUses(catalog, value.metric),
        ...fieldUses(catalog, value.entity, false),
      ];
    case "element": {
      const { path, element } = value;
      const name = element.kind === "dimension" ? element.dimension.name : element.entity.name;
      return [
        ...pathUses(path, []),
        elementUse(endOf(path), name, { purpose: isShown ? "group" : "filter", isShown, via: [] }),
      ];
    }
  }
}

/** What every join compares, on both sides. */
function pathUses(path: JoinPath, via: readonly string[]): readonly Use[] {
  return fieldsOfJoins(path).map(({ model, name }) =>
    elementUse(model, name, { purpose: "join", isShown: false, via }),
  );
}

function endOf({ base, steps }: JoinPath): Model {
  return steps.at(-1)?.to ?? base;
}

/** A dimension or entity of the model. */
export function elementUse(model: Model, name: string, how: How): Use {
  const dimension = model.dimensions.get(name);
  if (dimension) {
    return { model, kind: "dimension", names: [name], columns: columnsOfExpression(dimension.value), ...how };
  }
  const entity = model.entities.get(name) ?? [...model.entities.values()].find((held) => held.entity === name);
  if (!entity) return unknownUse(model, how);
  return { model, kind: "entity", names: [entity.name], columns: entity.key.flatMap(columnsOfExpression), ...how };
}

function unknownUse(model: Model, { purpose, via }: How): Use {
  return { model, kind: "unknown", names: [], columns: [], purpose, isShown: false, via };
}

/** That a model has a row at all. */
export function rowsUse(model: Model): Use {
  return { model, kind: "rows", names: [], columns: [], purpose: "value", isShown: true, via: [] };
}

function modelOf(catalog: Catalog, metric: SimpleMetric): Model {
  const model = catalog.models.get(metric.model);
  if (!model) throw new Error(`Metric "${metric.name}" has a model that does not exist.`);
  return model;
}

function customGrainsOf({ calendars }: Catalog): ReadonlySet<string> {
  return new Set(calendars.flatMap((calendar) => [...calendar.customGrains.keys()]));
}

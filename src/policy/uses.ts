import type { Catalog, ConversionMetric, Filter, JoinPath, Metric, Model, SimpleMetric } from "../catalog/index.ts";
import { columnsOfExpression, findElement, inputsOf, simpleMetricsBelow, splitName } from "../catalog/index.ts";
import type { FilterName } from "../expression/index.ts";
import { refsOf } from "../expression/index.ts";
import type { Field, ResolvedMetric, ValuesQuery } from "../request/index.ts";
import { leavesOf } from "../request/index.ts";

/** One field of one model that a question uses. */
export interface Use {
  readonly model: Model;
  readonly kind: "metric" | "dimension" | "entity";
  /** Names that a policy may know it by: of a metric also its measure. */
  readonly names: readonly string[];
  /** The source's columns that it reads. */
  readonly columns: readonly string[];
  /** Only grouped by or listed, so that a mask may stand in for it. */
  readonly isShown: boolean;
  /** The metrics it is used through, the outermost first; empty for what the caller wrote. */
  readonly via: readonly string[];
}

/** What a metric reads wherever it is asked for: aggregates, its own and its inputs' filters, keys of conversions. */
export function metricUses(catalog: Catalog, metric: Metric, around: readonly string[] = []): readonly Use[] {
  const via = [...around, metric.name];
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
  const names = measure === null ? [metric.name] : [metric.name, measure];
  const columns = columnsOfExpression(aggregate.value);
  const along = nonAdditive ? [nonAdditive.dimension, ...nonAdditive.groupings] : [];
  return [
    { model, kind: "metric", names, columns, isShown: false, via },
    ...along.map((name) => elementUse(model, name, { isShown: false, via })),
    ...filters.flatMap((filter) => filterUses(catalog, metric, filter, via)),
  ];
}

function conversionUses(catalog: Catalog, metric: ConversionMetric, via: readonly string[]): readonly Use[] {
  const how = { isShown: false, via };
  const side = (input: string, names: readonly string[]): readonly Use[] => {
    const of = catalog.metrics.get(input);
    const bases = of ? simpleMetricsBelow(catalog, of) : [];
    return bases.flatMap((base) => names.map((name) => elementUse(modelOf(catalog, base), name, how)));
  };
  return [
    ...side(metric.base.metric, [metric.entity, ...metric.constantProperties.map(({ base }) => base)]),
    ...side(metric.conversion.metric, [
      metric.entity,
      ...metric.constantProperties.map(({ conversion }) => conversion),
    ]),
  ];
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
  const how = { isShown: false, via };
  if (name.kind === "metric") {
    const metric = catalog.metrics.get(name.metric);
    if (!metric) return [unknownUse(model, via)];
    const owners = [base, ...simpleMetricsBelow(catalog, metric)].map((leaf) => modelOf(catalog, leaf));
    const keys = name.entities.flatMap((entity) => owners.flatMap((owner) => reached(catalog, owner, entity, how)));
    return [...metricUses(catalog, metric, via), ...keys];
  }
  const { element, links } = splitName(name.text, customGrainsOf(catalog));
  if (element === "metric_time" && links.length === 0) {
    return base.timeDimension === null ? [] : [elementUse(model, base.timeDimension, how)];
  }
  const uses = reached(catalog, model, [...links, element].join("__"), how);
  return uses.length > 0 ? uses : [unknownUse(model, via)];
}

type How = Pick<Use, "isShown" | "via">;

function reached(catalog: Catalog, model: Model, name: string, how: How): readonly Use[] {
  const { element, links } = splitName(name, customGrainsOf(catalog));
  const lookup = findElement(catalog, model, links, element);
  if (lookup.kind !== "found") return [];
  const { path, element: found } = lookup.at;
  const own = found.kind === "dimension" ? found.dimension.name : found.entity.name;
  return [...pathUses(path, how.via), elementUse(endOf(path), own, how)];
}

/** What the caller's own words read for one metric: groups, conditions and the range. */
export function questionUses(catalog: Catalog, of: ResolvedMetric): readonly Use[] {
  return leavesOf(of).flatMap((leaf) => [
    ...leaf.groupBy.flatMap((field) => fieldUses(catalog, field, true)),
    ...leaf.queryConditions.flatMap(refsOf).flatMap((field) => fieldUses(catalog, field, false)),
    ...(leaf.range && leaf.time ? fieldUses(catalog, leaf.time, false) : []),
  ]);
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
      return [...pathUses(path, []), elementUse(endOf(path), name, { isShown, via: [] })];
    }
  }
}

/** The keys that every join compares, on both sides. */
function pathUses({ steps }: JoinPath, via: readonly string[]): readonly Use[] {
  const how = { isShown: false, via };
  return steps.flatMap(({ from, left, to, right }) => [
    elementUse(from, left.name, how),
    elementUse(to, right.name, how),
  ]);
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
  if (!entity) return unknownUse(model, how.via);
  return { model, kind: "entity", names: [entity.name], columns: entity.key.flatMap(columnsOfExpression), ...how };
}

/** Something that only a role with every field may use. */
function unknownUse(model: Model, via: readonly string[]): Use {
  return { model, kind: "dimension", names: [], columns: [], isShown: false, via: via.map((name) => `\0${name}`) };
}

function modelOf(catalog: Catalog, metric: SimpleMetric): Model {
  const model = catalog.models.get(metric.model);
  if (!model) throw new Error(`Metric "${metric.name}" has a model that does not exist.`);
  return model;
}

function customGrainsOf({ calendars }: Catalog): ReadonlySet<string> {
  return new Set(calendars.flatMap((calendar) => [...calendar.customGrains.keys()]));
}

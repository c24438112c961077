import type { Catalog, GroupByOption, Located, Metric, Model } from "../catalog/index.ts";
import {
  definitionsOf,
  groupBysOfModel,
  metricTimeOf,
  nameOf,
  reachableFrom,
  simpleMetricsBelow,
} from "../catalog/index.ts";
import { Refusal } from "../diagnostics/index.ts";
import type { ScalarType } from "../expression/index.ts";
import { resolveRequest, typeOfMetric } from "../request/index.ts";
import { deprecationOf, describeMetric } from "./describe.ts";
import { camelCase, isEnumName, NameTable, pascalCase } from "./names.ts";

/** Everything the typed field of one model offers, with the names it has in GraphQL. */
export interface TypedModel {
  readonly model: Model;
  /** The root field: `orders`. */
  readonly field: string;
  /** First part of the names of its types: `Orders`. */
  readonly type: string;
  readonly dimensions: readonly TypedDimension[];
  readonly times: readonly TypedTime[];
  readonly metrics: readonly TypedMetric[];
}

export interface TypedDimension {
  readonly option: GroupByOption;
  /** `CUSTOMER__REGION`. */
  readonly enumName: string;
  /** Field of the key and of the filter: `customerRegion`. */
  readonly key: string;
  readonly type: ValueType;
  readonly values: ValueEnum | null;
  /** What is written in the warehouse's own SQL is not. */
  readonly isFilterable: boolean;
}

export interface TypedTime {
  readonly option: GroupByOption;
  readonly isFilterable: boolean;
  readonly enumName: string;
  readonly key: string;
}

export interface TypedMetric {
  readonly metric: Metric;
  readonly enumName: string;
  readonly field: string;
  readonly type: ValueType;
  readonly description: string;
  /** undefined while it is not deprecated. */
  readonly deprecationReason: string | undefined;
}

/** The declared values of a dimension; models that reach the same dimension share it. */
export interface ValueEnum {
  readonly name: string;
  /** GraphQL name → the value in the warehouse. */
  readonly values: ReadonlyMap<string, string>;
}

export type ValueType = "string" | "int" | "decimal" | "float" | "boolean" | "time";

/** Names that the API itself uses. */
const ROOT_FIELDS = [
  "query",
  "queryResult",
  "metric",
  "metrics",
  "model",
  "models",
  "savedQueries",
  "savedQuery",
  "node",
];
const ROW_FIELDS = ["id", "key", "isOther", "suppressed", "breakdown"];
const FILTER_FIELDS = ["and", "or", "not"];
const FILTER_TYPES = ["StringFilter", "IntFilter", "DecimalFilter", "BooleanFilter", "TimeFilter"];
const TYPE_SUFFIXES = "Result Connection Edge Row Key Group Filter Having Order Top Dimension Time Metric".split(" ");

/** Joins away that a typed field offers; `query` takes any number. */
const OFFERED_HOPS = 2;

/** The models with at least one metric that a typed field can serve, in catalog order. */
export function typedModels(catalog: Catalog, reservedTypes: Iterable<string>): readonly TypedModel[] {
  const fieldNames = new NameTable(ROOT_FIELDS);
  const typeNames = new NameTable([...reservedTypes, ...FILTER_TYPES]);
  const enums = new Map<string, ValueEnum | null>();
  const byModel = Map.groupBy(catalog.metrics.values(), (metric) => onlyModelOf(catalog, metric));
  return [...catalog.models.values()].flatMap((model) => {
    const metrics = typedMetrics(catalog, byModel.get(model.name) ?? []);
    if (metrics.length === 0) return [];
    const field = fieldNames.claim(camelCase(model.name));
    const type = typeNames.claim(pascalCase(model.name), TYPE_SUFFIXES);
    return [{ model, field, type, metrics, ...typedGroups(catalog, model, metrics, { enums, typeNames }) }];
  });
}

/** What the rows can be grouped by: metric_time, and every dimension and key that joins reach. */
function typedGroups(
  catalog: Catalog,
  model: Model,
  metrics: readonly TypedMetric[],
  { enums, typeNames }: { readonly enums: Map<string, ValueEnum | null>; readonly typeNames: NameTable },
): Pick<TypedModel, "dimensions" | "times"> {
  const places = new Map(reachableFrom(catalog, model, OFFERED_HOPS).map((at) => [nameOf(at), at]));
  const options = [
    ...metricTime(catalog, metrics),
    ...groupBysOfModel(catalog, model).filter(({ hops }) => hops <= OFFERED_HOPS),
  ];
  const keys = new NameTable(FILTER_FIELDS);
  const dimensions: TypedDimension[] = [];
  const times: TypedTime[] = [];
  for (const option of options) {
    const at = places.get(option.name);
    if (at?.element.kind === "entity" && at.element.entity.key.length > 1) continue;
    const isOpaque = at?.element.kind === "dimension" && at.element.dimension.value.kind === "opaque";
    const named = {
      option,
      enumName: option.name.toUpperCase(),
      key: keys.claim(camelCase(option.name)),
      isFilterable: !isOpaque,
    };
    if (option.grains.length > 0) {
      times.push(named);
    } else {
      const type = valueTypeOf(option.type === "unknown" ? keyType(at) : option.type);
      dimensions.push({ ...named, type, values: at ? valueEnumOf(at, enums, typeNames) : null });
    }
  }
  return { dimensions, times };
}

/** The model that a metric rests on; null where it rests on several: those are asked for through `query`. */
function onlyModelOf(catalog: Catalog, metric: Metric): string | null {
  const [first, ...others] = simpleMetricsBelow(catalog, metric).map(({ model }) => model);
  return first !== undefined && others.every((model) => model === first) ? first : null;
}

function typedMetrics(catalog: Catalog, ofModel: readonly Metric[]): readonly TypedMetric[] {
  const names = new NameTable(ROW_FIELDS);
  return ofModel.flatMap((metric) => {
    if (metric.isPrivate || metric.lifecycle === "retired") return [];
    const type = metricType(catalog, metric);
    if (!type) return [];
    const described = { description: describeMetric(catalog, metric), deprecationReason: deprecationOf(metric) };
    const named = { enumName: metric.name.toUpperCase(), field: names.claim(camelCase(metric.name)) };
    return [{ metric, type, ...named, ...described }];
  });
}

/** The type of its values; null when no question can ask for it. */
function metricType(catalog: Catalog, { name }: Metric): ValueType | null {
  for (const groupBy of [[], [{ name: "metric_time" }]]) {
    try {
      const query = resolveRequest(catalog, { metrics: [name], groupBy });
      if (query.kind === "metrics") return valueTypeOf(typeOfMetric(query.outputs[0]?.of), "decimal");
    } catch (error) {
      // Offsets need a time to group by; without one they are refused, so the second question settles it.
      if (!(error instanceof Refusal)) throw error;
    }
  }
  return null;
}

/** Each metric's own time, with every grain that some metric allows. Metrics of the same times are asked once. */
function metricTime(catalog: Catalog, metrics: readonly TypedMetric[]): readonly GroupByOption[] {
  const byTimes = new Map(
    metrics.map(({ metric }) => {
      const leaves = simpleMetricsBelow(definitionsOf(catalog), metric);
      return [leaves.map(({ timeDimension }) => timeDimension).join(), metric] as const;
    }),
  );
  const options = [...byTimes.values()].flatMap((metric) => metricTimeOf(catalog, metric) ?? []);
  const [first] = options.sort((a, b) => b.grains.length - a.grains.length);
  return first ? [first] : [];
}

function keyType(at: Located | undefined): ScalarType {
  if (at?.element.kind !== "entity" || at.element.entity.key.length !== 1) return "string";
  const [key] = at.element.entity.key;
  const owner = at.path.steps.at(-1)?.to ?? at.path.base;
  return (key?.kind === "ref" ? owner.columns?.get(key.ref)?.type : null) ?? "string";
}

function valueEnumOf(at: Located, enums: Map<string, ValueEnum | null>, typeNames: NameTable): ValueEnum | null {
  if (at.element.kind !== "dimension" || at.element.dimension.kind !== "categorical") return null;
  const { name, values } = at.element.dimension;
  const owner = (at.path.steps.at(-1)?.to ?? at.path.base).name;
  const known = enums.get(`${owner}.${name}`);
  if (known !== undefined) return known;
  const names = new Map((values ?? []).map((value) => [value.toUpperCase(), value]));
  const isEnum =
    values !== null && names.size > 0 && names.size === values.length && [...names.keys()].every(isEnumName);
  const made = isEnum
    ? { name: typeNames.claim(`${pascalCase(owner)}${pascalCase(name)}`, ["", "Filter"]), values: names }
    : null;
  enums.set(`${owner}.${name}`, made);
  return made;
}

function valueTypeOf(type: ScalarType, unknown: ValueType = "string"): ValueType {
  switch (type) {
    case "int":
    case "decimal":
    case "float":
    case "boolean":
    case "string":
      return type;
    case "date":
    case "timestamp":
    case "timestamptz":
      return "time";
    case "interval":
      return "string";
    case "unknown":
      return unknown;
  }
}

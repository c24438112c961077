import type { ScalarType, StandardGrain } from "../expression/index.ts";
import { compareGrains, STANDARD_GRAINS } from "../expression/index.ts";
import { compareText } from "../std/index.ts";
import type { Catalog } from "./catalog.ts";
import { simpleMetricsBelow } from "./lineage.ts";
import type { Metric, SimpleMetric } from "./metric.ts";
import type { Model, SemanticType } from "./model.ts";
import type { Located } from "./paths.ts";
import { nameOf, reachableFrom } from "./paths.ts";
import { definitionsOf, isElementSeen } from "./view.ts";

/** Something a metric can be grouped by, under the name a query uses. */
export interface GroupByOption {
  readonly name: string;
  readonly kind: "metric_time" | "dimension" | "entity";
  readonly type: ScalarType;
  /** Grains that may be asked for, finest first, custom ones last; empty when it is no time. */
  readonly grains: readonly string[];
  readonly label: string;
  readonly description: string | null;
  /** The declared values of a categorical dimension. */
  readonly values: readonly string[] | null;
  /** What the author says that its texts name. */
  readonly semanticType: SemanticType | null;
  /** Joins away from the metric's own model; the farthest of its inputs counts. */
  readonly hops: number;
}

/** How far the listing looks; queries may name longer paths. */
const LISTED_HOPS = 3;

/** What every input of the metric can be grouped by, by name; `metric_time` first when all inputs have a time. */
export function groupBysOf(catalog: Catalog, metric: Metric): readonly GroupByOption[] {
  const leaves = simpleMetricsBelow(definitionsOf(catalog), metric);
  const [first, ...others] = leaves.map((leaf) => optionsOf(catalog, leaf));
  if (!first) return [];
  const shared = [...first.values()].filter((option) => others.every((options) => options.has(option.name)));
  return shared
    .map((option) => others.reduce((merged, options) => meet(merged, options.get(option.name)), option))
    .sort((a, b) => Number(b.kind === "metric_time") - Number(a.kind === "metric_time") || compareText(a.name, b.name));
}

/** The option `metric_time` alone; null where some input has no time that is seen. */
export function metricTimeOf(catalog: Catalog, metric: Metric): GroupByOption | null {
  const leaves = simpleMetricsBelow(definitionsOf(catalog), metric);
  const times = leaves.flatMap((leaf) => metricTimeOption(catalog, leaf) ?? []);
  const [first, ...others] = times;
  return first && times.length === leaves.length ? others.reduce(meet, first) : null;
}

/** The same for one model, whatever metrics it has. */
export function groupBysOfModel(catalog: Catalog, model: Model): readonly GroupByOption[] {
  return reachableFrom(catalog, model, LISTED_HOPS).map((located) => toOption(catalog, located));
}

function optionsOf(catalog: Catalog, leaf: SimpleMetric): ReadonlyMap<string, GroupByOption> {
  const model = catalog.models.get(leaf.model);
  if (!model) return new Map();
  const options = [metricTimeOption(catalog, leaf) ?? [], groupBysOfModel(catalog, model)].flat();
  return new Map(options.map((option) => [option.name, option]));
}

function metricTimeOption(catalog: Catalog, leaf: SimpleMetric): GroupByOption | null {
  const model = catalog.models.get(leaf.model);
  const time = leaf.timeDimension === null ? undefined : model?.dimensions.get(leaf.timeDimension);
  if (!model || time?.kind !== "time" || !isElementSeen(catalog, model, time.name)) return null;
  return {
    name: "metric_time",
    kind: "metric_time",
    type: time.type,
    grains: grainsFrom(catalog, time.grain),
    label: "Metric time",
    description: "The time each metric is counted at.",
    values: null,
    semanticType: null,
    hops: 0,
  };
}

function toOption(catalog: Catalog, located: Located): GroupByOption {
  const { element, path } = located;
  const base = { name: nameOf(located), hops: path.steps.length, values: null, semanticType: null };
  if (element.kind === "entity") {
    const { label, description } = element.entity;
    return { ...base, kind: "entity", type: "unknown", grains: [], label, description };
  }
  const { dimension } = element;
  return {
    ...base,
    kind: "dimension",
    type: dimension.type,
    grains: dimension.kind === "time" ? grainsFrom(catalog, dimension.grain) : [],
    label: dimension.label,
    description: dimension.description,
    ...(dimension.kind === "categorical" && { values: dimension.values, semanticType: dimension.semanticType }),
  };
}

/** Standard grains from the declared one up, then custom grains whose calendar is not finer than it. */
export function grainsFrom(catalog: Catalog, declared: StandardGrain): readonly string[] {
  const custom = catalog.calendars
    .filter((calendar) => compareGrains(calendar.grain, declared) >= 0)
    .flatMap((calendar) => [...calendar.customGrains.keys()]);
  return [...STANDARD_GRAINS.filter((grain) => compareGrains(grain, declared) >= 0), ...custom];
}

/** An option of two inputs: what both allow. */
function meet(a: GroupByOption, b: GroupByOption | undefined): GroupByOption {
  if (!b) return a;
  return { ...a, grains: a.grains.filter((grain) => b.grains.includes(grain)), hops: Math.max(a.hops, b.hops) };
}

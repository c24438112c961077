import type { Dimension, Entity, JoinPath, Located, Model, SimpleMetric } from "../../catalog/index.ts";
import { findElement, splitName, validityOf } from "../../catalog/index.ts";
import type { FilterName } from "../../expression/index.ts";
import { coarser } from "../../expression/index.ts";
import type { Doc } from "./doc.ts";
import { keyDoc, valueDoc } from "./expression.ts";
import { type Reading, relationDoc } from "./reading.ts";

/** How a time is cut: by a grain, or to a part of a date. */
interface Cut {
  readonly grain: string | null;
  readonly part: string | null;
}

/** What a name of an item means, seen from the rows of a simple metric: by which joins, and what of the last row. */
export function itemDoc(reading: Reading, leaf: SimpleMetric, text: string): Doc {
  const model = modelOf(reading, leaf.model);
  const { links, element, grain, datePart } = splitName(text, reading.customGrains);
  const cut = { grain, part: datePart };
  if (element === "metric_time" && links.length === 0) {
    const time = timeOf(reading, leaf);
    const own = leaf.defaultGrain ?? coarser("day", time?.kind === "time" ? time.grain : "day");
    return { metricTime: { grain: datePart ? null : (grain ?? own), part: datePart } };
  }
  const lookup = findElement(reading.catalog, model, links, element);
  return lookup.kind === "found" ? locatedDoc(reading, lookup.at, cut) : { unknown: text };
}

/** An entity that a metric is counted by, from either of the two models that have it: there it may be its bare self. */
export function entityDoc(reading: Reading, leaf: SimpleMetric, text: string): Doc {
  const model = modelOf(reading, leaf.model);
  const { links, element } = splitName(text, reading.customGrains);
  for (const way of [links, []]) {
    const lookup = findElement(reading.catalog, model, way, element);
    if (lookup.kind === "found") return locatedDoc(reading, lookup.at, UNCUT);
  }
  return { unknown: text };
}

/** A dimension or entity of the model itself, by its own name. */
export function ownDoc(model: Model, name: string): Doc {
  const dimension = model.dimensions.get(name);
  if (dimension) return { type: dimension.type, value: valueDoc(model, dimension.value) };
  const entity = model.entities.get(name) ?? [...model.entities.values()].find((held) => held.entity === name);
  return entity ? { key: keyDoc(model, entity.key) } : { unknown: name };
}

export function timeOf(reading: Reading, leaf: SimpleMetric): Dimension | null {
  const { dimensions } = modelOf(reading, leaf.model);
  return (leaf.timeDimension !== null && dimensions.get(leaf.timeDimension)) || null;
}

export function modelOf({ catalog }: Pick<Reading, "catalog">, name: string): Model {
  const model = catalog.models.get(name);
  if (!model) throw new Error(`The catalog has no model "${name}".`);
  return model;
}

export function isMetricName(name: FilterName): name is FilterName & { readonly kind: "metric" } {
  return name.kind === "metric";
}

const UNCUT: Cut = { grain: null, part: null };

/** A dimension or entity with the joins that lead to it. */
export function locatedDoc(reading: Reading, { path, element }: Located, cut: Cut = UNCUT): Doc {
  const model = path.steps.at(-1)?.to ?? path.base;
  const doc =
    element.kind === "dimension"
      ? dimensionDoc(model, element.dimension, cut)
      : { key: keyDoc(model, element.entity.key) };
  return path.steps.length === 0 ? doc : { joins: joinDocs(reading, path), ...doc };
}

function dimensionDoc(model: Model, dimension: Dimension, { grain, part }: Cut): { readonly [key: string]: Doc } {
  const value = { type: dimension.type, value: valueDoc(model, dimension.value) };
  if (dimension.kind === "categorical") return value;
  return { ...value, grain: part ? null : (grain ?? dimension.grain), part };
}

/** Each LEFT join of a path: what is compared, how many rows may meet, and what tells versions and partitions apart. */
function joinDocs(reading: Reading, { base, steps }: JoinPath): readonly Doc[] {
  return steps.map(({ from, left, to, right }, i) => {
    const before = [base, ...steps.slice(0, i).map((step) => step.to)];
    const partitions = [...to.dimensions.values()].flatMap(({ name, isPartition, value }): readonly Doc[] => {
      const held = isPartition ? before.findLast((model) => model.dimensions.get(name)?.isPartition) : undefined;
      const other = held?.dimensions.get(name);
      return held && other ? [{ left: valueDoc(held, other.value), right: valueDoc(to, value) }] : [];
    });
    return {
      kind: "left",
      left: sideDoc(from, left),
      partitions,
      relation: relationDoc(reading, to),
      right: sideDoc(to, right),
      rightKeyPromised: to.isKeyPromised,
      validity: right.type === "natural" ? validityDoc(to) : null,
    };
  });
}

function sideDoc(model: Model, entity: Entity): Doc {
  return { cardinality: entity.type, key: keyDoc(model, entity.key) };
}

function validityDoc(model: Model): Doc {
  const validity = validityOf(model);
  return validity && { end: valueDoc(model, validity.end.value), start: valueDoc(model, validity.start.value) };
}

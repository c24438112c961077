import type { Tree } from "../../definition/index.ts";
import { type Fields, fieldsOf } from "./fields.ts";
import type { Aggregate, Dimension, Entity, Measure, Named, SemanticModel } from "./project.ts";
import {
  checkPercentile,
  readAggregation,
  readDescription,
  readGoverned,
  readGrain,
  readNonAdditive,
  readValidity,
  tellConfig,
  tellDisabled,
} from "./read-shared.ts";
import { attempt, fail, type Reading, tell } from "./reading.ts";
import { readSource } from "./source.ts";

/** A semantic model of the older spec, measures and all. */
export function readModel(tree: Tree, reading: Reading): SemanticModel | null {
  const fields = fieldsOf(tree, nameIn(tree, "model"), reading);
  if (!fields) return null;
  const name = fields.requiredName("name");
  const { isEnabled, ...governed } = readGoverned(fields, name);
  if (!isEnabled) {
    tellDisabled(fields);
    return null;
  }
  const defaults = fields.fields("defaults");
  const time = defaults?.name("agg_time_dimension") ?? null;
  defaults?.finish();
  const model: SemanticModel = {
    ...governed,
    table: readSource(fields),
    time,
    primaryEntity: fields.name("primary_entity"),
    entities: readParts(fields, "entities", "entity", readEntity),
    dimensions: readParts(fields, "dimensions", "dimension", readDimension),
    measures: readParts(fields, "measures", "measure", readMeasure),
  };
  fields.finish(["metadata"]);
  return model;
}

/** `metric "revenue"`: what a mapping is called in the report. */
export function nameIn(tree: Tree, kind: string): string {
  const name = tree.kind === "map" ? tree.entries.get("name")?.value : undefined;
  return name?.kind === "scalar" ? `${kind} "${name.source.toLowerCase()}"` : kind;
}

/** Each part on its own: one that cannot be read is left out alone. Of two with one name, the first counts. */
function readParts<T extends Named>(
  model: Fields,
  key: string,
  kind: string,
  read: (fields: Fields) => T | null,
): readonly T[] {
  const parts = model.list(key).flatMap((tree) => {
    const object = `${nameIn(tree, kind)} of ${model.origin.object}`;
    const part = attempt(model.reading, () => {
      const fields = fieldsOf(tree, object, model.reading);
      return fields && read(fields);
    });
    return part ?? [];
  });
  return parts.filter((part, i) => {
    const isFirst = parts.findIndex((other) => other.name === part.name) === i;
    if (!isFirst)
      tell(model.reading, "INVALID_VALUE", part.origin, "The model has another one of this name before it.");
    return isFirst;
  });
}

export function readNamed(fields: Fields): Named {
  tellConfig(fields);
  return {
    name: fields.requiredName("name"),
    label: fields.text("label") || null,
    description: readDescription(fields),
    origin: fields.origin,
  };
}

const ENTITY_TYPES = ["primary", "unique", "foreign", "natural"] as const;

export function readEntity(fields: Fields): Entity {
  const named = readNamed(fields);
  if (fields.text("role") !== null) {
    tell(fields.reading, "NO_EFFECT", fields.at("role"), "A role has no effect in MetricFlow.");
  }
  const entity: Entity = {
    ...named,
    type: readEntityType(fields, "type"),
    expr: fields.sql("expr") ?? named.name,
  };
  fields.finish(["metadata"]);
  return entity;
}

export function readEntityType(fields: Fields, key: string): Entity["type"] {
  if (!fields.node(key)) {
    fail(
      fields.reading,
      "INVALID_VALUE",
      fields.origin,
      `An entity needs its type: one of ${ENTITY_TYPES.join(", ")}.`,
    );
  }
  return fields.word(key, ENTITY_TYPES) ?? "foreign";
}

function readDimension(fields: Fields): Dimension {
  const named = readNamed(fields);
  const params = fields.fields("type_params");
  const isTime = readIsTime(fields, "type");
  const grain = params ? readGrain(params, "time_granularity") : null;
  if (isTime && !params?.node("time_granularity")) failWithoutGrain(fields, "time_granularity: day");
  const dimension: Dimension = {
    ...named,
    expr: fields.sql("expr") ?? named.name,
    grain: isTime ? grain : null,
    validity: readValidity(params),
    isPartition: fields.flag("is_partition"),
  };
  params?.finish();
  fields.finish(["metadata"]);
  return dimension;
}

export function readIsTime(fields: Fields, key: string): boolean {
  if (!fields.node(key)) {
    fail(fields.reading, "INVALID_VALUE", fields.origin, "A dimension needs its type: categorical or time.");
  }
  return fields.word(key, ["categorical", "time"]) === "time";
}

export function failWithoutGrain({ reading, origin }: Fields, way: string): void {
  fail(reading, "INVALID_VALUE", origin, `A time needs the grain of its column, such as ${way}.`);
}

function readMeasure(fields: Fields): Measure {
  const named = readNamed(fields);
  const measure: Measure = {
    ...named,
    aggregate: readAggregate(fields, named.name),
    creates: fields.flag("create_metric") ? { label: fields.text("create_metric_display_name") } : null,
  };
  fields.finish(["create_metric_display_name", "metadata"]);
  return measure;
}

/** What a measure says besides its name; the artifact writes the same into metrics without a measure. */
export function readAggregate(fields: Fields, name: string): Aggregate {
  const params = fields.fields("agg_params");
  const aggregate: Aggregate = {
    ...readAggregation(fields, name),
    percentile: params?.number("percentile") ?? null,
    isDiscrete: params?.flag("use_discrete_percentile") ?? false,
    isApproximate: params?.flag("use_approximate_percentile") ?? false,
    time: fields.name("agg_time_dimension"),
    nonAdditive: readNonAdditive(fields, "window_choice", "window_groupings"),
  };
  params?.finish();
  checkPercentile(fields, aggregate);
  return aggregate;
}

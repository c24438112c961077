import type { DimensionDefinition, EntityDefinition, MeasureDefinition, ModelDefinition } from "../definition.ts";
import {
  type DimensionShape,
  ENTITY_TYPES,
  type EntityShape,
  type MeasureShape,
  type ModelShape,
} from "../schema/model.ts";
import { type Build, buildOwner, contradiction, missing, nameAt, optionalText, textAt, texts } from "./build.ts";
import { buildCache } from "./cache.ts";
import { buildSource } from "./source.ts";
import { buildAggregate, buildValue } from "./value.ts";

export function buildModel(shape: ModelShape, build: Build): ModelDefinition | null {
  const source = buildSource(build);
  if (!source) return null;
  return {
    name: textAt(build, "model"),
    label: shape.label ?? null,
    description: shape.description ?? null,
    owner: buildOwner(shape.owner),
    source,
    primaryKey: texts(build, "primary_key"),
    primaryEntity: optionalText(build, "primary_entity"),
    time: optionalText(build, "time"),
    freshness: shape.freshness
      ? {
          column: optionalText(build, "freshness", "column"),
          warnAfter: optionalText(build, "freshness", "warn_after"),
          errorAfter: optionalText(build, "freshness", "error_after"),
        }
      : null,
    cache: buildCache(shape.cache, build),
    columns: shape.columns
      ? Object.entries(shape.columns).map(([name, column]) => buildColumn(name, column, build))
      : null,
    entities: entriesOf(shape.entities, (name, entity) => buildEntity(name, entity, build)),
    dimensions: entriesOf(shape.dimensions, (name, dimension) => buildDimension(name, dimension, build)),
    measures: entriesOf(shape.measures, (name, measure) => buildMeasure(name, measure, build)),
  };
}

function buildColumn(name: string, shape: NonNullable<ModelShape["columns"]>[string], build: Build) {
  const path = ["columns", name];
  return typeof shape === "string"
    ? { name: nameAt(build, ...path), type: textAt(build, ...path), description: null }
    : { name: nameAt(build, ...path), type: textAt(build, ...path, "type"), description: shape.description ?? null };
}

/** `primary`, `unique`, `natural` and `foreign` alone are types; any other text is the column of a foreign key. */
function buildEntity(name: string, shape: EntityShape, build: Build): EntityDefinition {
  const path = ["entities", name];
  const base = { name: nameAt(build, ...path), label: null, description: null, entity: null };
  if (typeof shape === "string") {
    const type = ENTITY_TYPES.find((word) => word === shape);
    return type ? { ...base, type, key: [] } : { ...base, type: "foreign", key: texts(build, ...path) };
  }
  return {
    ...base,
    label: shape.label ?? null,
    description: shape.description ?? null,
    type: shape.type ?? "foreign",
    entity: optionalText(build, ...path, "entity"),
    key: texts(build, ...path, "key"),
  };
}

function buildDimension(name: string, shape: DimensionShape, build: Build): DimensionDefinition {
  const path = ["dimensions", name];
  const base: DimensionDefinition = {
    name: nameAt(build, ...path),
    label: null,
    description: null,
    kind: "categorical",
    value: null,
    grain: null,
    validity: null,
    values: null,
    semanticType: null,
    isPartition: false,
    dataType: null,
  };
  if (shape === null) return base;
  if (typeof shape === "string") return { ...base, kind: "time", grain: textAt(build, ...path) };
  const kind = shape.type ?? (shape.grain === undefined ? "categorical" : "time");
  if (kind === "time") {
    if (shape.grain === undefined) missing(build, path, "type", "grain", "the finest grain, such as day");
    if (shape.enum) contradiction(build, path, ["grain", "enum"], "a time has no list of values");
    if (shape.semantic_type) contradiction(build, path, ["grain", "semantic_type"], "a time names no place or address");
  } else if (shape.grain !== undefined) {
    contradiction(build, path, ["type", "grain"], "a categorical dimension has no grain");
  } else if (shape.validity) {
    missing(build, path, "validity", "grain", "the finest grain, such as day");
  }
  return {
    ...base,
    label: shape.label ?? null,
    description: shape.description ?? null,
    kind,
    value: buildValue(build, ...path),
    grain: optionalText(build, ...path, "grain"),
    validity: shape.validity ?? null,
    values: shape.enum ? texts(build, ...path, "enum").map((text) => text.value) : null,
    semanticType: shape.semantic_type
      ? { ...textAt(build, ...path, "semantic_type"), value: shape.semantic_type }
      : null,
    isPartition: shape.partition ?? false,
    dataType: optionalText(build, ...path, "data_type"),
  };
}

function buildMeasure(name: string, shape: MeasureShape, build: Build): MeasureDefinition {
  const path = ["measures", name];
  return {
    name: nameAt(build, ...path),
    label: typeof shape === "string" ? null : (shape.label ?? null),
    description: typeof shape === "string" ? null : (shape.description ?? null),
    ...buildAggregate(build, shape, ...path),
  };
}

function entriesOf<S, T>(
  shapes: Readonly<Record<string, S>> | undefined,
  build: (name: string, shape: S) => T,
): readonly T[] {
  return Object.entries(shapes ?? {}).map(([name, shape]) => build(name, shape));
}

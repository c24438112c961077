import type { Column, Dimension, Entity, Freshness, Measure, Model, NonAdditive, Source } from "../catalog/index.ts";
import type {
  ColumnDefinition,
  DimensionDefinition,
  EntityDefinition,
  MeasureDefinition,
  ModelDefinition,
  NonAdditiveDefinition,
  SourceDefinition,
} from "../definition/index.ts";
import type { Expr, ScalarType } from "../expression/index.ts";
import { isStandardGrain, ref, typeOf } from "../expression/index.ts";
import { buildAggregate } from "./aggregate.ts";
import { humanise } from "./humanise.ts";
import type { Report } from "./parsed.ts";
import { buildExpression, buildValue, scalarType } from "./value.ts";
import { parseDuration } from "./window.ts";

/** The model of a definition, defaults filled in. Reports only what cannot be read; what does not fit is for the checks. */
export function buildModel(definition: ModelDefinition, report: Report): Model {
  const columns = definition.columns && byName(definition.columns.map(buildColumn));
  const typeOfColumn = (name: string): ScalarType => columns?.get(name)?.type ?? "unknown";
  const entities = byName(definition.entities.map((entity) => buildEntity(entity, definition, report)));
  return {
    name: definition.name.value,
    label: definition.label ?? humanise(definition.name.value),
    description: definition.description,
    owner: definition.owner,
    source: buildSource(definition.source),
    columns,
    primaryKey: primaryKeyOf(definition, entities),
    isKeyPromised: definition.primaryKey.length > 0,
    primaryEntity: primaryEntityOf(definition),
    entities,
    dimensions: byName(definition.dimensions.map((dimension) => buildDimension(dimension, typeOfColumn, report))),
    measures: byName(definition.measures.map((measure) => buildMeasure(measure, report))),
    defaultTime: definition.time?.value ?? null,
    freshness: buildFreshness(definition, report),
    cache: definition.cache,
    span: definition.name.span,
  };
}

export function buildSource(definition: SourceDefinition): Source {
  return definition.kind === "table"
    ? { kind: "table", path: definition.table.value.split(".") }
    : { kind: "sql", text: definition.sql.value, file: definition.file };
}

export function buildNonAdditive(definition: NonAdditiveDefinition | null): NonAdditive | null {
  return (
    definition && {
      dimension: definition.dimension.value,
      choice: definition.choice,
      groupings: definition.groupings.map((grouping) => grouping.value),
    }
  );
}

/** The columns of a key that is nothing but columns; null for one that is computed. */
export function columnsOfKey(key: readonly Expr<string>[]): readonly string[] | null {
  const columns = key.flatMap((part) => (part.kind === "ref" ? [part.ref] : []));
  return columns.length === key.length ? columns : null;
}

export function byName<T extends { readonly name: string }>(items: readonly T[]): ReadonlyMap<string, T> {
  return new Map(items.map((item) => [item.name, item]));
}

function buildFreshness({ name, freshness }: ModelDefinition, report: Report): Freshness | null {
  if (freshness === null) return null;
  const { column, warnAfter, errorAfter } = freshness;
  return {
    column: column?.value ?? null,
    warnAfterMs: parseDuration(warnAfter, report),
    errorAfterMs: parseDuration(errorAfter, report),
    span: (errorAfter ?? warnAfter ?? column ?? name).span,
  };
}

function buildColumn({ name, type, description }: ColumnDefinition): Column {
  return { name: name.value, type: scalarType(type.value), description, span: name.span };
}

function buildEntity(definition: EntityDefinition, model: ModelDefinition, report: Report): Entity {
  const name = definition.name.value;
  return {
    name,
    entity: definition.entity?.value ?? name,
    type: definition.type,
    key: keyOf(definition, model, report),
    label: definition.label ?? humanise(name),
    description: definition.description,
    span: definition.name.span,
  };
}

function keyOf(entity: EntityDefinition, model: ModelDefinition, report: Report): readonly Expr<string>[] {
  if (entity.key.length > 0) return entity.key.map((part) => buildExpression(part, report));
  if (entity.type === "primary" && model.primaryKey.length > 0)
    return model.primaryKey.map((column) => ref(column.value));
  return [ref(entity.name.value)];
}

function primaryKeyOf(definition: ModelDefinition, entities: ReadonlyMap<string, Entity>): readonly string[] {
  if (definition.primaryKey.length > 0) return definition.primaryKey.map((column) => column.value);
  const primary = [...entities.values()].find((entity) => entity.type === "primary");
  return (primary && columnsOfKey(primary.key)) ?? [];
}

/** A history table is known by its natural key, a mapping by its unique one, unless the author says otherwise. */
function primaryEntityOf({ primaryEntity, entities }: ModelDefinition): string | null {
  const [primary] = entities.filter((entity) => entity.type === "primary");
  if (primary) return primary.name.value;
  if (primaryEntity) return primaryEntity.value;
  for (const type of ["natural", "unique"] as const) {
    const [only, second] = entities.filter((entity) => entity.type === type);
    if (only && !second) return only.name.value;
  }
  return null;
}

function buildDimension(
  definition: DimensionDefinition,
  typeOfColumn: (name: string) => ScalarType,
  report: Report,
): Dimension {
  const name = definition.name.value;
  const value = buildValue(definition.value, name, report);
  const base = {
    name,
    label: definition.label ?? humanise(name),
    description: definition.description,
    value,
    type: definition.dataType
      ? scalarType(definition.dataType.value)
      : value.kind === "opaque"
        ? value.type
        : typeOf(value.expr, typeOfColumn).type,
    isPartition: definition.isPartition,
    span: definition.name.span,
  };
  if (definition.kind === "categorical") {
    return {
      ...base,
      kind: "categorical",
      values: definition.values,
      semanticType: definition.semanticType?.value ?? null,
    };
  }
  const grain = definition.grain?.value ?? "";
  return { ...base, kind: "time", grain: isStandardGrain(grain) ? grain : "day", validity: definition.validity };
}

function buildMeasure(definition: MeasureDefinition, report: Report): Measure {
  const name = definition.name.value;
  return {
    ...buildAggregate(definition, name, report),
    name,
    label: definition.label ?? humanise(name),
    description: definition.description,
    timeDimension: definition.time?.value ?? null,
    nonAdditive: buildNonAdditive(definition.nonAdditive),
    span: definition.name.span,
  };
}

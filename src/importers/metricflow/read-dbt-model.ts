import type { Tree } from "../../definition/index.ts";
import type { StandardGrain } from "../../expression/index.ts";
import { STANDARD_GRAINS } from "../../expression/index.ts";
import { type Fields, fieldsOf } from "./fields.ts";
import type { Calendar, Dimension, Entity, Governed, Named, RawMetric, SemanticModel } from "./project.ts";
import { requiredText } from "./read-metric.ts";
import { failWithoutGrain, nameIn, readEntity, readEntityType, readIsTime, readNamed } from "./read-model.ts";
import { readPlainMetric } from "./read-plain-metric.ts";
import { readDescription, readGoverned, readGrain, readValidity, tellConfig } from "./read-shared.ts";
import { readCustomGrains } from "./read-time-spine.ts";
import { attempt, fail, type Reading } from "./reading.ts";
import { tableOfModel } from "./source.ts";

/** What a dbt model holds in the spec of 2026; a time spine also in the older one. */
export interface DbtModel {
  readonly model: SemanticModel | null;
  readonly metrics: readonly RawMetric[];
  readonly calendar: Calendar | null;
}

const NOTHING: DbtModel = { model: null, metrics: [], calendar: null };

/** An entry of `models:`. Most of what it says is not about metrics, so fields that are not known are no matter. */
export function readDbtModel(tree: Tree, reading: Reading): DbtModel {
  const name = tree.kind === "map" ? tree.entries.get("name")?.value : undefined;
  const isOurs =
    tree.kind === "map" && ["semantic_model", "metrics", "time_spine"].some((key) => tree.entries.has(key));
  if (!isOurs || name?.kind !== "scalar") return NOTHING;
  const fields = fieldsOf(tree, nameIn(tree, "model"), reading);
  if (!fields) return NOTHING;
  const columns = fields.list("columns").flatMap((column) => readColumn(column, fields) ?? []);
  const calendar = attempt(reading, () => readTimeSpine(fields, name.source, columns));
  const isSemantic = readIsSemantic(fields);
  if (!isSemantic && fields.node("metrics")) {
    fail(reading, "INVALID_VALUE", fields.at("metrics"), "Metrics stand only in a model with semantic_model: true.");
  }
  if (!isSemantic) return { ...NOTHING, calendar };
  const model = attempt(reading, () => readSemanticModel(fields, name.source, columns));
  if (!model) return { ...NOTHING, calendar };
  const metrics = fields
    .list("metrics")
    .flatMap((metric) => attempt(reading, () => readPlainMetric(metric, model.name, reading)) ?? [])
    .map((metric) => ({ ...metric, group: metric.group ?? model.group, owner: metric.owner ?? model.owner }));
  return { model, metrics, calendar };
}

/** `semantic_model: true`, or a mapping that is not `enabled: false`. */
function readIsSemantic(fields: Fields): boolean {
  const node = fields.node("semantic_model");
  if (node?.kind !== "map") return fields.flag("semantic_model");
  const inner = fields.fields("semantic_model");
  return !inner?.node("enabled") || inner.flag("enabled");
}

function readSemanticModel(fields: Fields, dbtName: string, columns: readonly Column[]): SemanticModel {
  const derived = fields.fields("derived_semantics");
  const entities = columns.flatMap((column) => column.entity ?? []);
  const dimensions = columns.flatMap((column) => column.dimension ?? []);
  const model: SemanticModel = {
    ...readAbout(fields, dbtName),
    table: tableOfModel(dbtName, fields.at("name"), fields.reading),
    time: fields.name("agg_time_dimension"),
    primaryEntity: fields.name("primary_entity"),
    entities: [...entities, ...readDerived(derived, "entities", "entity", fields, readEntity)],
    dimensions: [...dimensions, ...readDerived(derived, "dimensions", "dimension", fields, readDerivedDimension)],
    measures: [],
  };
  derived?.finish();
  return model;
}

/** The semantic model's own word over that of the dbt model. */
function readAbout(fields: Fields, dbtName: string): Governed {
  const node = fields.node("semantic_model");
  const { isEnabled: _, ...outer } = readGoverned(fields, dbtName.toLowerCase());
  const inner = node?.kind === "map" ? fields.fields("semantic_model") : null;
  if (!inner) return outer;
  const { isEnabled: __, ...own } = readGoverned(inner, inner.name("name") ?? outer.name);
  inner.finish(["enabled"]);
  return {
    ...outer,
    name: own.name,
    group: own.group ?? outer.group,
    owner: own.owner ?? outer.owner,
    origin: { ...outer.origin, object: `model "${own.name}"` },
  };
}

interface Column {
  readonly name: string;
  readonly grain: StandardGrain | null;
  readonly entity: Entity | null;
  readonly dimension: Dimension | null;
}

/** A column, and the entity or dimension that it is: a type alone, or a mapping. */
function readColumn(tree: Tree, model: Fields): Column | null {
  const { reading } = model;
  const name = tree.kind === "map" ? tree.entries.get("name")?.value : undefined;
  if (tree.kind !== "map" || name?.kind !== "scalar") return null;
  const fields = fieldsOf(tree, `column "${name.source}" of ${model.origin.object}`, reading);
  if (!fields) return null;
  const grain = STANDARD_GRAINS.find((known) => known === fields.name("granularity")) ?? null;
  const column: Named = {
    name: name.source.toLowerCase(),
    label: null,
    description: fields.node("entity") || fields.node("dimension") ? readDescription(fields) : null,
    origin: fields.origin,
  };
  return {
    name: name.source,
    grain,
    entity: attempt(reading, () => readColumnEntity(fields, column, name.source)),
    dimension: attempt(reading, () => readColumnDimension(fields, column, name.source)),
  };
}

function readColumnEntity(fields: Fields, column: Named, expr: string): Entity | null {
  if (!fields.node("entity")) return null;
  const [inner, key] = partOf(fields, "entity");
  const entity = { ...column, ...readPart(inner, column), type: readEntityType(inner ?? fields, key), expr };
  inner?.finish();
  return entity;
}

function readColumnDimension(fields: Fields, column: Named, expr: string): Dimension | null {
  if (!fields.node("dimension")) return null;
  const [inner, key] = partOf(fields, "dimension");
  const isTime = readIsTime(inner ?? fields, key);
  if (isTime && !fields.node("granularity")) failWithoutGrain(fields, "granularity: day on the column");
  const dimension: Dimension = {
    ...column,
    ...readPart(inner, column),
    expr,
    grain: isTime ? readGrain(fields, "granularity") : null,
    validity: readValidity(inner),
    isPartition: inner?.flag("is_partition") ?? false,
  };
  inner?.finish();
  return dimension;
}

/** `entity: primary` is short for `entity: {type: primary}`: the mapping if there is one, and where the type stands. */
function partOf(column: Fields, key: "entity" | "dimension"): readonly [Fields | null, string] {
  if (column.node(key)?.kind !== "map") return [null, key];
  return [column.fields(key, `${key} of ${column.origin.object}`), "type"];
}

function readPart(inner: Fields | null, column: Named): Partial<Named> {
  if (!inner) return {};
  tellConfig(inner);
  return {
    name: inner.name("name") ?? column.name,
    label: inner.text("label") || null,
    description: readDescription(inner) ?? column.description,
  };
}

/** Entities and dimensions with an expression of their own. */
function readDerived<T extends Named>(
  derived: Fields | null,
  key: string,
  kind: string,
  model: Fields,
  read: (fields: Fields) => T,
): readonly T[] {
  return (derived?.list(key) ?? []).flatMap((tree) => {
    const part = attempt(model.reading, () => {
      const fields = fieldsOf(tree, `${nameIn(tree, kind)} of ${model.origin.object}`, model.reading);
      return fields && read(fields);
    });
    return part ?? [];
  });
}

function readDerivedDimension(fields: Fields): Dimension {
  const isTime = readIsTime(fields, "type");
  if (isTime && !fields.node("granularity")) failWithoutGrain(fields, "granularity: day");
  const named = readNamed(fields);
  const dimension: Dimension = {
    ...named,
    expr: fields.sql("expr") ?? named.name,
    grain: isTime ? readGrain(fields, "granularity") : null,
    validity: readValidity(fields),
    isPartition: fields.flag("is_partition"),
  };
  fields.finish();
  return dimension;
}

/** `time_spine: {standard_granularity_column, custom_granularities}`; the grain is that of the column. */
function readTimeSpine(fields: Fields, dbtName: string, columns: readonly Column[]): Calendar | null {
  const spine = fields.fields("time_spine");
  if (!spine) return null;
  const column = requiredText(spine, "standard_granularity_column");
  const grain = columns.find(({ name }) => name.toLowerCase() === column.toLowerCase())?.grain;
  if (!grain) {
    const message = `The column "${column}" needs its granularity, such as granularity: day.`;
    fail(fields.reading, "INVALID_VALUE", spine.origin, message);
  }
  const calendar: Calendar = {
    name: dbtName.toLowerCase(),
    table: tableOfModel(dbtName, fields.at("name"), fields.reading),
    column,
    grain: grain ?? "day",
    customGrains: readCustomGrains(spine),
    origin: { ...fields.origin, object: `time spine "${dbtName}"` },
  };
  spine.finish();
  return calendar;
}

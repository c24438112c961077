import type { YamlMap, YamlValue } from "../../definition/index.ts";
import { printName } from "../../expression/index.ts";
import { sameData } from "../../std/index.ts";
import type { OurDocument } from "../metricflow/document.ts";
import { isMap, mapAt, textAt, without } from "./data.ts";
import { writeField, writeNotes } from "./document.ts";
import type { EntityDraft, FieldDraft, ModelDraft } from "./draft.ts";
import { fieldName, isSameSet, keyOf } from "./entities.ts";
import { aliasOf, columnField } from "./facts.ts";
import type { Tell } from "./telling.ts";

/** The order in which a model says things. */
export const MODEL_KEYS = [
  "model",
  "label",
  "description",
  "owner",
  "table",
  "sql",
  "primary_key",
  "primary_entity",
  "time",
  "columns",
  "entities",
  "dimensions",
  "measures",
  "extensions",
];

/** A dataset as a model of ours; null, and told, where its source is not known. */
export function writeModel(draft: ModelDraft, tell: Tell): OurDocument | null {
  const { name, dataset, block, fields } = draft;
  const source = sourceOf(dataset.source.trim());
  if (!source) {
    tell(
      "UNRESOLVED_SOURCE",
      dataset.place,
      `"${dataset.source}" is neither a table nor a query (${dataset.place.path}.source).`,
    );
    return null;
  }
  const dimensions = [...fields.values()].flatMap((field): (readonly [string, YamlMap])[] =>
    field.dimension ? [[field.name, field.dimension]] : [],
  );
  const times = dimensions.filter(([, dimension]) => dimension["grain"] !== undefined).map(([time]) => time);
  if (!block && times.length > 1) {
    tell(
      "NO_DEFAULT_TIME",
      dataset.place,
      `Write time: ${times.join(" or ")} in the model, so that its metrics have a time of their own.`,
    );
  }
  const data: YamlMap = {
    ...(block ?? ownKeys(draft, times)),
    model: name,
    description: dataset.description ?? undefined,
    ...source,
    entities: block ? entitiesIn(block, draft) : writeEntities(draft),
    dimensions: orNone(Object.fromEntries(dimensions.map(([key, dimension]) => [key, shorthand(dimension)]))),
    extensions: orNone({ ...(block && mapAt(block, "extensions")), ossie: ossieOf(draft) }),
  };
  const ordered = Object.fromEntries(MODEL_KEYS.map((key) => [key, data[key]]));
  const parts = new Map([...fields.values()].map((field) => [`dimensions.${field.name}`, field.field.place]));
  return {
    path: `models/${name}.yaml`,
    data: { ...ordered, ...without(data, ...MODEL_KEYS) },
    origin: dataset.place,
    parts,
  };
}

function ownKeys({ entities, primaryEntity }: ModelDraft, times: readonly string[]): YamlMap {
  const primary = entities.get(primaryEntity);
  const [time, second] = times;
  return {
    primary_key: primary && isPlain(primary) ? one(primary.key.map(nameIn)) : undefined,
    primary_entity: primary ? undefined : primaryEntity,
    time: second === undefined ? time : undefined,
  };
}

/** `db.schema.table`, or a query. */
function sourceOf(source: string): YamlMap | null {
  if (/^(select|with|\()\b|^\(/i.test(source)) return { sql: source };
  return /^[^\s.;"'`]+(\.[^\s.;"'`]+){0,2}$/.test(source) ? { table: source } : null;
}

/** Those of our block as they were written, and those that relationships have added to it since. */
function entitiesIn(block: YamlMap, { entities }: ModelDraft): YamlMap | undefined {
  const written = mapAt(block, "entities");
  const added = [...entities.values()].filter(({ name }) => !(name in written));
  return orNone({ ...written, ...Object.fromEntries(added.map((entity) => [entity.name, writeEntity(entity)])) });
}

function writeEntities({ entities, primaryEntity }: ModelDraft): YamlMap | undefined {
  return orNone(
    Object.fromEntries(
      [...entities.values()].map((entity) => {
        const isKey = entity.name === primaryEntity && isPlain(entity);
        return [entity.name, isKey ? "primary" : writeEntity(entity)];
      }),
    ),
  );
}

function writeEntity({ name, entity, type, key }: EntityDraft): YamlValue {
  const [only, second] = key;
  const role = entity === name ? undefined : entity;
  const isType = ["primary", "unique", "foreign", "natural"].includes(only ?? "");
  if (type === "foreign" && role === undefined && only !== undefined && second === undefined && !isType) return only;
  return { type, key: one(key), entity: role };
}

/** Nothing but columns. */
function isPlain({ key }: EntityDraft): boolean {
  return key.every((part) => printName(nameIn(part)) === part);
}

/** The column that a printed expression names. */
function nameIn(part: string): string {
  return part.startsWith('"') ? part.slice(1, -1).replaceAll('""', '"') : part;
}

function one(items: readonly string[]): YamlValue {
  const [only = null, second] = items;
  return second === undefined ? only : items;
}

/** Nothing for the column of that name, a grain alone for a time. */
function shorthand(dimension: YamlMap): YamlValue {
  const said = Object.entries(dimension).filter(([, value]) => value !== undefined);
  const [first, second] = said;
  if (!first) return null;
  return first[0] === "grain" && !second && typeof first[1] === "string" ? first[1] : Object.fromEntries(said);
}

/** What only Ossie has a place for. */
function ossieOf(draft: ModelDraft): YamlMap | undefined {
  const { dataset, fields, extensions, relationships } = draft;
  const notes = [...fields.values()].flatMap(
    ({ dimension, field, extensions: foreign, name }): (readonly [string, YamlMap])[] => {
      const noted = writeNotes({ ...field, description: null, extensions: foreign });
      return dimension && orNone(noted) ? [[name, noted]] : [];
    },
  );
  const facts = [...fields.values()].filter((field) => !field.dimension && !isColumn(field, draft));
  const uniqueKeys = dataset.uniqueKeys
    .filter((columns) => !isEntity(draft, columns))
    .map((columns) => columns.map((column) => fieldName(draft, column)));
  const all: YamlMap = {
    ...writeNotes({ ...dataset, description: null, extensions }),
    unique_keys: uniqueKeys.length > 0 ? uniqueKeys : undefined,
    fields: orNone(Object.fromEntries(notes)),
    facts:
      facts.length > 0
        ? facts.map(({ field, extensions: foreign }) =>
            writeField({ ...field, extensions: foreign, isDimension: false }, null),
          )
        : undefined,
    relationships: relationships.length > 0 ? relationships : undefined,
  };
  return orNone(all);
}

/** A unique key that joins say already. */
function isEntity(draft: ModelDraft, columns: readonly string[]): boolean {
  const key = keyOf(draft, columns);
  return [...draft.entities.values()].some(
    (entity) => entity.type === "unique" && key !== null && isSameSet(entity.key, key),
  );
}

/** A field that says no more than the declared column does, which the way back makes again. */
function isColumn({ field, value }: FieldDraft, { block }: ModelDraft): boolean {
  if (!block || value?.kind !== "expr" || value.expr.kind !== "ref") return false;
  const column = value.expr.ref;
  const declared = mapAt(block, "columns")[column];
  if (declared === undefined || (field.name !== column && field.name !== aliasOf(column))) return false;
  const type = isMap(declared) ? textAt(declared, "type") : declared;
  const description = isMap(declared) ? textAt(declared, "description") : null;
  const made = columnField(field.name, column, typeof type === "string" ? type : "", description);
  const isSaid = (written: YamlMap) => without(written, "datatype");
  return sameData(isSaid(writeField(made, null)), isSaid(writeField(field, null)));
}

function orNone(map: YamlMap): YamlMap | undefined {
  return Object.values(map).some((value) => value !== undefined) ? map : undefined;
}

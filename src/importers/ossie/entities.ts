import type { YamlMap, YamlValue } from "../../definition/index.ts";
import { parseColumnExpression, print, printName } from "../../expression/index.ts";
import { allowedName } from "../metricflow/names.ts";
import { freeName } from "../metricflow/normalise.ts";
import { isMap, listAt, mapAt, textAt } from "./data.ts";
import type { Relationship } from "./document.ts";
import type { EntityDraft, ModelDraft, Scope } from "./draft.ts";
import type { Tell } from "./telling.ts";

type Keyed = Pick<ModelDraft, "name" | "dataset" | "fields" | "block">;

/** The keys that a dataset has before any relationship: those of our block, else its primary key. */
export function entitiesOf(model: Keyed, tell: Tell): Pick<ModelDraft, "primaryEntity" | "entities"> {
  const { block, name, dataset } = model;
  if (block) {
    const key = primaryKeyOf(block);
    const entities = Object.entries(mapAt(block, "entities")).map(([entity, raw]) => ourEntity(entity, raw, key));
    const primary = entities.find(({ type }) => type === "primary") ?? entities.find(({ type }) => type !== "foreign");
    const primaryEntity = textAt(block, "primary_entity") ?? primary?.name ?? name;
    return { primaryEntity, entities: new Map(entities.map((entity) => [entity.name, entity])) };
  }
  const taken = new Set([...model.fields.values()].flatMap((field) => (field.dimension ? [field.name] : [])));
  const primaryEntity = taken.has(name) ? freeName(`${name}_key`, taken) : name;
  const key = dataset.primaryKey.length > 0 ? keyOf(model, dataset.primaryKey) : [];
  if (key === null) tell("INVALID_VALUE", dataset.place, "The primary key names a field that cannot be carried over.");
  const entities = new Map<string, EntityDraft>();
  if (key && key.length > 0)
    entities.set(primaryEntity, { name: primaryEntity, entity: primaryEntity, type: "primary", key });
  return { primaryEntity, entities };
}

/** An entity as our definitions write it. */
function ourEntity(name: string, raw: YamlValue | undefined, primaryKey: readonly string[]): EntityDraft {
  const map = isMap(raw) ? raw : null;
  const word = map ? (textAt(map, "type") ?? "foreign") : raw;
  const type = word === "primary" || word === "unique" || word === "natural" ? word : "foreign";
  const shorthand = typeof raw === "string" && raw !== type ? [raw] : [];
  const written = map
    ? [...listAt(map, "key"), textAt(map, "key")].filter((part) => typeof part === "string")
    : shorthand;
  const missing = type === "primary" && primaryKey.length > 0 ? primaryKey : [name];
  const key = (written.length > 0 ? written : missing).map(canonical);
  return { name, entity: (map && textAt(map, "entity")) ?? name, type, key };
}

function primaryKeyOf(block: YamlMap): readonly string[] {
  const written = [...listAt(block, "primary_key"), textAt(block, "primary_key")];
  return written.filter((column) => typeof column === "string");
}

function canonical(text: string): string {
  const parsed = parseColumnExpression(text);
  return parsed.ok ? print(parsed.value, printName) : printName(text);
}

/** The values of columns, which Ossie names as fields or as the table does; null where one has none. */
export function keyOf({ fields }: Pick<Keyed, "fields">, columns: readonly string[]): readonly string[] | null {
  const parts = columns.map((column) => {
    const field = fields.get(column.toLowerCase());
    if (!field) return printName(column.toLowerCase());
    return field.value?.kind === "expr" ? print(field.value.expr, printName) : null;
  });
  return parts.includes(null) ? null : parts.filter((part) => part !== null);
}

/** Adds the entities that a relationship joins by; one without a key on either side is reported and joins nothing. */
export function joinBy(relationship: Relationship, roles: number, { models, tell }: Scope): void {
  const { place } = relationship;
  const ends = [relationship.from, relationship.to].map((name) => models.get(name.toLowerCase()));
  const [from, to] = ends;
  if (!from || !to) {
    const lost = from ? relationship.to : relationship.from;
    tell("UNKNOWN_REFERENCE", place, `There is no dataset "${lost}" (${place.path}).`);
    return;
  }
  const fromKey = keyOf(from, relationship.fromColumns);
  const toKey = keyOf(to, relationship.toColumns);
  if (!fromKey || !toKey) {
    tell("UNSUPPORTED_EXPRESSION", place, "It joins by a field that cannot be carried over.");
    return;
  }
  const isOne = isKey(to, toKey);
  if (isOne || isKey(from, fromKey)) {
    if (!isOne) {
      tell(
        "RELATIONSHIP_REVERSED",
        place,
        `"${relationship.from}" is the one side: its columns are a key, those of "${relationship.to}" are not.`,
      );
    }
    const many = isOne ? { model: from, key: fromKey } : { model: to, key: toKey };
    const one = isOne ? { model: to, key: toKey } : { model: from, key: fromKey };
    const { entity, target } = linkTo(relationship, roles, many, one);
    keep(many.model, relationship, { entity: entity.name, to: one.model.name, key: keptKey(target) });
    return;
  }
  tell(
    "NOT_JOINABLE",
    place,
    "The columns are a key on neither side, so that a join would multiply rows; it is kept for the way back only.",
  );
  const columns = (model: ModelDraft, names: readonly string[]) => names.map((name) => fieldName(model, name));
  keep(from, relationship, {
    to: to.name,
    from_columns: columns(from, relationship.fromColumns),
    to_columns: columns(to, relationship.toColumns),
  });
}

interface End {
  readonly model: ModelDraft;
  readonly key: readonly string[];
}

interface Link {
  /** Of the many side. */
  readonly entity: EntityDraft;
  /** The key that it meets. */
  readonly target: EntityDraft;
}

/** The entity of the many side, of the same identity as the key of the one side; both are made where they lack. */
function linkTo({ name }: Relationship, roles: number, many: End, one: End): Link {
  const target = keyEntities(one)[0] ?? addUnique(one);
  for (const candidate of keyEntities(one)) {
    const key = aligned(candidate, many, one);
    const known = [...many.model.entities.values()].find(
      (entity) => entity !== candidate && entity.entity === candidate.entity && isSame(entity.key, key),
    );
    if (known) return { entity: known, target: candidate };
  }
  const key = aligned(target, many, one);
  const taken = namesIn(many.model);
  const wanted = roles === 1 && !taken.has(target.entity) ? target.entity : allowedName(name, "key", taken);
  const type = isKey(many.model, key) ? "unique" : "foreign";
  const entity: EntityDraft = { name: freeName(wanted, taken), entity: target.entity, type, key };
  many.model.entities.set(entity.name, entity);
  return { entity, target };
}

/** The columns of the many side in the order of the key that they meet. */
function aligned(target: EntityDraft, many: End, one: End): readonly string[] {
  return target.key.map((part) => many.key[one.key.indexOf(part)] ?? part);
}

/** The entities that a key already is, the primary one first. */
function keyEntities({ model, key }: End): readonly EntityDraft[] {
  const fitting = [...model.entities.values()].filter((entity) => isSameSet(entity.key, key));
  return (["primary", "unique"] as const).flatMap((type) => fitting.filter((entity) => entity.type === type));
}

function addUnique({ model, key }: End): EntityDraft {
  const taken = namesIn(model);
  const name = allowedName(`${model.name}_${key.join("_")}`, "key", taken);
  const entity: EntityDraft = { name, entity: name, type: "unique", key };
  model.entities.set(name, entity);
  return entity;
}

function namesIn({ entities, fields }: ModelDraft): ReadonlySet<string> {
  const dimensions = [...fields.values()].flatMap((field) => (field.dimension ? [field.name] : []));
  return new Set([...entities.keys(), ...dimensions]);
}

function isKey(model: ModelDraft, key: readonly string[]): boolean {
  const entities = [...model.entities.values()].filter(({ type }) => type === "primary" || type === "unique");
  const keys = [
    ...entities.map((entity) => entity.key),
    ...model.dataset.uniqueKeys.map((columns) => keyOf(model, columns)),
  ];
  return keys.some((known) => known !== null && isSameSet(known, key));
}

/** What our own export would call a relationship. */
export function relationshipName(from: string, entity: string, to: string): string {
  return `${from}_${entity}_to_${to}`;
}

/** How a kept relationship names the key that it meets: not at all where that is the primary one. */
export function keptKey({ name, type }: Pick<EntityDraft, "name" | "type">): string | undefined {
  return type === "primary" ? undefined : name;
}

/** Remembers a relationship beside the model of its many side, unless the way back finds it without. */
function keep(model: ModelDraft, { name, aiContext, extensions }: Relationship, what: YamlMap): void {
  const entity = textAt(what, "entity");
  const isPlain = aiContext === null && extensions.length === 0;
  if (isPlain && entity !== null && name === relationshipName(model.name, entity, textAt(what, "to") ?? "")) return;
  const notes = extensions.map(({ vendor, data }) => ({ vendor_name: vendor, data }));
  model.relationships.push({
    name,
    ...what,
    ai_context: aiContext ?? undefined,
    custom_extensions: notes.length > 0 ? notes : undefined,
  });
}

/** What a column that a relationship names is called on the way back. */
export function fieldName({ fields }: ModelDraft, column: string): string {
  return fields.get(column.toLowerCase())?.name ?? column;
}

function isSame(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((part, i) => part === b[i]);
}

export function isSameSet(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((part) => b.includes(part));
}

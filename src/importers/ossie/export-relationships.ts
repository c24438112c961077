import type { Catalog, Entity, Model } from "../../catalog/index.ts";
import type { YamlMap } from "../../definition/index.ts";
import { compareText } from "../../std/index.ts";
import { freeName } from "../metricflow/normalise.ts";
import { isMap, listAt, textAt } from "./data.ts";
import type { Relationship } from "./document.ts";
import { keptKey, relationshipName } from "./entities.ts";
import { columnsOf, type DatasetNames } from "./export-dataset.ts";
import { keptNotes, keptOf, textsAt } from "./kept.ts";
import { originOf } from "./origin.ts";
import type { Tell } from "./telling.ts";

/** Every join by equal keys, under the name it was imported with; and what was imported that joins nothing. */
export function relationshipsOf(
  catalog: Catalog,
  raws: ReadonlyMap<string, YamlMap>,
  datasets: ReadonlyMap<string, DatasetNames>,
  tell: Tell,
): readonly Relationship[] {
  const models = [...catalog.models.values()];
  const kept = (model: Model) => listAt(keptOf(raws.get(model.name) ?? {}), "relationships").filter(isMap);
  const keptFor: KeptFor = ({ from, entity, to, key }) =>
    kept(from).find(
      (known) => known["entity"] === entity.name && known["to"] === to.name && known["key"] === keptKey(key),
    );
  const joins = models.flatMap((from) =>
    [...from.entities.values()].flatMap((entity) =>
      models.flatMap((to) =>
        [...to.entities.values()]
          .filter((key) => key.entity === entity.entity && (to !== from || key !== entity) && isOne(key))
          .map((key): Join => ({ from, entity, to, key }))
          .filter((join) => isWayOf(join, keptFor))
          .flatMap((join) => relationshipOf(join, keptFor(join), datasets, tell)),
      ),
    ),
  );
  const loose = models.flatMap((from) =>
    kept(from)
      .filter((known) => known["entity"] === undefined && datasets.has(textAt(known, "to") ?? ""))
      .map((known) => ({
        name: textAt(known, "name") ?? "",
        from: from.name,
        to: textAt(known, "to") ?? "",
        fromColumns: textsAt(known, "from_columns"),
        toColumns: textsAt(known, "to_columns"),
        ...keptNotes(known),
      })),
  );
  return distinctNames([...loose, ...withoutRepeats(joins)]).toSorted((a, b) => compareText(a.name, b.name));
}

/** Of several roles with one key, the one whose relationship was imported, else the first, stands for all. */
function withoutRepeats(joins: readonly Named[]): readonly Relationship[] {
  const first = new Map<string, Relationship>();
  for (const { relationship } of joins.toSorted((a, b) => Number(b.isKept) - Number(a.isKept))) {
    const { from, to, fromColumns, toColumns } = relationship;
    const key = JSON.stringify([from, to, fromColumns, toColumns]);
    if (!first.has(key)) first.set(key, relationship);
  }
  return [...first.values()];
}

interface Named {
  readonly relationship: Relationship;
  /** Its name was imported. */
  readonly isKept: boolean;
}

/** Names that were imported stay; where one of ours is the same, ours gets a number. */
function distinctNames(found: readonly Relationship[]): readonly Relationship[] {
  const isMade = ({ name, from, to }: Relationship) => name.startsWith(`${from}_`) && name.endsWith(`_to_${to}`);
  const taken = new Set<string>();
  return found
    .toSorted((a, b) => Number(isMade(a)) - Number(isMade(b)))
    .map((relationship) => {
      const name = freeName(relationship.name.toLowerCase(), taken);
      taken.add(name);
      return name === relationship.name.toLowerCase() ? relationship : { ...relationship, name };
    });
}

function isOne({ type }: Entity): boolean {
  return type === "primary" || type === "unique";
}

interface Join {
  readonly from: Model;
  readonly entity: Entity;
  readonly to: Model;
  readonly key: Entity;
}

type KeptFor = (join: Join) => YamlMap | undefined;

/** Keys on both sides join both ways, and are written once. */
function isWayOf(join: Join, keptFor: KeptFor): boolean {
  const { from, entity, to, key } = join;
  if (!isOne(entity)) return entity.type === "foreign";
  if (keptFor(join)) return true;
  if (keptFor({ from: to, entity: key, to: from, key: entity })) return false;
  if (entity.type !== key.type) return key.type === "primary";
  return compareText(from.name, to.name) < 0 || (from === to && compareText(entity.name, key.name) < 0);
}

function relationshipOf(
  { from, entity, to, key }: Join,
  known: YamlMap | undefined,
  datasets: ReadonlyMap<string, DatasetNames>,
  tell: Tell,
): readonly Named[] {
  const left = datasets.get(from.name);
  const right = datasets.get(to.name);
  const fromColumns = left && columnsOf(entity, left);
  const toColumns = right && columnsOf(key, right);
  if (!fromColumns || !toColumns) {
    const origin = originOf(entity.span, `entity "${entity.name}" of model "${from.name}"`);
    tell("RELATIONSHIP_DROPPED", origin, `Its key, or that of "${to.name}", is computed; Ossie joins columns only.`);
    return [];
  }
  const name = (known && textAt(known, "name")) ?? relationshipName(from.name, entity.name, to.name);
  const relationship = { name, from: from.name, to: to.name, fromColumns, toColumns, ...keptNotes(known ?? {}) };
  return [{ relationship, isKept: known !== undefined }];
}

/** Natural keys, which name several rows: versions of one thing. */
export function tellNaturalKeys(catalog: Catalog, tell: Tell): void {
  for (const model of catalog.models.values()) {
    for (const { name, type, span } of model.entities.values()) {
      if (type !== "natural") continue;
      const message = "Ossie has no key of versions, so that no relationship leads there; our block keeps it.";
      tell("NATURAL_ENTITY_DROPPED", originOf(span, `entity "${name}" of model "${model.name}"`), message);
    }
  }
}

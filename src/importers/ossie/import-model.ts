import type { Dialect } from "../../catalog/index.ts";
import { isName, type YamlMap } from "../../definition/index.ts";
import type { OpaqueSql } from "../../expression/index.ts";
import { mapRefs, parseSql, print, printName, readOpaqueSql, ref } from "../../expression/index.ts";
import { allowedName } from "../metricflow/names.ts";
import { fingerprintOf, splitExtensions } from "./block.ts";
import { isMap, mapAt, without } from "./data.ts";
import type { Dataset, Field } from "./document.ts";
import {
  chosenText,
  type Engines,
  enginesOf,
  type FieldDraft,
  type FieldValue,
  type ModelDraft,
  TYPE_OF,
} from "./draft.ts";
import { entitiesOf } from "./entities.ts";
import type { Tell } from "./telling.ts";

/**
 * A dataset with its fields read; the joins are for relationships to add.
 *
 * @param taken Names of other models; this one's is added.
 */
export function draftModel(dataset: Dataset, taken: Set<string>, dialect: Dialect, tell: Tell): ModelDraft {
  const name = settledName(dataset, "model", taken, tell);
  const { block: found, foreign } = splitExtensions(dataset.extensions, dataset.place, tell);
  const block = found && mapAt(found, "model");
  const names = new Set<string>();
  const fields = new Map(
    dataset.fields.map((field) => [field.name.toLowerCase(), draftField(field, dataset, names, dialect, tell)]),
  );
  const { primaryEntity, entities } = entitiesOf({ name, dataset, fields, block }, tell);
  return { name, dataset, block, extensions: foreign, fields, primaryEntity, entities, relationships: [] };
}

/** A name that ours may have and no other has. */
export function settledName(
  { name, place }: Pick<Dataset, "name" | "place">,
  kind: string,
  taken: Set<string>,
  tell: Tell,
): string {
  const settled = isName(name) && !taken.has(name) ? name : allowedName(name, kind, taken);
  taken.add(settled);
  if (settled !== name) tell("NAME_CHANGED", place, `"${name}" is called "${settled}" here.`, { written: settled });
  return settled;
}

function draftField(field: Field, dataset: Dataset, taken: Set<string>, dialect: Dialect, tell: Tell): FieldDraft {
  const { block, foreign } = splitExtensions(field.extensions, field.place, tell);
  const ours = block && isMap(block["dimension"]) ? block["dimension"] : null;
  const isFresh = ours !== null && block?.["expression"] === fingerprintOf(field.texts);
  const value = readValue(field, dataset, dialect, isFresh ? () => {} : tell);
  if (!field.isDimension)
    return { field, name: field.name, value, dimension: null, extensions: foreign, isFilterable: false };
  const name = settledName(field, "field", taken, tell);
  const read = value && readDimension(field, name, value, tell);
  const about: YamlMap = { label: field.label ?? undefined, description: field.description ?? undefined };
  if (ours && !isFresh) {
    tell("BLOCK_OUTDATED", field.place, "Its expression was changed since our export; the new one is taken.");
  }
  const dimension = isFresh
    ? { ...ours, ...about }
    : read && {
        ...(ours && without(ours, "expr", "sql", "columns", "data_type")),
        ...read,
        ...(ours && grainOf(ours)),
        ...about,
      };
  const isTime = dimension?.["grain"] !== undefined;
  const isFilterable = value?.kind === "expr" && (!isTime || field.datatype === "Date");
  return { field, name, value, dimension, extensions: foreign, isFilterable };
}

function grainOf({ grain }: YamlMap): YamlMap {
  return grain === undefined ? {} : { grain };
}

/** What a dimension is without our block: Ossie knows no grain, so that a time has days. */
function readDimension(field: Field, name: string, value: FieldValue, tell: Tell): YamlMap {
  const { datatype } = field;
  const type = datatype && TYPE_OF[datatype];
  const isTemporal = type === "date" || type === "timestamp" || type === "timestamptz";
  const isTime = field.isTime ?? (isTemporal || datatype === "Time");
  const hasGrain = isTime && (datatype === null || isTemporal);
  if (isTime && !hasGrain) {
    tell(
      "INVALID_VALUE",
      field.place,
      `Values of type ${datatype} cannot be cut into days, so that it is no time here.`,
      {
        severity: "warning",
        written: "a categorical dimension",
      },
    );
  }
  return { ...writeValue(value, name), grain: hasGrain ? "day" : undefined, data_type: type ?? undefined };
}

export function writeValue(value: FieldValue, name: string): YamlMap {
  if (value.kind === "opaque") return { sql: value.sql, columns: value.columns, data_type: value.type };
  const isPlain = value.expr.kind === "ref" && value.expr.ref === name;
  return isPlain ? {} : { expr: print(value.expr, printName) };
}

/** The row-level expression of a field, in our language or else as opaque SQL; null, and told, where it is neither. */
function readValue(field: Field, dataset: Dataset, dialect: Dialect, tell: Tell): FieldValue | null {
  const { place, texts, datatype } = field;
  const path = `${place.path}.expression`;
  const chosen = chosenText(texts, dialect);
  if (!chosen) {
    const found = texts.map((text) => text.dialect).join(", ");
    tell("NO_DIALECT", place, `There is neither ${dialect} nor ANSI_SQL, only ${found} (${path}).`);
    return null;
  }
  tellLeftOut(field, dialect, tell);
  const unread = (why: string): null => {
    tell("UNSUPPORTED_EXPRESSION", place, `${why} In: ${chosen.text} (${path})`);
    return null;
  };
  const isOwn = (table: string | null) => table === null || table.toLowerCase() === dataset.name.toLowerCase();
  const parsed = parseSql(chosen.text);
  if (parsed.ok) {
    let wrong: string | null = null;
    const expr = mapRefs(parsed.value, (term, at) => {
      if (term.kind === "aggregate") wrong = "A field is a value of one row; the aggregate belongs in a metric.";
      else if (!isOwn(term.table)) wrong = `A field reads its own dataset only, not ${term.table}.`;
      return { ...ref(term.kind === "name" ? term.name : ""), ...(at && { at }) };
    });
    return wrong === null ? { kind: "expr", expr } : unread(wrong);
  }
  const [problem] = parsed.problems;
  const type = datatype && TYPE_OF[datatype];
  const opaque = readOpaqueSql(chosen.text);
  if (!opaque.ok || opaque.value.aggregate || !opaque.value.names.every(({ table }) => isOwn(table))) {
    return unread(problem?.message ?? "It cannot be read.");
  }
  if (!type) return unread(`${problem?.message ?? ""} It could be kept as it is if its datatype were said.`.trim());
  tell("UNSUPPORTED_EXPRESSION", place, `Our language lacks this, so that no filter may use it: ${chosen.text}`, {
    severity: "warning",
    written: "the SQL as it is",
  });
  return { kind: "opaque", sql: unqualifiedFor(texts, dialect), columns: columnsOf(opaque.value), type };
}

function unqualifiedFor(texts: Field["texts"], dialect: Dialect): Engines {
  const sql = enginesOf(texts, (text) => {
    const opaque = readOpaqueSql(text);
    return opaque.ok ? respelled(text, opaque.value.names, ({ name }) => printName(name)) : null;
  });
  const isStandard = chosenText(texts, dialect) === chosenText(texts, "duckdb");
  return isStandard || dialect === "duckdb" ? sql : { [dialect]: sql[dialect] };
}

/** The text with other spellings of its names. */
export function respelled(
  text: string,
  names: OpaqueSql["names"],
  spell: (name: OpaqueSql["names"][number]) => string,
): string {
  return names
    .toReversed()
    .reduce((left, name) => left.slice(0, name.at.start) + spell(name) + left.slice(name.at.end), text);
}

export function columnsOf({ names }: OpaqueSql): readonly string[] {
  return [...new Set(names.map(({ name }) => name))];
}

/** Says which dialects stay behind; other spellings of what is carried over. */
export function tellLeftOut({ texts, place }: Pick<Field, "texts" | "place">, dialect: Dialect, tell: Tell): void {
  const chosen = chosenText(texts, dialect);
  const others = texts.filter((text) => text !== chosen).map((text) => text.dialect);
  if (others.length === 0) return;
  tell(
    "DIALECT_LEFT_OUT",
    place,
    `${chosen?.dialect} is read; what it says in ${others.join(", ")} is not carried over.`,
  );
}

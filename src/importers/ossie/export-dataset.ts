import type { ColumnExpression, Dimension, Entity, Model } from "../../catalog/index.ts";
import type { YamlMap } from "../../definition/index.ts";
import { parseColumnExpression, printName } from "../../expression/index.ts";
import { compareText } from "../../std/index.ts";
import { freeName } from "../metricflow/normalise.ts";
import { printAnsi } from "./ansi.ts";
import { fingerprintOf, ourExtension } from "./block.ts";
import { isMap, listAt, mapAt, textAt, without } from "./data.ts";
import type { Dataset, DialectText, Field, Version } from "./document.ts";
import { aliasOf, columnField, DATATYPE_OF } from "./facts.ts";
import { fitField } from "./fit.ts";
import { keptField, keptNotes, keptOf, textsAt } from "./kept.ts";
import { originOf } from "./origin.ts";
import type { Tell } from "./telling.ts";
import { MODEL_KEYS } from "./write-model.ts";

/** What the parts of a dataset are called in expressions, and its fields so far. */
export interface DatasetNames {
  /** `orders.amount`; a column that no field shows yet gets one. */
  readonly ofColumn: (column: string) => string;
  readonly ofDimension: (name: string) => string;
  /** The field that is a column and nothing else. */
  readonly fieldOf: (column: string) => string;
  /** Dimensions in their order, then columns by name. */
  readonly fields: () => readonly Field[];
}

/** The fields of a model: its dimensions, its declared columns, and what an import kept. */
export function nameFields(model: Model, raw: YamlMap, version: Version, tell: Tell): DatasetNames {
  const kept = keptOf(raw);
  const dimensions = [...model.dimensions.values()].map((dimension) =>
    fieldOfDimension(dimension, model, raw, version, tell),
  );
  const facts = listAt(kept, "facts").flatMap((fact) => {
    const field = isMap(fact) ? keptField(fact) : null;
    return (field && fitField(field, version, tell)) ?? [];
  });
  // A field that became a dimension since is that dimension.
  const grouped = new Set(dimensions.map((dimension) => dimension.name.toLowerCase()));
  const columns: Field[] = facts.filter((fact) => !grouped.has(fact.name.toLowerCase()));
  const names = new Set([...dimensions, ...columns].map(({ name }) => name.toLowerCase()));
  const shown = new Map<string, string>();
  const show = (column: string, field: string) => {
    if (!shown.has(column) || column === field) shown.set(column, field);
  };
  for (const { name, texts } of columns) {
    const column = columnIn(texts);
    if (column !== null) show(column, name);
  }
  for (const { name, value } of model.dimensions.values()) {
    if (value.kind === "expr" && value.expr.kind === "ref" && value.expr.ref === name) show(name, name);
  }
  const add = (column: string): string => {
    const declared = model.columns?.get(column);
    const name = names.has(column.toLowerCase()) ? freeName(aliasOf(column), names) : column;
    names.add(name.toLowerCase());
    columns.push(columnField(name, column, declared?.type ?? "", declared?.description ?? null));
    shown.set(column, name);
    return name;
  };
  for (const column of model.columns?.keys() ?? []) if (!shown.has(column)) add(column);
  const fieldOf = (column: string) => shown.get(column) ?? add(column);
  const dataset = printName(model.name);
  return {
    fieldOf,
    ofColumn: (column) => `${dataset}.${printName(fieldOf(column))}`,
    ofDimension: (name) => `${dataset}.${printName(name)}`,
    fields: () => [...dimensions, ...columns.toSorted((a, b) => compareText(a.name, b.name))],
  };
}

function columnIn([text]: readonly DialectText[]): string | null {
  const parsed = text?.dialect === "ANSI_SQL" ? parseColumnExpression(text.text) : null;
  return parsed?.ok && parsed.value.kind === "ref" ? parsed.value.ref : null;
}

function fieldOfDimension(dimension: Dimension, model: Model, raw: YamlMap, version: Version, tell: Tell): Field {
  const { name, type, span } = dimension;
  const written = mapAt(raw, "dimensions")[name];
  const said: YamlMap = isMap(written) ? written : typeof written === "string" ? { grain: written } : {};
  const texts = textsOf(dimension.value, version, (message) =>
    tell("DIALECT_LOSS", originOf(span, `dimension "${name}" of model "${model.name}"`), message),
  );
  const block = { dimension: without(said, "label", "description"), expression: fingerprintOf(texts) };
  const notes = keptNotes(mapAt(mapAt(keptOf(raw), "fields"), name));
  const isTemporal = type === "date" || type === "timestamp" || type === "timestamptz";
  return {
    name,
    texts,
    isDimension: true,
    isTime: dimension.kind === "time" ? true : isTemporal ? false : null,
    label: textAt(said, "label"),
    description: textAt(said, "description"),
    datatype: DATATYPE_OF[type],
    ...notes,
    extensions: [ourExtension(block, version), ...notes.extensions],
  };
}

function textsOf(value: ColumnExpression, version: Version, lose: (message: string) => void): readonly DialectText[] {
  if (value.kind === "expr") return [{ dialect: "ANSI_SQL", text: printAnsi(value.expr, printName) }];
  const { postgres, duckdb, bigquery } = value.sql;
  const own = bigquery !== undefined && version !== "0.1.1" ? [{ dialect: "BIGQUERY", text: bigquery }] : [];
  const nearest = postgres ?? duckdb ?? (own.length > 0 ? undefined : bigquery);
  if (nearest === undefined) return own;
  lose(`It is SQL of one engine, written as ANSI_SQL for want of a dialect: ${nearest}`);
  return [{ dialect: "ANSI_SQL", text: nearest }, ...own];
}

/** The dataset of a model, its fields as they stand after all expressions over it are spelled. */
export function datasetOf(model: Model, raw: YamlMap, names: DatasetNames, version: Version): Dataset {
  const kept = keptOf(raw);
  const notes = keptNotes(kept);
  const block = { model: blockOf(raw) };
  const primaryKey = model.primaryKey.map(names.fieldOf);
  const unique = [...model.entities.values()]
    .filter(({ type }) => type === "unique")
    .flatMap((entity) => {
      const columns = columnsOf(entity, names);
      return columns ? [columns] : [];
    });
  const uniqueKeys = [...unique, ...listAt(kept, "unique_keys").map((key) => textsAt({ key }, "key"))];
  const distinct = new Map(uniqueKeys.map((key) => [JSON.stringify(key), key]));
  return {
    name: model.name,
    description: textAt(raw, "description"),
    source: sourceOf(model),
    primaryKey,
    uniqueKeys: [...distinct].toSorted(([a], [b]) => compareText(a, b)).map(([, key]) => key),
    ...notes,
    extensions: [ourExtension(block, version), ...notes.extensions],
    fields: names.fields(),
  };
}

/** All that a model says and Ossie has no place for. */
function blockOf(raw: YamlMap): YamlMap {
  const others = without(mapAt(raw, "extensions"), "ossie");
  const said = without(raw, "model", "description", "table", "sql", "sql_file", "dimensions", "extensions");
  const all: YamlMap = { ...said, ...(Object.keys(others).length > 0 && { extensions: others }) };
  const ordered = Object.fromEntries(MODEL_KEYS.flatMap((key) => (key in all ? [[key, all[key]]] : [])));
  return { ...ordered, ...without(all, ...MODEL_KEYS) };
}

function sourceOf({ source }: Model): string {
  return source.kind === "table" ? source.path.join(".") : source.text.trim();
}

/** The fields that a key consists of; null where a part is computed. */
export function columnsOf({ key }: Entity, names: DatasetNames): readonly string[] | null {
  const columns = key.flatMap((part) => (part.kind === "ref" ? [names.fieldOf(part.ref)] : []));
  return columns.length === key.length ? columns : null;
}

import type { MapTree, Tree } from "../../definition/index.ts";
import { positionOf } from "../../diagnostics/index.ts";
import { nearest } from "../../std/index.ts";
import type { Origin } from "./project.ts";
import { fail, type Reading, tell } from "./reading.ts";

/**
 * The fields of one mapping, asked for one by one; `finish` reports those that nobody asked for. Null, empty lists and
 * empty mappings count as not written, since dbt's artifacts write out every field.
 */
export interface Fields {
  readonly reading: Reading;
  readonly origin: Origin;
  /** The same object, with the line of a field. */
  at(key: string): Origin;
  node(key: string): Tree | null;
  /** The letters of a text, number or boolean, trimmed. */
  text(key: string): string | null;
  /** The same without the comments of SQL. */
  sql(key: string): string | null;
  /** In lower case, as MetricFlow reads names. */
  name(key: string): string | null;
  /** The name; where there is none the object fails. */
  requiredName(key: string): string;
  word<W extends string>(key: string, words: readonly W[], meant?: Readonly<Record<string, W>>): W | null;
  flag(key: string): boolean;
  number(key: string): number | null;
  fields(key: string, object?: string): Fields | null;
  /** A list, or one value that stands for a list of one. */
  list(key: string): readonly Tree[];
  names(key: string): readonly string[];
  /** `ignored`: fields that say nothing an import needs. */
  finish(ignored?: readonly string[]): void;
}

/** The fields of a value; null, reported, where it is no mapping. */
export function fieldsOf(tree: Tree, object: string, reading: Reading): Fields | null {
  const origin = originOf(tree, object);
  if (tree.kind === "map") return fieldsOfMap(tree, origin, reading);
  fail(reading, "INVALID_VALUE", origin, `A mapping is wanted here, not ${inWords(tree)}.`);
  return null;
}

export function originOf(tree: Tree, object: string): Origin {
  return { file: tree.file.path, line: positionOf(tree).line, object };
}

/** The letters of a scalar; null for nothing, and, reported, for a list or mapping. */
export function textOf(tree: Tree, origin: Origin, reading: Reading): string | null {
  if (tree.kind === "scalar") return tree.data === null ? null : tree.source.trim();
  fail(reading, "INVALID_VALUE", origin, `A text is wanted here, not ${inWords(tree)}.`);
  return null;
}

/** SQL with a space for each comment; what stands in quotes is no comment. */
export function withoutComments<T extends string | null>(sql: T): T | string {
  if (sql === null) return sql;
  const plain = sql.replace(
    /('(?:[^']|'')*'|"(?:[^"]|"")*")|--[^\n]*|\/\*[^]*?\*\//g,
    (_, quoted?: string) => quoted ?? " ",
  );
  return plain === sql ? sql : plain.replace(/[ \t]+$/gm, "").trim();
}

export function inWords(tree: Tree): string {
  if (tree.kind === "map") return "a mapping";
  if (tree.kind === "list") return "a list";
  return tree.data === null ? "nothing" : `"${tree.source}"`;
}

function fieldsOfMap(tree: MapTree, origin: Origin, reading: Reading): Fields {
  const asked = new Set<string>();
  const node = (key: string): Tree | null => {
    asked.add(key);
    const value = tree.entries.get(key)?.value;
    return value && !isEmpty(value) ? value : null;
  };
  const at = (key: string): Origin => {
    const entry = tree.entries.get(key);
    return entry ? { ...origin, line: positionOf(entry.key).line } : origin;
  };
  const wrong = (key: string, wanted: string) => fail(reading, "INVALID_VALUE", at(key), `"${key}" must be ${wanted}.`);
  const text = (key: string) => {
    const value = node(key);
    return value && textOf(value, at(key), reading);
  };
  const list = (key: string) => {
    const value = node(key);
    return value === null ? [] : value.kind === "list" ? value.items : [value];
  };
  const self: Fields = {
    reading,
    origin,
    at,
    node,
    text,
    list,
    sql: (key) => withoutComments(text(key)),
    name: (key) => text(key)?.toLowerCase() ?? null,
    requiredName(key) {
      const name = self.name(key);
      if (name === null) wrong(key, "written");
      return name ?? "";
    },
    word(key, words, meant = {}) {
      const written = self.name(key);
      if (written === null) return null;
      const found = words.find((word) => word === written);
      if (found) return found;
      const near = meant[written] ?? nearest(written, words)[0];
      wrong(key, `${near ? `"${near}"` : `one of ${words.join(", ")}`}, not "${written}"`);
      return null;
    },
    flag(key) {
      const value = node(key);
      if (value === null || value.data === false || value.data === true) return value?.data === true;
      const word = value.kind === "scalar" ? value.source.toLowerCase() : "";
      if (word !== "true" && word !== "false") wrong(key, `true or false, not ${inWords(value)}`);
      return word === "true";
    },
    number(key) {
      const value = node(key);
      if (value === null) return null;
      const number = value.kind === "scalar" ? Number(value.source) : Number.NaN;
      if (Number.isFinite(number)) return number;
      wrong(key, `a number, not ${inWords(value)}`);
      return null;
    },
    fields(key, object = origin.object) {
      const value = node(key);
      return value && fieldsOf(value, object, reading);
    },
    names: (key) => list(key).flatMap((item) => textOf(item, at(key), reading)?.toLowerCase() ?? []),
    finish(ignored = []) {
      for (const [key, { value }] of tree.entries) {
        if (asked.has(key) || ignored.includes(key) || isEmpty(value)) continue;
        const [near] = nearest(
          key,
          [...asked].filter((known) => !tree.entries.has(known)),
          1,
        );
        const hint = near ? ` Did you mean "${near}"?` : "";
        tell(reading, "UNKNOWN_FIELD", at(key), `"${key}" is not a field that is known here.${hint}`);
      }
    },
  };
  return self;
}

function isEmpty(tree: Tree): boolean {
  if (tree.kind === "scalar") return tree.data === null;
  return tree.kind === "list"
    ? tree.items.length === 0
    : [...tree.entries.values()].every(({ value }) => isEmpty(value));
}

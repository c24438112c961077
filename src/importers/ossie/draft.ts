import type { Dialect } from "../../catalog/index.ts";
import type { YamlMap } from "../../definition/index.ts";
import type { Expr, ScalarType } from "../../expression/index.ts";
import type { Dataset, Datatype, DialectText, Field } from "./document.ts";
import type { Tell } from "./telling.ts";

/** What the parts of one import share. */
export interface Scope {
  /** What the warehouse speaks. */
  readonly dialect: Dialect;
  readonly tell: Tell;
  /** The models of one semantic model, by the dataset's name in lower case. */
  readonly models: ReadonlyMap<string, ModelDraft>;
}

/** A dataset on its way to a model. */
export interface ModelDraft {
  readonly name: string;
  readonly dataset: Dataset;
  /** What our own export wrote of the model; null for a dataset of others. */
  readonly block: YamlMap | null;
  readonly extensions: Dataset["extensions"];
  /** By name in lower case. */
  readonly fields: ReadonlyMap<string, FieldDraft>;
  readonly primaryEntity: string;
  /** By name; relationships add to it. */
  readonly entities: Map<string, EntityDraft>;
  /** What relationships say beside the join, for the way back. */
  readonly relationships: YamlMap[];
}

export interface FieldDraft {
  readonly field: Field;
  /** Of the dimension. */
  readonly name: string;
  /** null: cannot be carried over. */
  readonly value: FieldValue | null;
  /** null: it is no dimension. */
  readonly dimension: YamlMap | null;
  readonly extensions: Field["extensions"];
  /** Whether a filter by it keeps the rows that a condition on its value keeps: a time is cut to its grain. */
  readonly isFilterable: boolean;
}

export type FieldValue =
  | { readonly kind: "expr"; readonly expr: Expr<string> }
  | { readonly kind: "opaque"; readonly sql: Engines; readonly columns: readonly string[]; readonly type: ScalarType };

export type Engines = Readonly<Partial<Record<Dialect, string>>>;

/** `entity` is what it identifies; the parts of the key are printed expressions over columns. */
export interface EntityDraft {
  readonly name: string;
  readonly entity: string;
  readonly type: "primary" | "unique" | "foreign" | "natural";
  readonly key: readonly string[];
}

const SPOKEN: Readonly<Record<Dialect, readonly string[]>> = {
  duckdb: ["DUCKDB"],
  postgres: ["POSTGRES", "POSTGRESQL"],
  bigquery: ["BIGQUERY"],
};
const STANDARD = ["ANSI_SQL", "OSSIE_SQL_2026"];

/** The text to read: in the warehouse's own dialect, else in standard SQL; null where there is neither. */
export function chosenText(texts: readonly DialectText[], dialect: Dialect): DialectText | null {
  for (const name of [...SPOKEN[dialect], ...STANDARD]) {
    const found = texts.find((text) => text.dialect.toUpperCase() === name);
    if (found) return found;
  }
  return null;
}

/** SQL that our language lacks, for each engine that some text speaks to. */
export function enginesOf(texts: readonly DialectText[], spell: (text: string) => string | null): Engines {
  const sql: Partial<Record<Dialect, string>> = {};
  for (const engine of ["duckdb", "postgres", "bigquery"] as const) {
    const text = chosenText(texts, engine);
    const spelled = text && spell(text.text);
    if (spelled !== null) sql[engine] = spelled;
  }
  return sql;
}

export const TYPE_OF: Readonly<Record<Datatype, ScalarType | null>> = {
  String: "string",
  Integer: "int",
  Decimal: "decimal",
  Float: "float",
  Boolean: "boolean",
  Date: "date",
  DateTime: "timestamp",
  DateTimeTz: "timestamptz",
  // A time of the day is a type that ours lacks.
  Time: null,
  Opaque: null,
};

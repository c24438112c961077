import type { Dialect } from "../catalog/index.ts";
import type { Sql } from "./compiler.ts";
import { compileStatement, id, sql } from "./compiler.ts";
import type { SqlDialect } from "./dialect.ts";
import type { Statement } from "./statement.ts";
import { dialectOf } from "./to-sql.ts";

/** What a table of the registry holds in a column. */
type Kind = "text" | "texts" | "int" | "boolean" | "date" | "instant";
type Columns = Readonly<Record<string, Kind>>;

/** What is said of a metric: where one of these differs, its row is closed and another one opened. */
const SAID = {
  metric_id: "text",
  version: "int",
  metric_name: "text",
  category: "text",
  description: "text",
  business_owner: "text",
  technical_owner: "text",
  definition: "text",
  calculation_sql: "text",
  source_models: "texts",
  dimensions: "texts",
  filters: "texts",
  grains: "texts",
  unit: "text",
  tier: "text",
  lifecycle: "text",
  fingerprint: "text",
  is_certified: "boolean",
  certification_status: "text",
  certification_date: "instant",
  certification_expires: "instant",
  deprecation_date: "date",
  sunset_date: "date",
  replaced_by: "text",
} as const satisfies Columns;

/** When it was said; times of rows that come are put in by the statements. */
const TIMES = {
  created_date: "instant",
  modified_date: "instant",
  git_commit: "text",
  published_at: "instant",
  valid_from: "instant",
  valid_to: "instant",
} as const satisfies Columns;

const LINEAGE = {
  metric_id: "text",
  version: "int",
  upstream_model: "text",
  upstream_column: "text",
  transformation_type: "text",
  depth: "int",
  impact_score: "int",
} as const satisfies Columns;

type ValueOf<K extends Kind> = {
  text: string | null;
  texts: readonly string[];
  int: number;
  boolean: boolean;
  date: string | null;
  instant: string | null;
}[K];
type RowOf<C extends Columns> = { readonly [Name in keyof C]: ValueOf<C[Name]> };

/** Instants are ISO 8601 with `Z`, dates `YYYY-MM-DD`. */
export type RegistryDefinition = RowOf<typeof SAID>;
export type RegistryLineage = RowOf<typeof LINEAGE>;

export interface Publication {
  /** Of the tables; a dataset of BigQuery. */
  readonly schema: string;
  readonly commit: string;
  /** ISO 8601 with `Z`. */
  readonly committedAt: string;
  readonly publishedAt: string;
  readonly definitions: readonly RegistryDefinition[];
  readonly lineage: readonly RegistryLineage[];
}

/** Makes the tables and the view where they are not there. No right to make any is needed where they are. */
export function registryTables(name: Dialect, schema: string): readonly Statement[] {
  const dialect = dialectOf(name);
  const { definitions, lineage, view } = tablesIn(schema);
  const enforced = name === "bigquery" ? sql` not enforced` : sql``;
  const table = (of: Sql, columns: Columns, key: readonly string[]) => {
    const lines = Object.entries(columns).map(
      ([column, kind]) => sql`  ${id(column)} ${sql.raw(typeOf(dialect, kind))}`,
    );
    const primary = sql`  primary key (${sql.join(key.map((column) => id(column)))})${enforced}`;
    return sql`create table if not exists ${of} (\n${sql.join([...lines, primary], sql`,\n`)}\n)`;
  };
  const parts = [
    sql`create schema if not exists ${id(schema)}`,
    table(definitions, { ...SAID, ...TIMES }, ["metric_id", "version", "valid_from"]),
    table(lineage, { ...LINEAGE, git_commit: "text" }, LINEAGE_KEY),
    sql`create or replace view ${view} as
select *, is_certified and certification_expires > ${sql.raw(NOW)} as is_certified_now
from ${definitions}
where valid_to is null`,
  ];
  if (name !== "postgres") return parts.map((part) => compileStatement(part, dialect.spelling));
  // PostgreSQL asks for the right to make a thing before it looks whether it is there.
  const missing = sql.lit(`"${schema}".metric_registry`);
  const body = sql.join(parts, sql`;\n`);
  return [
    compileStatement(
      sql`do $do$ begin\nif to_regclass(${missing}) is null then\n${body};\nend if;\nend $do$`,
      dialect.spelling,
    ),
  ];
}

const NOW = "current_timestamp";
const LINEAGE_KEY = ["metric_id", "version", "upstream_model", "upstream_column", "transformation_type"];

/**
 * Brings the tables to what a commit says: rows that say something else are closed, new ones opened, and the lineage is
 * that of the commit. Does nothing where the commit is published already, or a later one is. To be run as one
 * transaction; that of BigQuery is one statement, and a transaction itself.
 */
export function registryChanges(name: Dialect, publication: Publication): readonly Statement[] {
  const dialect = dialectOf(name);
  const { schema, commit } = publication;
  const { definitions, lineage } = tablesIn(schema);
  const instant = (iso: string): Sql => sql`cast(${iso} as ${sql.raw(dialect.typeNames.timestamptz)})`;
  const at = instant(publication.publishedAt);
  const committed = instant(publication.committedAt);
  const isDue = sql`not exists (select 1 from ${lineage} where git_commit = ${commit})
  and not exists (select 1 from ${definitions} where modified_date > ${committed} or published_at > ${at})`;
  const said = Object.keys(SAID);
  const incoming = rowsOf(dialect, SAID, publication.definitions);
  const edges = rowsOf(dialect, LINEAGE, publication.lineage);
  const isSameMetric = sql`incoming.metric_id = kept.metric_id and incoming.version = kept.version`;
  const list = (names: readonly string[], table?: string): Sql =>
    sql.join(names.map((column) => (table === undefined ? id(column) : id(table, column))));

  const parts = [
    sql`update ${definitions} as kept
set valid_to = ${at}
where kept.valid_to is null
  and ${isDue}
  and not exists (
    select 1
    from (${incoming}) as incoming
    where ${isSameMetric} and ${isSame(name, "kept", "incoming", said)}
  )`,
    sql`insert into ${definitions} (${list([...said, ...Object.keys(TIMES)])})
select ${list(said, "incoming")}, coalesce(earlier.created_date, ${committed}), ${committed}, ${commit}, ${at}, ${at}, cast(null as ${sql.raw(dialect.typeNames.timestamptz)})
from (${incoming}) as incoming
left join (select metric_id, min(created_date) as created_date from ${definitions} group by metric_id) as earlier
  on earlier.metric_id = incoming.metric_id
where ${isDue}
  and not exists (select 1 from ${definitions} as kept where ${isSameMetric} and kept.valid_to is null)`,
    sql`delete from ${lineage}
where ${isDue}`,
    sql`insert into ${lineage} (${list([...Object.keys(LINEAGE), "git_commit"])})
select ${list(Object.keys(LINEAGE), "incoming")}, ${commit}
from (${edges}) as incoming
where ${isDue}`,
  ];
  const compile = (part: Sql) => compileStatement(part, dialect.spelling);
  if (name !== "bigquery") return parts.map(compile);
  return [compile(sql`begin transaction;\n${sql.join(parts, sql`;\n`)};\ncommit transaction`)];
}

/** Of two who publish at once, the second one waits, and then sees what the first one did. Other engines let one write. */
export function registryLock(name: Dialect, schema: string): readonly Statement[] {
  if (name !== "postgres") return [];
  const { definitions, lineage } = tablesIn(schema);
  const lock = sql`lock table ${definitions}, ${lineage} in share row exclusive mode`;
  return [compileStatement(lock, dialectOf(name).spelling)];
}

/** One row of digits as text: rows opened and closed at that time, and rows of lineage of the commit. */
export function registryState(
  name: Dialect,
  { schema, commit, publishedAt }: Pick<Publication, "schema" | "commit" | "publishedAt">,
): Statement {
  const dialect = dialectOf(name);
  const { definitions, lineage } = tablesIn(schema);
  const text = sql.raw(dialect.typeNames.string);
  const at = sql`cast(${publishedAt} as ${sql.raw(dialect.typeNames.timestamptz)})`;
  const count = (from: Sql, where: Sql): Sql => sql`cast((select count(*) from ${from} where ${where}) as ${text})`;
  const counts = [
    sql`${count(definitions, sql`valid_from = ${at}`)} as opened`,
    sql`${count(definitions, sql`valid_to = ${at}`)} as closed`,
    sql`${count(lineage, sql`git_commit = ${commit}`)} as lineage`,
  ];
  return compileStatement(sql`select ${sql.join(counts)}`, dialect.spelling);
}

function tablesIn(schema: string) {
  return {
    definitions: id(schema, "metric_definitions"),
    lineage: id(schema, "metric_lineage"),
    view: id(schema, "metric_registry"),
  };
}

function typeOf({ name, typeNames }: SqlDialect, kind: Kind): string {
  switch (kind) {
    case "text":
      return typeNames.string;
    case "texts":
      return name === "bigquery" ? `array<${typeNames.string}>` : `${typeNames.string}[]`;
    case "int":
      return name === "bigquery" ? typeNames.int : "int";
    case "boolean":
      return typeNames.boolean;
    case "date":
      return typeNames.date;
    case "instant":
      return typeNames.timestamptz;
  }
}

/** All rows as one bound text of JSON, however many they are, with the types of the table. */
function rowsOf(dialect: SqlDialect, columns: Columns, rows: readonly object[]): Sql {
  const bound = JSON.stringify(rows);
  const entries = Object.entries(columns);
  switch (dialect.name) {
    case "postgres": {
      const types = entries.map(([name, kind]) => sql`${id(name)} ${sql.raw(typeOf(dialect, kind))}`);
      return sql`select * from jsonb_to_recordset(cast(${bound} as jsonb)) as given (${sql.join(types)})`;
    }
    case "duckdb": {
      const shape = Object.fromEntries(
        entries.map(([name, kind]) => [name, kind === "texts" ? ["VARCHAR"] : "VARCHAR"]),
      );
      const cells = entries.map(
        ([name, kind]) => sql`cast(${id("given", name)} as ${sql.raw(typeOf(dialect, kind))}) as ${id(name)}`,
      );
      const given = sql`select unnest(from_json(cast(${bound} as json), ${sql.lit(JSON.stringify([shape]))}), max_depth := 2)`;
      return sql`select ${sql.join(cells)} from (${given}) as given`;
    }
    case "bigquery": {
      const cells = entries.map(([name, kind]) => {
        const path = sql.lit(`$.${name}`);
        if (kind === "texts") return sql`json_value_array(item, ${path}) as ${id(name)}`;
        return sql`cast(json_value(item, ${path}) as ${sql.raw(typeOf(dialect, kind))}) as ${id(name)}`;
      });
      return sql`select ${sql.join(cells)} from unnest(json_query_array(parse_json(${bound}))) as item`;
    }
  }
}

/** BigQuery compares no arrays, and joins rows by what is equal only. */
function isSame(name: Dialect, one: string, other: string, columns: readonly string[]): Sql {
  if (name === "bigquery") {
    const text = (table: string) =>
      sql`to_json_string(struct(${sql.join(columns.map((column) => id(table, column)))}))`;
    return sql`${text(one)} = ${text(other)}`;
  }
  const pairs = columns.map((column) => sql`${id(one, column)} is not distinct from ${id(other, column)}`);
  return sql.join(pairs, sql` and `);
}

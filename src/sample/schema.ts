import { readFileSync } from "node:fs";
import type { Dialect } from "../catalog/index.ts";
import { assertNever } from "../std/index.ts";

/** DDL in standard SQL: several statements that make the schema `shop`. */
export const SAMPLE_SCHEMA_SQL = readFileSync(new URL("schema.sql", import.meta.url), "utf8");

/** The same as that engine reads it. */
export function sampleSchemaSql(dialect: Dialect): string {
  switch (dialect) {
    case "duckdb":
    case "postgres":
      return SAMPLE_SCHEMA_SQL;
    case "bigquery":
      return bigQuerySql(SAMPLE_SCHEMA_SQL);
    default:
      return assertNever(dialect);
  }
}

/**
 * BigQuery has its own names of types, and comments stand beside what they describe. A dataset is often made beforehand,
 * with its region and its grants.
 */
function bigQuerySql(standard: string): string {
  const comments = new Map<string, string>();
  for (const [, name = "", text = ""] of standard.matchAll(/^COMMENT ON \w+ (\S+) IS '(.*)';$/gm)) {
    comments.set(name, text.replaceAll("''", "'"));
  }
  const optionsOf = (name: string): string => `OPTIONS (description = ${JSON.stringify(comments.get(name) ?? "")})`;
  let table = "";
  return standard
    .split("\n")
    .filter((line) => !line.startsWith("COMMENT ON"))
    .map((line) => {
      table = /^CREATE TABLE (\S+) \($/.exec(line)?.[1] ?? table;
      const [, column, type = "", isRequired = "", comma = ""] = COLUMN.exec(line) ?? [];
      if (column !== undefined) {
        return `  ${column} ${typeOf(type)}${isRequired} ${optionsOf(`${table}.${column}`)}${comma}`;
      }
      return line === ");" ? `) ${optionsOf(table)};` : line.replace(/^CREATE SCHEMA/, "CREATE SCHEMA IF NOT EXISTS");
    })
    .join("\n");
}

const COLUMN = /^ {2}(\w+) (\w[\w ]*?(?:\(\d+,\d+\))?)( NOT NULL)?(,?)$/;

function typeOf(standard: string): string {
  if (standard.startsWith("DECIMAL")) return standard.replace("DECIMAL", "NUMERIC");
  const type = TYPES.get(standard);
  if (type === undefined) throw new Error(`The sample's schema has a type without a name in BigQuery: ${standard}.`);
  return type;
}

const TYPES: ReadonlyMap<string, string> = new Map([
  ["VARCHAR", "STRING"],
  ["INTEGER", "INT64"],
  ["BIGINT", "INT64"],
  ["DATE", "DATE"],
  ["TIMESTAMP WITH TIME ZONE", "TIMESTAMP"],
]);

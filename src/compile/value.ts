import type { ColumnExpression, Dialect } from "../catalog/index.ts";
import type { Located, ValueDefinition } from "../definition/index.ts";
import type { Expr, ScalarType } from "../expression/index.ts";
import { isScalarType, parseColumnExpression, printName, ref } from "../expression/index.ts";
import type { Report } from "./parsed.ts";
import { parsed, UNREADABLE } from "./parsed.ts";

/** How a value comes out of a row; nothing written means the column named like it. */
export function buildValue(definition: ValueDefinition | null, name: string, report: Report): ColumnExpression {
  if (definition === null) return { kind: "expr", expr: ref(name) };
  if (definition.kind === "expr") return { kind: "expr", expr: buildExpression(definition.expr, report) };
  return {
    kind: "opaque",
    sql: textsOf(definition.sql),
    columns: definition.columns.map((column) => column.value),
    type: scalarType(definition.dataType),
  };
}

/** An expression over the columns of a model. */
export function buildExpression(text: Located, report: Report): Expr<string> {
  const { value } = text;
  // Most are one column, which needs no parser.
  if (printName(value) === value) {
    return { ...ref(value), at: { start: 0, end: value.length } };
  }
  return parsed(parseColumnExpression, text, report) ?? UNREADABLE;
}

/** The type of that name; `unknown` where none is said. */
export function scalarType(name: string | null): ScalarType {
  return name !== null && isScalarType(name) ? name : "unknown";
}

function textsOf(sql: Readonly<Partial<Record<Dialect, Located>>>): Partial<Record<Dialect, string>> {
  const texts: Partial<Record<Dialect, string>> = {};
  if (sql.duckdb) texts.duckdb = sql.duckdb.value;
  if (sql.postgres) texts.postgres = sql.postgres.value;
  if (sql.bigquery) texts.bigquery = sql.bigquery.value;
  return texts;
}

import type { ScalarType } from "../../expression/index.ts";
import type { Statement } from "../../sql/index.ts";
import {
  type Cell,
  type DescribedColumn,
  type Row,
  type TableDescription,
  type TablePath,
  WarehouseError,
} from "../warehouse.ts";

/** Reads what the catalog says of these tables: a row a column, as `descriptions` reads it. DuckDB's names have no case. */
export function describing(tables: readonly TablePath[]): Statement {
  const wanted = tables.map((_, index) => `(${index}, $${2 * index + 1}::VARCHAR, $${2 * index + 2}::VARCHAR)`);
  const text = `
    WITH wanted (place, schema_name, table_name) AS (VALUES ${wanted.join(", ")}),
    relations AS (
      SELECT database_name, schema_name, table_name, 'table' AS kind, estimated_size FROM duckdb_tables()
      UNION ALL SELECT database_name, schema_name, view_name, 'view', NULL FROM duckdb_views())
    SELECT place, kind, estimated_size, column_name, data_type, is_nullable
    FROM relations
    JOIN duckdb_columns() USING (database_name, schema_name, table_name)
    JOIN wanted ON lower(wanted.schema_name) = lower(relations.schema_name)
      AND lower(wanted.table_name) = lower(relations.table_name)
    WHERE database_name = current_database()
    ORDER BY column_index`;
  return { text, values: tables.flatMap((path) => [path.at(-2) ?? "main", path.at(-1) ?? ""]) };
}

export function descriptions(tables: readonly TablePath[], rows: readonly Row[]): readonly (TableDescription | null)[] {
  const byPlace = Map.groupBy(rows, ([place]) => Number(place));
  return tables.map((path, place) => {
    const columns = byPlace.get(place) ?? [];
    const [first] = columns;
    if (first === undefined || path.length > 2) return null; // a third name is another database: there is none
    const [, kind, size] = first;
    return {
      path,
      kind: kind === "view" ? "view" : "table",
      columns: columns.map(column),
      partition: null,
      rows: typeof size === "string" ? Number(size) : null,
    };
  });
}

function column([, , , name, nativeType, isNullable]: Row): DescribedColumn {
  return {
    name: String(name),
    type: scalarType(String(nativeType)),
    nativeType: String(nativeType),
    isNullable: isNullable === true,
  };
}

/** Reads the latest value of a column, as `instant` reads it. */
export function latest(table: TablePath, column: string): Statement {
  return { text: `SELECT max(${quoted(column)}) FROM ${table.map(quoted).join(".")}`, values: [] };
}

/** @throws WarehouseError when the cell is of no type of time. */
export function instant(cell: Cell, type: string, column: string): string | null {
  if (type !== "DATE" && type !== "TIMESTAMP") {
    throw new WarehouseError("statement", `Column "${column}" holds no dates or times.`);
  }
  if (cell === null) return null;
  const text = String(cell);
  if (type === "DATE") return `${text}T00:00:00Z`;
  return text.endsWith("Z") ? text : `${text}Z`;
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

function scalarType(nativeType: string): ScalarType {
  if (nativeType.startsWith("DECIMAL(") && nativeType.endsWith(")")) return "decimal";
  if (nativeType.startsWith("ENUM(") && nativeType.endsWith(")")) return "string";
  return SCALAR_TYPES.get(nativeType) ?? "unknown";
}

/** @see https://duckdb.org/docs/stable/sql/data_types/overview */
const SCALAR_TYPES: ReadonlyMap<string, ScalarType> = new Map([
  ["VARCHAR", "string"],
  ["UUID", "string"],
  ["TINYINT", "int"],
  ["SMALLINT", "int"],
  ["INTEGER", "int"],
  ["BIGINT", "int"],
  ["HUGEINT", "int"],
  ["UTINYINT", "int"],
  ["USMALLINT", "int"],
  ["UINTEGER", "int"],
  ["UBIGINT", "int"],
  ["UHUGEINT", "int"],
  ["BIGNUM", "int"],
  ["FLOAT", "float"],
  ["DOUBLE", "float"],
  ["BOOLEAN", "boolean"],
  ["DATE", "date"],
  ["TIMESTAMP", "timestamp"],
  ["TIMESTAMP_S", "timestamp"],
  ["TIMESTAMP_MS", "timestamp"],
  ["TIMESTAMP_NS", "timestamp"],
  ["TIMESTAMP WITH TIME ZONE", "timestamptz"],
  ["INTERVAL", "interval"],
]);

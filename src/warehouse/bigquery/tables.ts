import type { ScalarType, StandardGrain } from "../../expression/index.ts";
import { isObject } from "../../std/index.ts";
import type { DescribedColumn, Permissions, TableDescription, TablePath } from "../warehouse.ts";
import { asObject, countAt, type JsonObject, listAt, objectAt, textAt } from "./json.ts";

/** Where a table is: a path without project or dataset is of the ones that the warehouse was opened with. */
export function restPath(path: TablePath, home: { readonly projectId: string; readonly datasetId: string }): string[] {
  const [table = "", dataset = home.datasetId, project = home.projectId] = path.toReversed();
  return ["projects", project, "datasets", dataset, "tables", table];
}

/** @param table BigQuery's Table resource. @throws WarehouseError when it is none. */
export function descriptionOf(path: TablePath, table: JsonObject): TableDescription {
  return {
    path,
    kind: isView(table) ? "view" : "table",
    columns: listAt(objectAt(table, "schema"), "fields").map((field) => columnOf(asObject(field, "a field"))),
    partition: partitionOf(table),
    rows: countAt(table, "numRows"),
  };
}

export function isView(table: JsonObject): boolean {
  return table["type"] === "VIEW" || table["type"] === "MATERIALIZED_VIEW";
}

function columnOf(field: JsonObject): DescribedColumn {
  const type = textAt(field, "type") ?? "";
  const mode = textAt(field, "mode");
  return {
    name: textAt(field, "name") ?? "",
    type: mode === "REPEATED" ? "unknown" : (TYPES.get(type) ?? "unknown"),
    nativeType: mode === "REPEATED" ? `ARRAY<${type}>` : type,
    isNullable: mode !== "REQUIRED",
  };
}

/** In the words of legacy SQL and of GoogleSQL: a table keeps those that it was made with. */
const TYPES: ReadonlyMap<string, ScalarType> = new Map([
  ["STRING", "string"],
  ["INTEGER", "int"],
  ["INT64", "int"],
  ["FLOAT", "float"],
  ["FLOAT64", "float"],
  ["NUMERIC", "decimal"],
  ["BIGNUMERIC", "decimal"],
  ["BOOLEAN", "boolean"],
  ["BOOL", "boolean"],
  ["DATE", "date"],
  ["DATETIME", "timestamp"],
  ["TIMESTAMP", "timestamptz"],
  ["INTERVAL", "interval"],
]);

function partitionOf(table: JsonObject): TableDescription["partition"] {
  const { timePartitioning: byTime, rangePartitioning: byRange } = table;
  const isRequired = (part: JsonObject): boolean =>
    (table["requirePartitionFilter"] ?? part["requirePartitionFilter"]) === true;
  if (isObject(byTime)) {
    // By the time of loading unless a column is named.
    const column = textAt(byTime, "field") ?? "_PARTITIONTIME";
    return { column, grain: GRAINS.get(textAt(byTime, "type") ?? "") ?? null, isFilterRequired: isRequired(byTime) };
  }
  if (isObject(byRange)) {
    return { column: textAt(byRange, "field") ?? "", grain: null, isFilterRequired: isRequired(byRange) };
  }
  return null;
}

const GRAINS: ReadonlyMap<string, StandardGrain> = new Map([
  ["HOUR", "hour"],
  ["DAY", "day"],
  ["MONTH", "month"],
  ["YEAR", "year"],
]);

/** Asked of `tables.testIamPermissions`, which answers with those that we have. */
export const READ = "bigquery.tables.getData";
export const WRITES = ["bigquery.tables.updateData", "bigquery.tables.update", "bigquery.tables.delete"];

export function permissionsOf(user: string, answer: JsonObject): Permissions {
  const granted = listAt(answer, "permissions");
  return { user, canRead: granted.includes(READ), canWrite: WRITES.some((each) => granted.includes(each)) };
}

/** When the rows of a table last changed, ISO 8601 with `Z`. null for a view: only its text is remembered. */
export function lastModified(table: JsonObject): string | null {
  const milliseconds = countAt(table, "lastModifiedTime");
  return milliseconds === null || isView(table) ? null : new Date(milliseconds).toISOString();
}

export function quotedPath(path: TablePath): string {
  return path.map(quoted).join(".");
}

export function quoted(name: string): string {
  return `\`${name.replace(/[\\`]/g, "\\$&")}\``;
}
